"""Orders over the API: kept by the same road as the till's CSV, and shown."""

from __future__ import annotations

from typing import Any, Final

from scanrefund.model.printable import codes_hidden
from scanrefund.orders_desk import HEADER, RowProblem
from scanrefund.say.speak import say_fault, say_refusal
from scanrefund.web.api.call import Answer, TillCall
from scanrefund.web.fields import Fields
from scanrefund.web.receipts import moment

ORDERS_MAX: Final = 1_000
# A thousand orders with a few columns of the till's own.
BYTES_MAX: Final = 2_000_000
CELL_CHARS_MAX: Final = 300


def keep(told: TillCall) -> Answer:
    """Keep orders, new and changed ones; each that cannot be kept is named with its cause."""
    call = told.call
    rows = [_row(order) for order in call.fields.items("orders", ORDERS_MAX)]
    report = call.site.house.orders.take(rows, strict=call.fields.flag("strict"))
    problems = [_problem(one, call.language) for one in report.problems]
    counts = {"read": report.read, "kept": report.kept, "unchanged": report.unchanged}
    return Answer(counts | {"problems": problems})


def one(told: TillCall) -> Answer:
    """One order with its sums, and whether our own books speak against any refund."""
    call = told.call
    order = call.site.house.orders.show(call.path["order_id"])
    refusal = call.site.house.search.refusal(order, None)
    document = {
        "order_id": order.order_id,
        "wallet": order.wallet.value,
        "wallet_order_id": order.wallet_order_id or None,
        "amount_fen": order.amount.fen,
        "refunded_fen": order.refunded.fen,
        "remaining_fen": max(order.remaining.fen, 0),
        "state": order.state.value,
        "paid_at": moment(order.paid_at),
        "refund_count": order.refund_count,
        "open_refund_id": order.open_refund_id,
        "frozen_why": order.frozen_why or None,
        "may_refund": refusal is None,
        "why_not": say_refusal(refusal, call.language).clerk if refusal else None,
    }
    return Answer(document)


def _row(order: Fields) -> dict[str, str]:
    """The order as a row of the CSV."""
    amount = order.money("amount_fen")
    row = {
        name: order.raw_text(name, CELL_CHARS_MAX, needed=False).strip()
        for name in HEADER
        if name != "amount_fen"
    }
    more = {name: order.text(name, CELL_CHARS_MAX, needed=False) for name in order.names() - set(HEADER)}
    return more | row | {"amount_fen": str(amount.fen) if amount else ""}


def _problem(one: RowProblem, language: str) -> dict[str, Any]:
    say = codes_hidden(say_fault(one.cause, language))
    return {"place": one.line, "order_id": one.order_id, "code": one.cause.code, "say": say}
