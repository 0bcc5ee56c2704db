"""What a reply of Alipay's v2 gateway comes to. Sources: opendocs `alipay.trade.refund`,
`alipay.trade.fastpay.refund.query`, `alipay.trade.query`.

First the signature, then the code; HTTP is 200 for everything the gateway has understood, so any other
status is unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from scanrefund.http import HttpReply
from scanrefund.model.money import ZERO
from scanrefund.model.order import Order, WalletOrder, WalletOrderState
from scanrefund.model.outcome import (
    Answer,
    CloseAnswer,
    Closing,
    OrderAnswer,
    OrderLook,
    Outcome,
    Signature,
)
from scanrefund.model.refund import Refund
from scanrefund.wallets.alipay_codes import name_of
from scanrefund.wallets.alipay_wire import open_node
from scanrefund.wallets.code_table import (
    CLOSING,
    NOT_BELIEVED,
    RATE_WAIT_S,
    UNLISTED,
    CodeTable,
    Line,
    believed,
)
from scanrefund.wallets.reading import (
    Fields,
    Mismatch,
    Unreadable,
    beijing_time,
    header,
    message,
    must_match,
    text,
    yuan,
)
from scanrefund.wallets.signing import LiveKeys

SUCCESS: Final = "10000"

REFUND_STATUS: Final[dict[str, Outcome]] = {
    "REFUND_SUCCESS": Outcome.SUCCEEDED,
    "REFUND_PROCESSING": Outcome.PROCESSING,
}

TRADE_STATUS: Final[dict[str, WalletOrderState]] = {
    "WAIT_BUYER_PAY": WalletOrderState.UNPAID,
    "TRADE_SUCCESS": WalletOrderState.PAID,
    "TRADE_FINISHED": WalletOrderState.FINISHED,  # paid, and past refunding
    "TRADE_CLOSED": WalletOrderState.CLOSED,  # never paid, or all paid back
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A reply after its signature and code: `line` is None exactly when it is a signed success."""

    code: str
    fields: Fields
    signature: Signature
    line: Line | None
    words: str = ""


def opened(reply: HttpReply, method: str, keys: LiveKeys, table: CodeTable) -> Opened:
    """Verify, parse and look the code up. Never raises for what came in."""
    if reply.status != 200:
        return Opened(f"http_{reply.status}", {}, Signature.MISSING, _not_200(reply.status))
    try:
        node = open_node(reply.body, method, keys)
        if node.signature in NOT_BELIEVED:
            code, line = NOT_BELIEVED[node.signature]
            return Opened(code, {}, node.signature, line)
        return _judged(node.fields, node.signature, table)
    except Unreadable as error:
        return Opened(str(error), {}, Signature.MISSING, UNLISTED)


def _not_200(status: int) -> Line:
    why = "the gateway answers 200 to everything it has understood"
    if status in {202, 429} or status >= 500:
        return Line(Outcome.UNKNOWN, why, wait_s=RATE_WAIT_S if status == 429 else 0)
    return Line(Outcome.UNKNOWN, why, alarm=True)


def _judged(fields: Fields, signature: Signature, table: CodeTable) -> Opened:
    code = text(fields, "code")
    words = message(fields, "sub_msg") or message(fields, "msg")
    if code == SUCCESS:
        good = signature is Signature.VERIFIED
        return Opened(code if good else "unsigned", fields, signature, None if good else UNLISTED, words)
    name = name_of(code, text(fields, "sub_code"))
    return Opened(name, fields, signature, believed(table, name, signature), words)


def read_refund(
    reply: HttpReply, answer: Opened, refund: Refund, success: Callable[[Answer, Fields, Refund], Answer]
) -> Answer:
    """The answer to a send or an ask; `success` reads a signed 10000. Never raises for what came in."""
    base = Answer(
        Outcome.UNKNOWN,
        code=answer.code,
        message=answer.words,
        http_status=reply.status,
        wallet_request_id=header(reply.headers, "trace_id"),
        signature=answer.signature,
    )
    if answer.line is not None:
        return replace(base, outcome=answer.line.outcome, alarm=answer.line.alarm, wait_s=answer.line.wait_s)
    try:
        return success(base, answer.fields, refund)
    except (Unreadable, Mismatch) as error:
        return replace(base, code=str(error), alarm=True)


def sent(base: Answer, fields: Fields, refund: Refund) -> Answer:
    """A signed 10000 to a send. Only `fund_change=Y` says that money moved by this call.

    `N` or no word at all usually means that an earlier send already moved it, so it is PROCESSING and
    the ask decides. `refund_fee` sums up all refunds of the trade: it is not this refund's amount, and
    this answer has no such amount.
    """
    _must_be_ours(fields, refund.order_id, refund.wallet_order_id)
    moved = text(fields, "fund_change") == "Y"
    return replace(
        base,
        outcome=Outcome.SUCCEEDED if moved else Outcome.PROCESSING,
        settled_at=beijing_time(fields, "gmt_refund_pay") if moved else None,
    )


def asked(base: Answer, fields: Fields, refund: Refund) -> Answer:
    """A signed 10000 to an ask: no status and no amount means that there is no refund (yet)."""
    status = text(fields, "refund_status")
    if not status and not text(fields, "refund_amount"):
        return replace(base, outcome=Outcome.ABSENT)
    _must_be_ours(fields, refund.order_id, refund.wallet_order_id)
    must_match("refund_id", text(fields, "out_request_no"), refund.refund_id)
    amount = yuan(fields, "refund_amount")
    if refund.amount != ZERO:  # zero asks what there is, whatever its amount
        must_match("amount", amount, refund.amount)
    if text(fields, "total_amount"):
        must_match("order_amount", yuan(fields, "total_amount"), refund.order_amount)
    if status not in REFUND_STATUS:
        raise Unreadable("wrong_refund_status")
    settled_at = beijing_time(fields, "gmt_refund_pay")
    return replace(base, outcome=REFUND_STATUS[status], code=status, amount=amount, settled_at=settled_at)


def read_order(answer: Opened, order: Order) -> OrderAnswer:
    """The wallet's word on an order. Never raises for what came in."""
    if answer.line is not None:
        absent = answer.line.outcome is Outcome.ABSENT
        look = OrderLook.NOT_FOUND if absent else OrderLook.NOT_ASKED
        return OrderAnswer(look, code=answer.code, message=answer.words)
    try:
        return OrderAnswer(OrderLook.FOUND, _order(answer.fields, order))
    except (Unreadable, Mismatch) as error:
        return OrderAnswer(OrderLook.NOT_ASKED, code=str(error))


def read_close(answer: Opened, order: Order) -> CloseAnswer:
    """The answer to closing a trade. Never raises for what came in."""
    if answer.line is not None:
        closing = CLOSING.get(answer.line.outcome, Closing.UNKNOWN)
        return CloseAnswer(closing, answer.code, answer.words)
    try:
        _must_be_ours(answer.fields, order.order_id, order.wallet_order_id)
    except (Unreadable, Mismatch) as error:
        return CloseAnswer(Closing.UNKNOWN, code=str(error))
    return CloseAnswer(Closing.CLOSED)


def _order(fields: Fields, order: Order) -> WalletOrder:
    _must_be_ours(fields, order.order_id, order.wallet_order_id)
    state = TRADE_STATUS.get(text(fields, "trade_status"))
    if state is None:
        raise Unreadable("wrong_trade_status")
    return WalletOrder(
        order_id=order.order_id,
        wallet_order_id=text(fields, "trade_no"),
        amount=yuan(fields, "total_amount"),
        state=state,
        payer_id=text(fields, "buyer_user_id") or text(fields, "buyer_open_id"),
        paid_at=beijing_time(fields, "send_pay_date"),
    )


def _must_be_ours(fields: Fields, order_id: str, wallet_order_id: str) -> None:
    must_match("order_id", text(fields, "out_trade_no"), order_id)
    if wallet_order_id:
        must_match("wallet_order_id", text(fields, "trade_no"), wallet_order_id)
