"""The shop's side of both wallets, written from the published rules and sharing no code with the sandbox."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from scanrefund.sandbox.spoken import Call, Reply

REFUNDS = "/v3/refund/domestic/refunds"


@cache
def private_key(pem: bytes) -> RSAPrivateKey:
    key = serialization.load_pem_private_key(pem, None)
    assert isinstance(key, RSAPrivateKey)
    return key


def public_key(file: Path) -> RSAPublicKey:
    key = serialization.load_pem_public_key(file.read_bytes())
    assert isinstance(key, RSAPublicKey)
    return key


def signed(key: RSAPrivateKey, text: str, encoding: str = "utf-8") -> str:
    return base64.b64encode(key.sign(text.encode(encoding), PKCS1v15(), hashes.SHA256())).decode()


def verify(key: RSAPublicKey, message: bytes, signature: str) -> None:
    """Raises InvalidSignature."""
    key.verify(base64.b64decode(signature), message, PKCS1v15(), hashes.SHA256())


class WechatMerchant:
    """Composes signed calls and opens the answers. `clock_off_s` makes its clock wrong."""

    def __init__(self, folder: Path) -> None:
        self.ids: dict[str, str] = json.loads((folder / "sandbox.json").read_text())["wechat"]
        self.key = private_key((folder / "wechat/merchant_private_key.pem").read_bytes())
        self.wallet_key = public_key(folder / "wechat/wechatpay_public_key.pem")
        self.clock_off_s = 0

    def call(self, method: str, target: str, body: bytes = b"") -> Call:
        timestamp, nonce = str(int(time.time()) + self.clock_off_s), "n0nce"
        text = f"{method}\n{target}\n{timestamp}\n{nonce}\n{body.decode()}\n"
        said = {
            "mchid": self.ids["mchid"],
            "nonce_str": nonce,
            "signature": signed(self.key, text),
            "timestamp": timestamp,
            "serial_no": self.ids["merchant_serial_no"],
        }
        pairs = ",".join(f'{name}="{value}"' for name, value in said.items())
        headers = {
            "authorization": f"WECHATPAY2-SHA256-RSA2048 {pairs}",
            "accept": "application/json",
            "content-type": "application/json",
            "user-agent": "tests",
            "wechatpay-serial": self.ids["wechatpay_public_key_id"],
        }
        return Call(method, target, headers, body)

    def post(self, target: str, **fields: Any) -> Call:
        return self.call("POST", target, json.dumps(fields).encode())

    def refund(self, order: dict[str, Any], refund_id: str, amount_fen: int, **fields: Any) -> Call:
        amount = {"refund": amount_fen, "total": order["amount_fen"], "currency": "CNY"}
        said = {"out_trade_no": order["order_id"], "out_refund_no": refund_id, "amount": amount, **fields}
        return self.post(REFUNDS, **said)

    def ask(self, _: dict[str, Any], refund_id: str) -> Call:
        return self.call("GET", f"{REFUNDS}/{refund_id}")

    def order(self, order: dict[str, Any]) -> Call:
        path = f"/v3/pay/transactions/out-trade-no/{order['order_id']}"
        return self.call("GET", f"{path}?mchid={self.ids['mchid']}")

    def open(self, reply: Reply) -> dict[str, Any]:
        """The content of an answer whose signature is right."""
        headers = dict(reply.headers)
        head = f"{headers['wechatpay-timestamp']}\n{headers['wechatpay-nonce']}\n".encode()
        assert headers["wechatpay-serial"] == self.ids["wechatpay_public_key_id"]
        verify(self.wallet_key, head + reply.body + b"\n", headers["wechatpay-signature"])
        content: dict[str, Any] = json.loads(reply.body)
        return content


class AlipayMerchant:
    """Composes signed v2 calls, public parameters in the query and biz_content in the body."""

    def __init__(self, folder: Path) -> None:
        self.ids: dict[str, str] = json.loads((folder / "sandbox.json").read_text())["alipay"]
        self.key = private_key((folder / "alipay/app_private_key.pem").read_bytes())
        self.wallet_key = public_key(folder / "alipay/alipay_public_key.pem")
        self.clock_off_s = 0

    def parameters(self, method: str, **fields: Any) -> dict[str, str]:
        now = datetime.now(UTC) + timedelta(hours=8, seconds=self.clock_off_s)
        return {
            "app_id": self.ids["app_id"],
            "method": method,
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": now.strftime("%Y-%m-%d %H:%M:%S"),
            "version": "1.0",
            "biz_content": json.dumps(fields, ensure_ascii=False),
        }

    def sign(self, parameters: dict[str, str]) -> dict[str, str]:
        text = "&".join(f"{name}={value}" for name, value in sorted(parameters.items()))
        return {**parameters, "sign": signed(self.key, text, parameters.get("charset", "utf-8"))}

    def split(self, parameters: dict[str, str]) -> Call:
        """The call as the documents want it."""
        charset = parameters["charset"]
        query = {name: value for name, value in parameters.items() if name != "biz_content"}
        body = urlencode({"biz_content": parameters["biz_content"]}, encoding=charset).encode()
        headers = {"content-type": f"application/x-www-form-urlencoded;charset={charset}"}
        return Call("POST", f"/gateway.do?{urlencode(query)}", headers, body)

    def call(self, method: str, **fields: Any) -> Call:
        return self.split(self.sign(self.parameters(method, **fields)))

    def refund(self, order: dict[str, Any], refund_id: str, amount_fen: int, **fields: Any) -> Call:
        amount = f"{amount_fen // 100}.{amount_fen % 100:02d}"
        said = {"out_trade_no": order["order_id"], "out_request_no": refund_id, "refund_amount": amount}
        return self.call("alipay.trade.refund", **{**said, **fields})

    def ask(self, order: dict[str, Any], refund_id: str) -> Call:
        said = {"out_trade_no": order["order_id"], "out_request_no": refund_id}
        return self.call("alipay.trade.fastpay.refund.query", **said)

    def order(self, order: dict[str, Any]) -> Call:
        return self.call("alipay.trade.query", out_trade_no=order["order_id"])

    def open(self, reply: Reply) -> dict[str, Any]:
        """The node of an answer whose signature is right."""
        text = reply.body.decode()
        start, end = text.index('":') + 2, text.rindex(',"sign":"')
        content = json.loads(text)
        verify(self.wallet_key, text[start:end].encode(), content["sign"])
        node: dict[str, Any] = next(iter(content.values()))
        return node


def with_header(call: Call, name: str, value: str | None) -> Call:
    """The same call with one header changed, or left out."""
    headers = {key: text for key, text in call.headers.items() if key != name}
    return replace(call, headers=headers if value is None else {**headers, name: value})
