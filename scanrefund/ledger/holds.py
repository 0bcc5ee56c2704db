"""Orders on hold: frozen by a person, with a note; what of them was never sent waits until that is over.

A hold changes no state of a refund and moves no money: it takes the plan from what has not left, and gives it
back. What may have been sent already is not stopped: only asking and resending bring that to its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Row, bindparam, insert, literal, select, update

from scanrefund.errors import UsageFault
from scanrefund.ledger import orders, refunds, staff, trips
from scanrefund.ledger.engine import retried
from scanrefund.ledger.order_schema import holds
from scanrefund.ledger.schema import refunds as refund_rows
from scanrefund.model.hold import ON_HOLD, Hold
from scanrefund.model.order import Order
from scanrefund.model.refund import OPEN, Command, Refund, RefundState
from scanrefund.model.staff import Permission
from scanrefund.model.wallet import safe_number

if TYPE_CHECKING:
    from scanrefund.ledger.by_hand import Hand
    from scanrefund.ledger.ledger import Ledger

# Made once: every send asks it.
_STANDING: Final = (
    select(holds).where(holds.c.order_id == bindparam("this"), holds.c.lifted_at.is_(None)).limit(1)
)
_WITHOUT_A_SEND: Final = (
    select(refund_rows.c.refund_id)
    .where(
        refund_rows.c.order_id == bindparam("order_id"),
        refund_rows.c.sends == 0,
        refund_rows.c.state.in_([literal(state.value) for state in sorted(OPEN)]),
    )
    .order_by(refund_rows.c.created_at, refund_rows.c.refund_id)
)
_WAITS: Final[dict[str, object]] = {"next_command": None, "next_try_at": None}


class Holds:
    """Holds are put and listed here; `ByHand.release` and `ByHand.thaw` lift them."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @retried
    def put(self, number: str, hand: Hand, now: datetime) -> Hold:
        """Put an order on hold, by its own number or by that of a refund that has not been sent.

        `hand.why` is the note. Staff is alerted. Raises UsageFault hold_of_nothing, hold_stands,
        refund_was_sent, refund_under_way, not_permitted.
        """
        with self._ledger.writing() as connection:
            if staff.any_of(connection):
                staff.permitted(connection, hand.by, Permission.REFUND_CREATE)
            order, waiting = _named(connection, number)
            if standing(connection, order.order_id) is not None:
                raise UsageFault("hold_stands", order_id=order.order_id)
            for one in waiting:
                _plan(connection, one, ON_HOLD, _WAITS, now)
            orders.freeze(connection, order.order_id, ON_HOLD)
            about = number if number != order.order_id else "".join(one.refund_id for one in waiting[:1])
            hold = _written(connection, order.order_id, about, hand, now)
            facts: dict[str, str | int | None] = {"by": hand.by, "hold": hold.hold_id}
            self._ledger.enter(connection, now, "put_on_hold", hold.subject, facts)
            self._ledger.enter(connection, now, "alarm", hold.subject, {"alarm": "put_on_hold"})
            return hold

    def listed(self, limit: int) -> list[Hold]:
        """What stands, the longest first."""
        query = select(holds).where(holds.c.lifted_at.is_(None)).order_by(holds.c.hold_id).limit(limit)
        with self._ledger.reading() as connection:
            return [_hold(row) for row in connection.execute(query)]

    def of_order(self, order_id: str) -> Hold | None:
        """The hold that stands for an order."""
        with self._ledger.reading() as connection:
            return standing(connection, order_id)


def standing(connection: Connection, order_id: str) -> Hold | None:
    """The hold of an order, None where none stands."""
    row = connection.execute(_STANDING, {"this": order_id}).one_or_none()
    return _hold(row) if row else None


def keeps_back(connection: Connection, refund: Refund) -> bool:
    """Whether a refund that was never sent must wait because its order is on hold."""
    return refund.sends == 0 and standing(connection, refund.order_id) is not None


def wait(connection: Connection, refund: Refund, now: datetime) -> None:
    """Take the plan from a refund that must not leave; lifting the hold gives it back."""
    trips.decide(connection, refund, refund.state, now, ON_HOLD, _WAITS)


def lift(connection: Connection, hold: Hold, hand: Hand, now: datetime) -> None:
    """End a hold, and plan the send of all that waited: a fact may have opened a second refund beside it.

    The caller holds the order's lock and writes the book.
    """
    over = {"lifted_by": hand.by, "lifted_at": now}
    connection.execute(update(holds).where(holds.c.hold_id == hold.hold_id).values(**over))
    for one in _without_a_send(connection, hold.order_id):
        if one.next_command is None and one.state is not RefundState.WAIT_APPROVAL:
            _plan(connection, one, "hold_lifted", _goes_on(one, now), now)


def _without_a_send(connection: Connection, order_id: str) -> list[Refund]:
    """The open refunds of an order for which no send was ever begun, the oldest first."""
    found = connection.execute(_WITHOUT_A_SEND, {"order_id": order_id}).scalars().all()
    return [refunds.required(connection, one) for one in found]


def _plan(
    connection: Connection, refund: Refund, cause: str, plan: Mapping[str, object], now: datetime
) -> None:
    if not trips.decide(connection, refund, refund.state, now, cause, plan):
        raise UsageFault("refund_under_way", refund_id=refund.refund_id)


def _goes_on(refund: Refund, now: datetime) -> dict[str, object]:
    """An old copy of the books may have made it unknown meanwhile: then the wallet is asked first."""
    if refund.state is not RefundState.READY:
        return {"next_command": Command.ASK.value, "next_try_at": now}
    return {"next_command": Command.SEND.value, "next_try_at": refund.may_go_at(now)}


def _named(connection: Connection, number: str) -> tuple[Order, list[Refund]]:
    """The order a number leads to, locked, and its refunds that were never sent."""
    named = refunds.load(connection, number)
    order = orders.load(connection, named.order_id if named else number, lock=True)
    if order is None:
        raise UsageFault("hold_of_nothing", number=safe_number(number))
    found = [one for one in _without_a_send(connection, order.order_id) if one.has_never_left]
    # Read once, under the order's lock: what leaves from here on, the guarded plan finds out.
    if named and number not in {one.refund_id for one in found}:
        state = refunds.required(connection, number).state
        raise UsageFault("refund_was_sent", refund_id=number, state=state.value)
    return order, found


def _written(connection: Connection, order_id: str, refund_id: str, hand: Hand, now: datetime) -> Hold:
    row = {"order_id": order_id, "refund_id": refund_id, "note": hand.why, "by": hand.by, "at": now}
    connection.execute(insert(holds), {**row, "lifted_by": ""})
    written = standing(connection, order_id)
    if written is None:  # pragma: no cover - it was just written
        raise UsageFault("hold_of_nothing", number=order_id)
    return written


def _hold(row: Row[Any]) -> Hold:
    return Hold(
        *(row.hold_id, row.order_id, row.refund_id, row.note, row.by, row.at, row.lifted_by, row.lifted_at)
    )
