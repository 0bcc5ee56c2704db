"""Both wallets in one small server, written from the published documents and from nothing of ours.

It checks request signatures, keeps orders and refunds in memory, and breaks on request. It is here so
that the gateways are judged by a second reading of the documents besides the sandbox's.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

MCHID, APPID, SERIAL, KEY_ID = "1900000001", "wx0000000000000001", "A" * 40, "PUB_KEY_ID_0001"
APP_ID, SELLER_ID = "2026000000000001", "2088000000000001"


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def write_keys(folder: Path, private: rsa.RSAPrivateKey, public: rsa.RSAPublicKey) -> tuple[Path, Path]:
    """Our private key and the wallet's public key, as PEM files."""
    ours, theirs = folder / "ours.pem", folder / "theirs.pem"
    ours.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    theirs.write_bytes(
        public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return ours, theirs


def signed(key: rsa.RSAPrivateKey, message: bytes) -> str:
    return base64.b64encode(key.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()


def is_signed(key: rsa.RSAPublicKey, message: bytes, signature: str) -> bool:
    try:
        key.verify(base64.b64decode(signature), message, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


@dataclass
class Wallets:
    """The wallets' truth. `faults` are played once each, in order."""

    merchant_key: rsa.RSAPrivateKey = field(default_factory=new_key)
    wallet_key: rsa.RSAPrivateKey = field(default_factory=new_key)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    base_url: str = ""

    def order_of(self, asked: dict[str, Any], number: str, wallet_number: str) -> dict[str, Any] | None:
        for order in self.orders.values():
            if order["wallet_order_id"] == asked.get(wallet_number, "-"):
                return order
        return self.orders.get(asked.get(number, "-"))


@contextmanager
def serving(wallets: Wallets) -> Iterator[Wallets]:
    class Handler(_Handler):
        truth = wallets

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    wallets.base_url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield wallets
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    truth: Wallets
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self._play()

    def do_POST(self) -> None:
        self._play()

    def _play(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.truth.faults.pop(0) if self.truth.faults else ""
        if fault == "drop_before":
            self.close_connection = True
            return
        if self.path.startswith("/gateway.do"):
            status, raw, headers = alipay(self.truth, self.path, body, fault)
        else:
            status, raw, headers = wechat(self.truth, self, body, fault)
        if fault == "drop_after":
            self.close_connection = True
            return
        if fault == "http_500_after":
            status, raw, headers = 500, b"", {}
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(raw))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)


# WeChat Pay


def wechat(
    truth: Wallets, request: BaseHTTPRequestHandler, body: bytes, fault: str
) -> tuple[int, bytes, dict[str, str]]:
    if not _wechat_knows(truth, request, body):
        raw = json.dumps({"code": "SIGN_ERROR", "message": "签名错误"}).encode()
        return 401, raw, {"Request-ID": "08-1"}
    status, answer = _wechat_answer(truth, request.command, request.path, body, fault)
    raw = json.dumps(answer, ensure_ascii=False).encode() if fault != "garbage" else b"<html>"
    if fault == "unsigned":
        return status, raw, {"Request-ID": "08-2"}
    stamp, nonce = str(int(time.time())), "n" * 32
    if fault == "stale":
        stamp = str(int(time.time()) - 400)
    signature = signed(truth.wallet_key, f"{stamp}\n{nonce}\n".encode() + raw + b"\n")
    if fault == "bad_signature":
        signature = "WECHATPAY/SIGNTEST/" + signature[19:]
    return (
        status,
        raw,
        {
            "Request-ID": "08-0",
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": "PUB_KEY_ID_9999" if fault == "other_serial" else KEY_ID,
            "Wechatpay-Signature": signature,
        },
    )


def _wechat_knows(truth: Wallets, request: BaseHTTPRequestHandler, body: bytes) -> bool:
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    parts = dict(pair.split("=", 1) for pair in rest.split(","))
    said = {name: value.strip('"') for name, value in parts.items()}
    message = f"{request.command}\n{request.path}\n{said['timestamp']}\n{said['nonce_str']}\n".encode()
    return (
        scheme == "WECHATPAY2-SHA256-RSA2048"
        and (said["mchid"], said["serial_no"]) == (MCHID, SERIAL)
        and request.headers["Wechatpay-Serial"] == KEY_ID
        and abs(int(said["timestamp"]) - time.time()) < 300
        and is_signed(truth.merchant_key.public_key(), message + body + b"\n", said["signature"])
    )


def _wechat_answer(
    truth: Wallets, method: str, path: str, body: bytes, fault: str
) -> tuple[int, dict[str, Any]]:
    if fault == "not_enough":
        return 403, {"code": "NOT_ENOUGH", "message": "基本账户余额不足，请充值后重新发起"}
    key = urlsplit(path).path.rsplit("/", 1)[1]
    if "/v3/pay/transactions/" in path:
        by = "transaction_id" if "/id/" in path else "out_trade_no"
        order = truth.order_of({by: key}, "out_trade_no", "transaction_id")
        return (200, _wechat_order(order)) if order else (404, {"code": "ORDER_NOT_EXIST", "message": ""})
    if method == "POST":
        return _wechat_refund(truth, json.loads(body))
    refund = truth.refunds.get(key)
    if refund is None or fault == "false_not_found":
        return 404, {"code": "RESOURCE_NOT_EXISTS", "message": "退款单不存在"}
    refund["status"] = "SUCCESS"
    return 200, _wechat_refund_object(refund, fault)


def _wechat_refund(truth: Wallets, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    order = truth.order_of(asked, "out_trade_no", "transaction_id")
    if order is None or order["state"] != "paid":
        return 404, {"code": "RESOURCE_NOT_EXISTS", "message": "订单不存在"}
    amount = asked["amount"]["refund"]
    known = truth.refunds.get(asked["out_refund_no"])
    if (known and known["amount_fen"] != amount) or asked["amount"]["total"] != order["amount_fen"]:
        return 400, {"code": "INVALID_REQUEST", "message": "订单金额或退款金额与之前请求不一致，请核实后再试"}
    if known is None and order["refunded"] + amount > order["amount_fen"]:
        return 400, {"code": "INVALID_REQUEST", "message": "申请退款金额超过订单可退金额"}
    if known is None:
        order["refunded"] += amount
        known = {"no": asked["out_refund_no"], "order": order, "amount_fen": amount, "status": "PROCESSING"}
        truth.refunds[asked["out_refund_no"]] = known
    return 200, _wechat_refund_object(known, "")


def _wechat_refund_object(refund: dict[str, Any], fault: str) -> dict[str, Any]:
    order = refund["order"]
    answer = {
        "refund_id": "5030" + "0" * 25,
        "out_refund_no": refund["no"],
        "transaction_id": order["wallet_order_id"],
        "out_trade_no": order["order_id"],
        "channel": "ORIGINAL",
        "user_received_account": "商户基本账户" if fault == "returned_to_merchant" else "支付用户零钱",
        "create_time": "2026-11-23T10:00:00+08:00",
        "status": {"abnormal": "ABNORMAL", "closed": "CLOSED"}.get(fault, refund["status"]),
        "amount": {
            "total": order["amount_fen"],
            "refund": refund["amount_fen"] + (fault == "other_amount"),
            "currency": "CNY",
        },
    }
    if answer["status"] == "SUCCESS":
        answer["success_time"] = "2026-11-23T10:00:05+08:00"
    return answer


def _wechat_order(order: dict[str, Any]) -> dict[str, Any]:
    answer = {"appid": APPID, "mchid": MCHID, "out_trade_no": order["order_id"], "trade_state": "NOTPAY"}
    if order["state"] == "paid":
        answer |= {
            "trade_state": "REFUND" if order["refunded"] else "SUCCESS",
            "transaction_id": order["wallet_order_id"],
            "payer": {"openid": "o-payer-1"},
            "success_time": "2026-11-23T09:00:00+08:00",
            "amount": {"total": order["amount_fen"], "currency": "CNY"},
        }
    return answer


# Alipay


def alipay(truth: Wallets, path: str, body: bytes, fault: str) -> tuple[int, bytes, dict[str, str]]:
    headers = {"Content-Type": "text/html;charset=utf-8", "trace_id": "t-1"}
    params = dict(parse_qsl(urlsplit(path).query, keep_blank_values=True))
    params |= dict(parse_qsl(body.decode(), keep_blank_values=True))
    sign = params.pop("sign")
    text = "&".join(f"{name}={value}" for name, value in sorted(params.items()) if value)
    known = is_signed(truth.merchant_key.public_key(), text.encode(), sign)
    if params["app_id"] != APP_ID or not known:
        answer = {"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-signature"}
    else:
        answer = _alipay_answer(truth, params["method"], json.loads(params["biz_content"]), fault)
    node = json.dumps(answer, ensure_ascii=False).replace("/", "\\/").encode()
    name = params["method"].replace(".", "_") + "_response"
    if fault == "garbage":
        return 200, b"<html>", headers
    if fault == "unsigned":
        return 200, b'{"%s":%s}' % (name.encode(), node), headers
    signature = signed(new_key() if fault == "bad_signature" else truth.wallet_key, node)
    return 200, b'{"%s":%s,"sign":"%s"}' % (name.encode(), node, signature.encode()), headers


def _alipay_answer(truth: Wallets, method: str, asked: dict[str, Any], fault: str) -> dict[str, Any]:
    if fault == "not_enough":
        return _alipay_no("ACQ.SELLER_BALANCE_NOT_ENOUGH")
    order = truth.order_of(asked, "out_trade_no", "trade_no")
    if order is None:
        return _alipay_no("ACQ.TRADE_NOT_EXIST")
    trade = {"out_trade_no": order["order_id"], "trade_no": order["wallet_order_id"]}
    if method == "alipay.trade.query":
        return _alipay_yes(trade | _alipay_trade(order))
    if method == "alipay.trade.refund":
        return _alipay_refund(truth, order, trade, asked)
    refund = truth.refunds.get(asked["out_request_no"])
    if refund is None or fault == "false_not_found":
        return _alipay_yes({})
    amount = refund["amount_fen"] + (fault == "other_amount")
    return _alipay_yes(
        trade
        | {"out_request_no": refund["no"], "total_amount": yuan(order["amount_fen"])}
        | {"refund_amount": yuan(amount), "refund_status": "REFUND_SUCCESS", "refund_reason": '}尺码"\\'}
        | dict.fromkeys(asked.get("query_options", []), "2026-11-23 10:00:05")
    )


def _alipay_refund(
    truth: Wallets, order: dict[str, Any], trade: dict[str, Any], asked: dict[str, Any]
) -> dict[str, Any]:
    whole, _, cents = asked["refund_amount"].partition(".")
    amount = int(whole) * 100 + int(cents)
    known = truth.refunds.get(asked["out_request_no"])
    if order["state"] != "paid":
        return _alipay_no("ACQ.TRADE_STATUS_ERROR")
    if known and known["amount_fen"] != amount:
        return _alipay_no("ACQ.DISCORDANT_REPEAT_REQUEST")
    if known is None and order["refunded"] + amount > order["amount_fen"]:
        return _alipay_no("ACQ.REASON_TRADE_REFUND_FEE_ERR")
    if known is None:
        order["refunded"] += amount
        truth.refunds[asked["out_request_no"]] = {"no": asked["out_request_no"], "amount_fen": amount}
    change = "N" if known else "Y"
    return _alipay_yes(trade | {"fund_change": change, "refund_fee": yuan(order["refunded"])})


def _alipay_trade(order: dict[str, Any]) -> dict[str, Any]:
    if order["state"] != "paid":
        return {"trade_status": "WAIT_BUYER_PAY", "total_amount": yuan(order["amount_fen"])}
    return {
        "trade_status": "TRADE_SUCCESS",
        "total_amount": yuan(order["amount_fen"]),
        "buyer_user_id": "2088000000000999",
        "send_pay_date": "2026-11-23 09:00:00",
    }


def _alipay_yes(fields: dict[str, Any]) -> dict[str, Any]:
    return {"code": "10000", "msg": "Success", **fields}


def _alipay_no(sub_code: str) -> dict[str, Any]:
    return {"code": "40004", "msg": "Business Failed", "sub_code": sub_code, "sub_msg": "业务处理失败"}


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
