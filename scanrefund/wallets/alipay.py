"""Alipay, v2 gateway, public-key mode: refund, ask, order look-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from scanrefund.http import Http
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.outcome import Answer, OrderAnswer, OrderLook
from scanrefund.model.refund import Refund
from scanrefund.model.wallet import Wallet
from scanrefund.wallets import alipay_codes
from scanrefund.wallets.alipay_replies import asked, opened, read_order, read_refund, sent
from scanrefund.wallets.alipay_wire import string_to_sign
from scanrefund.wallets.body import compact, fitted
from scanrefund.wallets.reading import BEIJING
from scanrefund.wallets.signing import SigningKey, VerifyingKey
from scanrefund.wallets.transport import WireRequest, reach, wire_clock

REFUND: Final = "alipay.trade.refund"
REFUND_QUERY: Final = "alipay.trade.fastpay.refund.query"
TRADE_QUERY: Final = "alipay.trade.query"
REASON_BYTES_MAX: Final = 256


@dataclass(frozen=True, slots=True)
class AlipaySettings:
    """One app at Alipay. `base_url` is without `/gateway.do`; the keys are files."""

    base_url: str
    app_id: str
    seller_id: str
    app_private_key: Path
    alipay_public_key: Path


class AlipayGateway:
    """A WalletGateway. The constructor reads the two key files (KeyFault) and opens no connection."""

    wallet: Final = Wallet.ALIPAY

    def __init__(
        self, settings: AlipaySettings, http: Http, clock: Callable[[], datetime] = wire_clock
    ) -> None:
        self._settings = settings
        self._http = http
        self._clock = clock
        self._signing_key = SigningKey(settings.app_private_key)
        self._wallet_key = VerifyingKey(settings.alipay_public_key)

    @property
    def account(self) -> str:
        """Seller and app: the wallet keeps refund numbers per seller, and we ask as this app."""
        return f"{self._settings.seller_id}/{self._settings.app_id}"

    def compose(self, order: Order, refund_id: str, amount: Money, reason: str) -> bytes:
        """The biz_content of `alipay.trade.refund`; the wallet's own trade number where we know it.

        `out_request_no` is always there: without it a repeat could pay twice.
        """
        fields = {
            "out_request_no": refund_id,
            "refund_amount": amount.yuan(),
            **_trade(order.order_id, order.wallet_order_id),
        }
        if words := fitted(reason, REASON_BYTES_MAX):
            fields["refund_reason"] = words
        return compact(fields)

    def send(self, refund: Refund) -> Answer:
        """Request the refund. Only `fund_change=Y` says that money moved."""
        reply = reach(self._http, self._request(REFUND, refund.body))
        if isinstance(reply, Answer):
            return reply
        answer = opened(reply, REFUND, self._wallet_key, alipay_codes.SEND)
        return read_refund(reply, answer, refund, sent)

    def ask(self, refund: Refund) -> Answer:
        """Query the refund by our number. Alipay's ABSENT is weak: a late refund may still come."""
        fields = {
            "out_request_no": refund.refund_id,
            "query_options": ["gmt_refund_pay"],
            **_trade(refund.order_id, refund.wallet_order_id),
        }
        reply = reach(self._http, self._request(REFUND_QUERY, compact(fields)))
        if isinstance(reply, Answer):
            return reply
        answer = opened(reply, REFUND_QUERY, self._wallet_key, alipay_codes.ASK)
        return read_refund(reply, answer, refund, asked)

    def order(self, order: Order) -> OrderAnswer:
        """Query the trade, by the wallet's number where we know it, else by ours."""
        body = compact(_trade(order.order_id, order.wallet_order_id))
        reply = reach(self._http, self._request(TRADE_QUERY, body))
        if isinstance(reply, Answer):
            return OrderAnswer(OrderLook.NOT_ASKED, code=reply.code)
        return read_order(opened(reply, TRADE_QUERY, self._wallet_key, alipay_codes.ORDER), order)

    def _request(self, method: str, body: bytes) -> WireRequest:
        """Public parameters in the address (charset must be there), biz_content in the body."""
        biz_content = body.decode("utf-8")
        params = {
            "app_id": self._settings.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": self._clock().astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
            "version": "1.0",
        }
        params["sign"] = self._signing_key.sign(string_to_sign({**params, "biz_content": biz_content}))
        url = f"{self._settings.base_url.rstrip('/')}/gateway.do?{urlencode(params)}"
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
        return WireRequest("POST", url, headers, urlencode({"biz_content": biz_content}).encode("ascii"))


def _trade(order_id: str, wallet_order_id: str) -> dict[str, Any]:
    return {"trade_no": wallet_order_id} if wallet_order_id else {"out_trade_no": order_id}
