"""What the till is told: written in the transaction of the change itself, then told until it was heard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Integer, Row, bindparam, insert, or_, select, update

from scanrefund.ledger import orders
from scanrefund.ledger.order_schema import marks
from scanrefund.model.money import Money
from scanrefund.model.order import OrderState
from scanrefund.model.refund import TERMINAL, Refund, RefundState

# What changes for a till: money is promised, a person must look, it has ended. The way between is ours.
_TOLD: Final = TERMINAL | {
    RefundState.WAIT_APPROVAL,
    RefundState.READY,
    RefundState.HELD,
    RefundState.ABNORMAL,
}
# Longer than any wait of ours: a time further ahead was written by a clock that ran wrong.
_AHEAD_MAX: Final = timedelta(hours=7)

# A till that is set up later hears of the last week; before that it reads the CSV.
AGE_MAX: Final = timedelta(days=7)

# Statements are made once: SQLAlchemy takes longer to make one than the database to run it.
_NEW: Final = insert(marks)
_DUE: Final = (
    select(marks)
    .where(
        or_(marks.c.next_try_at <= bindparam("now"), marks.c.next_try_at > bindparam("too_far")),
        marks.c.at >= bindparam("too_old"),
    )
    .order_by(marks.c.mark_id)
    .limit(bindparam("most", type_=Integer))
)


@dataclass(frozen=True, slots=True)
class Mark:
    """One change of an order or of a refund of it.

    `event` is ORDER_… or REFUND_… with the new state; `order_state`, `refunded` are the order's after it.
    `amount` is what the change is about. `tries` counts how often the till was told in vain.
    """

    mark_id: int
    order_id: str
    refund_id: str
    event: str
    order_state: OrderState
    amount: Money
    refunded: Money
    at: datetime
    tries: int = 0
    told_at: datetime | None = None
    trouble: str = ""


def of_move(connection: Connection, refund: Refund, new: RefundState, now: datetime) -> None:
    """A refund was written, or has moved."""
    if new in _TOLD:
        _write(connection, refund.order_id, f"REFUND_{new.value}", refund.amount, now, refund.refund_id)


def of_order(connection: Connection, order_id: str, event: str, amount: Money, now: datetime) -> None:
    """Something was done to an order as a whole."""
    _write(connection, order_id, f"ORDER_{event}", amount, now, "")


def due(connection: Connection, now: datetime, most: int) -> list[Mark]:
    """What the till should be told now, the oldest first."""
    rows = connection.execute(
        _DUE, {"now": now, "too_far": now + _AHEAD_MAX, "too_old": now - AGE_MAX, "most": most}
    )
    return [_mark(row) for row in rows]


def take(connection: Connection, mark: Mark, again_at: datetime) -> bool:
    """Take one to tell it now; False where another worker has. Left alone, it is due again then."""
    as_read = update(marks).where(
        marks.c.mark_id == mark.mark_id, marks.c.tries == mark.tries, marks.c.next_try_at.is_not(None)
    )
    taken = connection.execute(as_read.values(tries=mark.tries + 1, next_try_at=again_at))
    return taken.rowcount == 1


def told(connection: Connection, mark: Mark, now: datetime) -> None:
    """The till has heard it."""
    this = update(marks).where(marks.c.mark_id == mark.mark_id)
    connection.execute(this.values(told_at=now, next_try_at=None, trouble=""))


def missed(connection: Connection, mark: Mark, trouble: str, again_at: datetime | None) -> None:
    """The till has not heard it; None for when to try again gives up."""
    this = update(marks).where(marks.c.mark_id == mark.mark_id, marks.c.told_at.is_(None))
    connection.execute(this.values(next_try_at=again_at, trouble=trouble))


def since(connection: Connection, moment: datetime | None) -> Iterator[Mark]:
    """Every mark from a moment on, in the order they were written."""
    query = select(marks).order_by(marks.c.mark_id)
    if moment is not None:
        query = query.where(marks.c.at >= moment)
    for row in connection.execute(query.execution_options(yield_per=1_000)):
        yield _mark(row)


def retry(connection: Connection, now: datetime) -> int:
    """Try again what was given up; how many that are."""
    given_up = update(marks).where(marks.c.next_try_at.is_(None), marks.c.told_at.is_(None))
    return connection.execute(given_up.values(next_try_at=now, tries=0)).rowcount


def _write(
    connection: Connection, order_id: str, event: str, amount: Money, now: datetime, refund_id: str
) -> None:
    order = orders.load(connection, order_id)
    if order is None:
        return
    row = {
        "order_id": order_id,
        "refund_id": refund_id,
        "event": event,
        "order_state": order.state.value,
        "amount_fen": amount.fen,
        "refunded_fen": order.refunded.fen,
        "at": now,
        "next_try_at": now,
    }
    connection.execute(_NEW, row)


def _mark(row: Row[Any]) -> Mark:
    return Mark(
        mark_id=row.mark_id,
        order_id=row.order_id,
        refund_id=row.refund_id,
        event=row.event,
        order_state=OrderState(row.order_state),
        amount=Money(row.amount_fen),
        refunded=Money(row.refunded_fen),
        at=row.at,
        tries=row.tries,
        told_at=row.told_at,
        trouble=row.trouble,
    )
