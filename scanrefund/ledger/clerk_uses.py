"""What each clerk has refunded in one day and one hour: counted by one guarded UPDATE, like the caps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select, update

from scanrefund.ledger.schema import clerk_uses
from scanrefund.model.money import Money
from scanrefund.model.staff import Used

# Statements are made once: SQLAlchemy takes longer to make one than the database to run it.
_THIS: Final = (clerk_uses.c.staff_id == bindparam("this"), clerk_uses.c.stretch == bindparam("in_stretch"))
_ONE: Final = select(clerk_uses.c.amount_fen, clerk_uses.c.count, clerk_uses.c.no_code_count).where(*_THIS)
_ONE_LOCKED: Final = _ONE.with_for_update()
_AMOUNT: Final = clerk_uses.c.amount_fen + bindparam("more_fen")
_COUNT: Final = clerk_uses.c.count + bindparam("more")
_NO_CODE: Final = clerk_uses.c.no_code_count + bindparam("more_no_code")
_TAKE: Final = (
    update(clerk_uses)
    .where(
        *_THIS,
        bindparam("fen_max") >= _AMOUNT,
        bindparam("count_max") >= _COUNT,
        bindparam("no_code_max") >= _NO_CODE,
    )
    .values(amount_fen=_AMOUNT, count=_COUNT, no_code_count=_NO_CODE)
)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much one clerk may refund in one stretch of time: `2026-11-23` or `2026-11-23T18`."""

    stretch: str
    amount_max: Money
    count_max: int
    no_code_count_max: int


def used(connection: Connection, staff_id: str, stretch: str, *, lock: bool) -> Used:
    """What a clerk has used; locked, nobody else uses more before this transaction ends."""
    this = {"this": staff_id, "in_stretch": stretch}
    row = connection.execute(_ONE_LOCKED if lock else _ONE, this).one_or_none()
    if row is not None:
        # `count` is also a method of every row.
        amount_fen, count, no_code_count = row
        return Used(Money(amount_fen), count, no_code_count)
    if lock:
        # Only a row can be locked. Of two that make it at once, the second runs again (`retried`).
        nothing = {"amount_fen": 0, "count": 0, "no_code_count": 0}
        connection.execute(insert(clerk_uses), {"staff_id": staff_id, "stretch": stretch, **nothing})
    return Used()


def take(connection: Connection, staff_id: str, allowance: Allowance, more: Used) -> bool:
    """Use more of an allowance; False when it does not hold it. `used` has made the row."""
    this = {"this": staff_id, "in_stretch": allowance.stretch}
    plus = {"more_fen": more.amount.fen, "more": more.count, "more_no_code": more.no_code_count}
    most = {"fen_max": allowance.amount_max.fen, "count_max": allowance.count_max}
    most |= {"no_code_max": allowance.no_code_count_max}
    return connection.execute(_TAKE, {**this, **plus, **most}).rowcount == 1
