"""The shop's side of Alipay's v3, written from the published rules and sharing no code with the sandbox."""

from __future__ import annotations

import json
import time
from typing import Any

from scanrefund.sandbox.spoken import Call, Reply
from tests.unit.sandbox.merchants import AlipayMerchant, signed, verify


class RestMerchant:
    """Composes signed v3 calls and opens the answers. `more` are further credentials (`app_cert_sn`)."""

    def __init__(self, shop: AlipayMerchant) -> None:
        self.shop = shop
        self.clock_off_s = 0

    def call(
        self, method: str, target: str, fields: dict[str, Any] | None = None, token: str = "", **more: str
    ) -> Call:
        said = {
            "app_id": self.shop.ids["app_id"],
            "timestamp": str(int((time.time() + self.clock_off_s) * 1000)),
            "nonce": "6a5c2f1e-0000-4a7b-9d6c-000000000001",
            **more,
        }
        kept = ",".join(f"{name}={value}" for name, value in said.items() if value)
        body = "" if fields is None else json.dumps(fields, ensure_ascii=False)
        last = f"{token}\n" if token else ""
        signature = signed(self.shop.key, f"{kept}\n{method}\n{target}\n{body}\n{last}")
        headers = {
            "authorization": f"ALIPAY-SHA256withRSA {kept},sign={signature}",
            "accept": "application/json",
            "content-type": "application/json",
            **({"alipay-app-auth-token": token} if token else {}),
        }
        return Call(method, target, headers, body.encode())

    def post(self, path: str, **fields: Any) -> Call:
        return self.call("POST", f"/v3/alipay/{path}", fields)

    def open(self, reply: Reply) -> dict[str, Any]:
        """The content of an answer whose signature is right."""
        headers = dict(reply.headers)
        head = f"{headers['alipay-timestamp']}\n{headers['alipay-nonce']}\n".encode()
        verify(self.shop.wallet_key, head + reply.body + b"\n", headers["alipay-signature"])
        content: dict[str, Any] = json.loads(reply.body)
        return content
