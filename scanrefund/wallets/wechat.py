"""WeChat Pay APIv3, direct merchant: what is asked for on the line, and who reads the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import quote

from scanrefund.http import Http
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
)
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.refund import Refund
from scanrefund.model.wallet import Wallet
from scanrefund.wallets import wechat_bills, wechat_codes, wechat_payer
from scanrefund.wallets.body import compact, fitted
from scanrefund.wallets.clock_skew import told_by_clock
from scanrefund.wallets.code_table import CodeTable
from scanrefund.wallets.gateway import BankCard
from scanrefund.wallets.transport import wire_clock
from scanrefund.wallets.wechat_line import WechatLine, WechatSettings
from scanrefund.wallets.wechat_notices import read_notice
from scanrefund.wallets.wechat_replies import read_close, read_order, read_refund

REFUNDS: Final = "/v3/refund/domestic/refunds"
TRANSACTIONS: Final = "/v3/pay/transactions"
REASON_BYTES_MAX: Final = 80


class WechatGateway:
    """A WalletGateway. The constructor reads the key files (KeyFault) and opens no connection."""

    wallet: Final = Wallet.WECHAT

    def __init__(
        self, settings: WechatSettings, http: Http, clock: Callable[[], datetime] = wire_clock
    ) -> None:
        self._settings = settings
        self._line = WechatLine(settings, http, clock)

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
        if self._settings.notify_url:
            fields["notify_url"] = self._settings.notify_url
        return compact(fields)

    def send(self, refund: Refund) -> Answer:
        """POST the refund. A 200 is an acceptance; only its status says whether money moved."""
        return self._refund_answer("POST", REFUNDS, refund.body, refund, wechat_codes.SEND)

    def ask(self, refund: Refund) -> Answer:
        """GET the refund by our number."""
        target = f"{REFUNDS}/{_in_path(refund.refund_id)}"
        return self._refund_answer("GET", target, b"", refund, wechat_codes.ASK)

    def apply_abnormal(self, refund: Refund, card: BankCard | None) -> Answer:
        """Document 4013071193: a stuck refund goes to a debit card of the customer, or to the merchant."""
        if not refund.wallet_refund_id:
            return Answer(Outcome.NOT_SENT, code="no_wallet_refund_id")
        target = f"{REFUNDS}/{_in_path(refund.wallet_refund_id)}/apply-abnormal-refund"
        body = compact(self._abnormal(refund, card))
        return self._refund_answer("POST", target, body, refund, wechat_codes.ABNORMAL)

    def _abnormal(self, refund: Refund, card: BankCard | None) -> dict[str, str]:
        fields = {"out_refund_no": refund.refund_id, "type": "MERCHANT_BANK_CARD"}
        if card is None:
            return fields
        _, key = self._line.sealing_key
        return fields | {
            "type": "USER_BANK_CARD",
            "bank_type": card.bank_type,
            "bank_account": key.encrypted(card.account),
            "real_name": key.encrypted(card.holder),
        }

    def _refund_answer(
        self, method: str, target: str, body: bytes, refund: Refund, table: CodeTable
    ) -> Answer:
        heard = self._line.call(method, target, body)
        if isinstance(heard, Answer):
            return heard
        answer = read_refund(heard.reply, heard.signature, refund, table)
        return replace(answer, code=told_by_clock(answer.code, heard.reply.headers, self._line.now()))

    def order(self, order: Order) -> OrderAnswer:
        """GET the payment, by the wallet's number where we know it, else by ours."""
        heard = self._line.call("GET", self._order_target(order))
        if isinstance(heard, Answer):
            return OrderAnswer(OrderLook.NOT_ASKED, code=heard.code)
        settings = self._settings
        answer = read_order(heard.reply, heard.signature, order, mchid=settings.mchid, appid=settings.appid)
        return replace(answer, code=told_by_clock(answer.code, heard.reply.headers, self._line.now()))

    def close(self, order: Order) -> CloseAnswer:
        """Close by our number: 204, signed over an empty body. Refused for orders paid by code."""
        target = f"{TRANSACTIONS}/out-trade-no/{_in_path(order.order_id)}/close"
        heard = self._line.call("POST", target, compact({"mchid": self._settings.mchid}))
        if isinstance(heard, Answer):
            return CloseAnswer(Closing.UNKNOWN, code=heard.code)
        return read_close(heard.reply, heard.signature)

    def payer_of_code(self, code: PaymentCode) -> PayerAnswer:
        """V2 `authcodetoopenid`; it locks the code to this appid until the phone shows a new one."""
        return wechat_payer.payer_of_code(self._line, code)

    def bill(self, day: date, kind: BillKind) -> BillAnswer:
        """Ask where the bill lies, then fetch it: unpacked, and compared with the signed hash."""
        return wechat_bills.fetch(self._line, day, kind)

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """Verify and open a refund notice (document 4012082053)."""
        return read_notice(self._line, headers, body, now)

    def _order_target(self, order: Order) -> str:
        key = f"id/{_in_path(order.wallet_order_id)}"
        if not order.wallet_order_id:
            key = f"out-trade-no/{_in_path(order.order_id)}"
        return f"{TRANSACTIONS}/{key}?mchid={_in_path(self._settings.mchid)}"


def _in_path(number: str) -> str:
    return quote(number, safe="")
