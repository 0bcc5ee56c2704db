"""What people do to an order as a whole, row by row, and how it follows the refund it became.

The decisions are in `order_actions.py`; this file has the rows and what a refund's move means for them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from scanrefund.ledger import marks, orders, telling
from scanrefund.ledger.order_schema import reversals
from scanrefund.ledger.schema import orders as orders_table
from scanrefund.model.money import ZERO, Money
from scanrefund.model.order import Order
from scanrefund.model.refund import TERMINAL, Refund, RefundState
from scanrefund.model.reversal import Reversal, ReversalKind, ReversalState

# Statements are made once: SQLAlchemy takes longer to make one than the database to run it.
_OF_REQUEST: Final = select(reversals).where(reversals.c.request_id == bindparam("request_id"))
_OF_ORDER: Final = (
    select(reversals)
    .where(reversals.c.order_id == bindparam("order_id"))
    .order_by(reversals.c.reversal_id.desc())
)

# The customer has the money: what the refund was for is done.
_PAID: Final = frozenset({RefundState.SUCCEEDED, RefundState.EXTERNAL})

_BEFORE_VAIN: Final = (ReversalState.OPEN.value,)
_BEFORE_DONE: Final = (ReversalState.OPEN.value, ReversalState.VAIN.value)


def write(connection: Connection, new: Reversal) -> Reversal:
    """Write one down; as it stands, with its number."""
    row = {
        "order_id": new.order_id,
        "kind": new.kind.value,
        "state": new.state.value,
        "old_fen": new.old.fen,
        "new_fen": new.new.fen,
        "request_id": new.request_id or None,
        "by": new.by,
        "why": new.why,
        "at": new.at,
        "ended_at": None if new.state is ReversalState.OPEN else new.at,
    }
    connection.execute(insert(reversals), row)
    return of_order(connection, new.order_id)[0]


def of_order(connection: Connection, order_id: str) -> list[Reversal]:
    """Everything people did to an order, the newest first."""
    return [_reversal(row) for row in connection.execute(_OF_ORDER, {"order_id": order_id})]


def of_request(connection: Connection, request_id: str) -> Reversal | None:
    """What asked for a refund under this name, or None."""
    row = connection.execute(_OF_REQUEST, {"request_id": request_id}).one_or_none()
    return _reversal(row) if row else None


def end(connection: Connection, reversal: Reversal, state: ReversalState, now: datetime) -> bool:
    """It has led somewhere, or nowhere. False where it had ended so that this is no news.

    What counted as in vain is done once the money has arrived all the same.
    """
    before = _BEFORE_DONE if state is ReversalState.DONE else _BEFORE_VAIN
    this = update(reversals).where(
        reversals.c.reversal_id == reversal.reversal_id, reversals.c.state.in_(before)
    )
    return connection.execute(this.values(state=state.value, ended_at=now)).rowcount == 1


def follow(connection: Connection, refund: Refund, new: RefundState, now: datetime) -> None:
    """A refund has moved; where it has ended, what it was made for ends with it.

    A cancelled order is one whose refund has arrived: until then the customer must still be able to get it.
    """
    if new not in TERMINAL:
        return
    reversal = of_request(connection, refund.request_id)
    if reversal is None:
        return
    if new not in _PAID:
        end(connection, reversal, ReversalState.VAIN, now)
        return
    if not end(connection, reversal, ReversalState.DONE, now):
        return
    if reversal.kind is ReversalKind.CANCEL:
        cancel(connection, refund.order_id, reversal.why, now)
    elif reversal.kind is ReversalKind.ADJUST:
        marks.of_order(connection, refund.order_id, "ADJUSTED", reversal.new, now)


def cancel(connection: Connection, order_id: str, why: str, now: datetime) -> None:
    """The order is off, for ever. One that is cancelled already stays as it was."""
    this = update(orders_table).where(
        orders_table.c.order_id == order_id, orders_table.c.cancelled_at.is_(None)
    )
    if connection.execute(this.values(cancelled_at=now, cancelled_why=why)).rowcount != 1:
        return
    order = orders.load(connection, order_id)
    marks.of_order(connection, order_id, "CANCELLED", order.amount if order else ZERO, now)
    telling.note_cancelled(connection, order_id, now)


def cost(order: Order, done: list[Reversal]) -> Money:
    """What the order should cost by now: what was paid, or what the last adjustment made of it."""
    adjusted = (one for one in done if one.kind is ReversalKind.ADJUST)
    return next((one.new for one in adjusted if one.state is not ReversalState.VAIN), order.amount)


def _reversal(row: Row[Any]) -> Reversal:
    return Reversal(
        reversal_id=row.reversal_id,
        order_id=row.order_id,
        kind=ReversalKind(row.kind),
        state=ReversalState(row.state),
        old=Money(row.old_fen),
        new=Money(row.new_fen),
        request_id=row.request_id or "",
        by=row.by,
        why=row.why,
        at=row.at,
    )
