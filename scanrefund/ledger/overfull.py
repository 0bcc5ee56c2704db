"""No byte leaves for an order of which more is promised than was paid.

Only facts can make an order so: refunds found at the wallet, and ends that the wallet's own word undid.
What is still to be sent then waits for a person.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, bindparam, case, func, literal, or_, select

from scanrefund.ledger import trips
from scanrefund.ledger.schema import orders, refunds
from scanrefund.model.refund import COUNTS_FOR_CUSTOMER, COUNTS_FOR_WALLET, Refund, RefundState, may_move

# What was never sent and cannot be held is looked at again this much later; a person may withdraw it.
LOOK_AGAIN: Final = timedelta(hours=1)


def _promised(states: frozenset[RefundState]) -> ColumnElement[int]:
    counted = refunds.c.state.in_([literal(state.value) for state in states])
    return func.sum(case((counted, refunds.c.amount_fen), else_=0))


# Made once, as all the hot statements: every send asks it.
_OVERFULL: Final = (
    select(orders.c.order_id)
    .join(refunds, refunds.c.order_id == orders.c.order_id)
    .where(orders.c.order_id == bindparam("order_id"))
    .group_by(orders.c.order_id, orders.c.amount_fen)
    .having(
        or_(
            _promised(COUNTS_FOR_WALLET) > orders.c.amount_fen,
            _promised(COUNTS_FOR_CUSTOMER) > orders.c.amount_fen,
        )
    )
)


def is_overfull(connection: Connection, order_id: str) -> bool:
    """Whether the refunds of an order sum up to more than was paid, for the wallet or for the customer."""
    return connection.execute(_OVERFULL, {"order_id": order_id}).first() is not None


def hold_back(connection: Connection, refund: Refund, now: datetime) -> bool:
    """Let a refund wait for a person instead of going out. False when somebody works on it."""
    plan: dict[str, object] = {"next_command": None, "next_try_at": None, "released": False}
    new = RefundState.HELD
    if not may_move(refund.state, new):
        plan, new = {"next_try_at": now + LOOK_AGAIN}, refund.state
    return trips.decide(connection, refund, new, now, "order_overfull", plan)
