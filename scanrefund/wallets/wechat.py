"""WeChat Pay APIv3, direct merchant, public-key mode: refund, ask, order look-up."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from scanrefund.http import Http, HttpReply
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.outcome import Answer, OrderAnswer, OrderLook, Signature
from scanrefund.model.refund import Refund
from scanrefund.model.wallet import Wallet
from scanrefund.wallets import wechat_codes, wechat_wire
from scanrefund.wallets.body import compact, fitted
from scanrefund.wallets.signing import SigningKey, VerifyingKey
from scanrefund.wallets.transport import WireRequest, reach, wire_clock
from scanrefund.wallets.wechat_replies import read_order, read_refund

REFUNDS: Final = "/v3/refund/domestic/refunds"
TRANSACTIONS: Final = "/v3/pay/transactions"
REASON_BYTES_MAX: Final = 80


@dataclass(frozen=True, slots=True)
class WechatSettings:
    """One merchant at WeChat Pay. `base_url` has no path; the keys are files."""

    base_url: str
    mchid: str
    appid: str
    merchant_serial_no: str
    merchant_private_key: Path
    public_key_id: str
    public_key: Path


class WechatGateway:
    """A WalletGateway. The constructor reads the two key files (KeyFault) and opens no connection."""

    wallet: Final = Wallet.WECHAT

    def __init__(
        self, settings: WechatSettings, http: Http, clock: Callable[[], datetime] = wire_clock
    ) -> None:
        self._settings = settings
        self._http = http
        self._clock = clock
        self._signing_key = SigningKey(settings.merchant_private_key)
        self._wallet_key = VerifyingKey(settings.public_key)

    @property
    def account(self) -> str:
        """The mchid."""
        return self._settings.mchid

    def compose(self, order: Order, refund_id: str, amount: Money, reason: str) -> bytes:
        """The JSON of document 4013071036; the wallet's own order number where we know it."""
        fields: dict[str, Any] = {
            "out_refund_no": refund_id,
            "amount": {"refund": amount.fen, "total": order.amount.fen, "currency": "CNY"},
        }
        if order.wallet_order_id:
            fields["transaction_id"] = order.wallet_order_id
        else:
            fields["out_trade_no"] = order.order_id
        if words := fitted(reason, REASON_BYTES_MAX):
            fields["reason"] = words
        return compact(fields)

    def send(self, refund: Refund) -> Answer:
        """POST the refund. A 200 is an acceptance; only its status says whether money moved."""
        reply = reach(self._http, self._request("POST", REFUNDS, refund.body))
        if isinstance(reply, Answer):
            return reply
        return read_refund(reply, self._signature(reply), refund, wechat_codes.SEND)

    def ask(self, refund: Refund) -> Answer:
        """GET the refund by our number."""
        reply = reach(self._http, self._request("GET", f"{REFUNDS}/{_in_path(refund.refund_id)}"))
        if isinstance(reply, Answer):
            return reply
        return read_refund(reply, self._signature(reply), refund, wechat_codes.ASK)

    def order(self, order: Order) -> OrderAnswer:
        """GET the payment, by the wallet's number where we know it, else by ours."""
        reply = reach(self._http, self._request("GET", self._order_target(order)))
        if isinstance(reply, Answer):
            return OrderAnswer(OrderLook.NOT_ASKED, code=reply.code)
        settings = self._settings
        return read_order(reply, self._signature(reply), order, mchid=settings.mchid, appid=settings.appid)

    def _order_target(self, order: Order) -> str:
        key = f"id/{_in_path(order.wallet_order_id)}"
        if not order.wallet_order_id:
            key = f"out-trade-no/{_in_path(order.order_id)}"
        return f"{TRANSACTIONS}/{key}?mchid={_in_path(self._settings.mchid)}"

    def _request(self, method: str, target: str, body: bytes = b"") -> WireRequest:
        settings = self._settings
        timestamp_s, nonce = int(self._clock().timestamp()), secrets.token_hex(16)
        signature = wechat_wire.sign(self._signing_key, method, target, timestamp_s, nonce, body)
        headers = {
            "Authorization": wechat_wire.authorization(
                settings.mchid, settings.merchant_serial_no, timestamp_s, nonce, signature
            ),
            "Accept": "application/json",
            "Content-Type": "application/json",
            "Wechatpay-Serial": settings.public_key_id,
        }
        return WireRequest(method, settings.base_url.rstrip("/") + target, headers, body)

    def _signature(self, reply: HttpReply) -> Signature:
        return wechat_wire.signature_of(reply, self._settings.public_key_id, self._wallet_key, self._clock())


def _in_path(number: str) -> str:
    return quote(number, safe="")
