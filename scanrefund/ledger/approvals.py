"""A second person's word on one wish: bound to it, good for five minutes, taken once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select, update

from scanrefund.errors import Bug
from scanrefund.ledger.schema import approvals
from scanrefund.model.money import Money

# A supervisor leans over, types, and the clerk presses Enter; whoever comes back later asks again.
GOOD_FOR: Final = timedelta(minutes=5)

# Made once: every wish in a shop with staff asks it.
_NEWEST: Final = (
    select(approvals)
    .where(approvals.c.request_id == bindparam("this"))
    .order_by(approvals.c.approval_id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Bound:
    """What an approval is for; any other wish is another one."""

    request_id: str
    order_id: str
    amount: Money
    order_version: str
    clerk: str


@dataclass(frozen=True, slots=True)
class Given:
    """An approval as it was written down."""

    approval_id: int
    bound: Bound
    approver: str
    given_at: datetime
    until: datetime
    used_at: datetime | None


def give(connection: Connection, bound: Bound, approver: str, now: datetime) -> int:
    """Write an approval down; its number. The table refuses a clerk's word on his own wish."""
    row = {
        "request_id": bound.request_id,
        "order_id": bound.order_id,
        "amount_fen": bound.amount.fen,
        "order_version": bound.order_version,
        "clerk": bound.clerk,
        "approver": approver,
        "given_at": now,
        "until": now + GOOD_FOR,
    }
    key = connection.execute(insert(approvals), row).inserted_primary_key
    if key is None:  # pragma: no cover - only the type allows it: a row that was inserted has a key
        raise Bug("reserve_without_approval", order_id=bound.order_id)
    return int(key[0])


def newest(connection: Connection, request_id: str) -> Given | None:
    """The last approval of a wish, or None."""
    row = connection.execute(_NEWEST, {"this": request_id}).one_or_none()
    if row is None:
        return None
    bound = Bound(row.request_id, row.order_id, Money(row.amount_fen), row.order_version, row.clerk)
    return Given(row.approval_id, bound, row.approver, row.given_at, row.until, row.used_at)


def use(connection: Connection, approval_id: int, bound: Bound, refund_id: str, now: datetime) -> bool:
    """Take an approval for a refund; False when it is for something else, over, or was taken before."""
    taken = connection.execute(
        update(approvals)
        .where(
            approvals.c.approval_id == approval_id,
            approvals.c.used_at.is_(None),
            approvals.c.given_at <= now,
            approvals.c.until > now,
            approvals.c.request_id == bound.request_id,
            approvals.c.order_id == bound.order_id,
            approvals.c.amount_fen == bound.amount.fen,
            approvals.c.order_version == bound.order_version,
            approvals.c.clerk == bound.clerk,
        )
        .values(used_at=now, refund_id=refund_id)
    )
    return taken.rowcount == 1
