"""Alipay, v2 gateway: what is asked for on the line, and who reads the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from scanrefund.http import Http, HttpReply
from scanrefund.model.bill import BillAnswer, BillKind
from scanrefund.model.money import Money
from scanrefund.model.notice import Notice
from scanrefund.model.order import Order
from scanrefund.model.outcome import (
    Answer,
    CloseAnswer,
    Closing,
    OrderAnswer,
    OrderLook,
    Outcome,
    PayerAnswer,
    PayerLook,
)
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.refund import Refund
from scanrefund.model.wallet import Wallet
from scanrefund.wallets import alipay_bills, alipay_codes
from scanrefund.wallets.alipay_line import AlipayLine, AlipaySettings
from scanrefund.wallets.alipay_notices import read_notice
from scanrefund.wallets.alipay_replies import Opened, asked, opened, read_close, read_order, read_refund, sent
from scanrefund.wallets.body import compact, fitted
from scanrefund.wallets.clock_skew import told_by_clock
from scanrefund.wallets.code_table import CodeTable
from scanrefund.wallets.gateway import NOT_OFFERED, BankCard
from scanrefund.wallets.transport import wire_clock

REFUND: Final = "alipay.trade.refund"
REFUND_QUERY: Final = "alipay.trade.fastpay.refund.query"
TRADE_QUERY: Final = "alipay.trade.query"
CLOSE: Final = "alipay.trade.close"
REASON_BYTES_MAX: Final = 256


class AlipayGateway:
    """A WalletGateway. The constructor reads the key files (KeyFault) and opens no connection."""

    wallet: Final = Wallet.ALIPAY

    def __init__(
        self, settings: AlipaySettings, http: Http, clock: Callable[[], datetime] = wire_clock
    ) -> None:
        self._settings = settings
        self._line = AlipayLine(settings, http, clock)

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
        reply = self._line.call(REFUND, refund.body)
        if isinstance(reply, Answer):
            return reply
        return read_refund(reply, self._opened(reply, REFUND, alipay_codes.SEND), refund, sent)

    def ask(self, refund: Refund) -> Answer:
        """Query the refund by our number. Alipay's ABSENT is weak: a late refund may still come."""
        fields = {
            "out_request_no": refund.refund_id,
            "query_options": ["gmt_refund_pay"],
            **_trade(refund.order_id, refund.wallet_order_id),
        }
        reply = self._line.call(REFUND_QUERY, compact(fields))
        if isinstance(reply, Answer):
            return reply
        return read_refund(reply, self._opened(reply, REFUND_QUERY, alipay_codes.ASK), refund, asked)

    def order(self, order: Order) -> OrderAnswer:
        """Query the trade, by the wallet's number where we know it, else by ours."""
        reply = self._line.call(TRADE_QUERY, compact(_trade(order.order_id, order.wallet_order_id)))
        if isinstance(reply, Answer):
            return OrderAnswer(OrderLook.NOT_ASKED, code=reply.code)
        return read_order(self._opened(reply, TRADE_QUERY, alipay_codes.ORDER), order)

    def close(self, order: Order) -> CloseAnswer:
        """Close an unpaid trade. One that no customer has opened yet is not known to Alipay."""
        reply = self._line.call(CLOSE, compact(_trade(order.order_id, order.wallet_order_id)))
        if isinstance(reply, Answer):
            return CloseAnswer(Closing.UNKNOWN, code=reply.code)
        return read_close(self._opened(reply, CLOSE, alipay_codes.CLOSE), order)

    def apply_abnormal(self, refund: Refund, card: BankCard | None) -> Answer:  # noqa: ARG002
        """Alipay has no such call: what it cannot pay back it settles with the customer itself."""
        return Answer(Outcome.NOT_SENT, code=NOT_OFFERED)

    def payer_of_code(self, code: PaymentCode) -> PayerAnswer:  # noqa: ARG002
        """Not asked: Alipay opens its decoding calls only for customers who signed up with the shop."""
        return PayerAnswer(PayerLook.NOT_OFFERED, code=NOT_OFFERED)

    def bill(self, day: date, kind: BillKind) -> BillAnswer:
        """Ask for the bill's address, then fetch and unpack it: two CSV files in GBK."""
        return alipay_bills.fetch(self._line, day, kind)

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:  # noqa: ARG002
        """Verify a notice about a trade; it carries everything in its form."""
        return read_notice(self._line, body, now)

    def _opened(self, reply: HttpReply, method: str, table: CodeTable) -> Opened:
        answer = opened(reply, method, self._line.keys, table)
        return replace(answer, code=told_by_clock(answer.code, reply.headers, self._line.now()))


def _trade(order_id: str, wallet_order_id: str) -> dict[str, Any]:
    return {"trade_no": wallet_order_id} if wallet_order_id else {"out_trade_no": order_id}
