"""What a stretch of days comes to, counted by the database: no row of a refund leaves it.

Every figure is about what was begun in the stretch: refunds made, wishes refused, codes shown. How they stand
is how they stand now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Label,
    Select,
    String,
    and_,
    case,
    func,
    literal,
    select,
    type_coerce,
)

from scanrefund.ledger.moments import day_number, fact, hour_number, seconds_of
from scanrefund.ledger.schema import book, codes, orders, refunds
from scanrefund.model.printable import codes_hidden
from scanrefund.model.refund import OPEN, RefundState

# A page of causes is read; a longer tail is in the CSV of `refunds` and in the book.
GROUPS_MAX: Final = 100

_STATES_OPEN: Final = sorted(state.value for state in OPEN)
_PAID: Final = (RefundState.SUCCEEDED.value, RefundState.EXTERNAL.value)
_UNPAID: Final = tuple(
    state.value for state in (RefundState.CLOSED, RefundState.CANCELLED, RefundState.RETURNED_TO_MERCHANT)
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """From a moment to another, the second not in it, and how far the shop's clock is ahead of UTC."""

    start: datetime
    end: datetime
    offset_s: int


@dataclass(frozen=True, slots=True)
class Sum:
    """Refunds of one group: how many were made, succeeded, failed and are open, with what they came to."""

    name: str
    count: int
    fen: int
    paid: int
    paid_fen: int
    failed: int
    open: int


@dataclass(frozen=True, slots=True)
class Count:
    """How often something was."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Steps:
    """From the code that was shown to the money: how many came how far, and the median seconds between.

    A median is None where there was nothing to measure.
    """

    shown: int
    wished: int
    accepted: int
    sent: int
    paid: int
    shown_to_accepted_s: int | None
    accepted_to_paid_s: int | None


class Tally:
    """Counts over one stretch, inside one transaction."""

    def __init__(self, connection: Connection, stretch: Stretch) -> None:
        self._connection, self._stretch = connection, stretch

    def total(self) -> Sum:
        """Everything made in the stretch. Cash and refunds made elsewhere are groups of `by_way`."""
        return self._sums(literal(""))[0] if self._made() else Sum("", 0, 0, 0, 0, 0, 0)

    def next_day(self) -> Sum:
        """Refunds of orders paid on an earlier day of the shop."""
        found = self._sums(self._is_next_day())
        return next((one for one in found if one.name == "1"), Sum("1", 0, 0, 0, 0, 0, 0))

    def by_way(self) -> list[Sum]:
        """What is not the wallet's ordinary way: paid by hand, and found at the wallet."""
        ways = (RefundState.PAID_OTHER_WAY.value, RefundState.EXTERNAL.value)
        return [one for one in self._sums(refunds.c.state, ours=False) if one.name in ways]

    def by_day(self) -> list[Sum]:
        """One group for each of the shop's days that has any; the name is its number since 1970."""
        return self._sums(day_number(refunds.c.created_at, self._stretch.offset_s))

    def by_wallet(self) -> list[Sum]:
        return self._sums(refunds.c.wallet)

    def by_clerk(self) -> list[Sum]:
        return self._sums(type_coerce(refunds.c.clerk, String))

    def by_counter(self) -> list[Sum]:
        return self._sums(refunds.c.counter)

    def by_hour(self) -> list[Sum]:
        return self._sums(hour_number(refunds.c.created_at, self._stretch.offset_s))

    def failed_by_cause(self) -> list[Count]:
        """Refunds that came to nothing, by the wallet's last code or by how they ended."""
        cause = func.coalesce(func.nullif(type_coerce(refunds.c.wallet_code, String), ""), refunds.c.state)
        return self._counts(cause, and_(self._made_in(), refunds.c.state.in_(_UNPAID)))

    def refused_by(self, name: str) -> list[Count]:
        """Refusals by one of their facts: `reason`, `clerk`, `counter`, `source`."""
        return self._counts(fact(book.c.facts, name), self._refused_in())

    def refused_by_wallet(self) -> list[Count]:
        """Refusals by the wallet of the order; an order that is not in the books has none."""
        wallet = select(orders.c.wallet).where(orders.c.order_id == book.c.subject).scalar_subquery()
        return self._counts(func.coalesce(wallet, ""), self._refused_in())

    def refused_by_hour(self) -> list[Count]:
        return self._counts(hour_number(book.c.at, self._stretch.offset_s), self._refused_in())

    def refused_by_day(self) -> list[Count]:
        return self._counts(day_number(book.c.at, self._stretch.offset_s), self._refused_in())

    def alarms(self) -> list[Count]:
        return self._counts(fact(book.c.facts, "alarm"), and_(self._in(book.c.at), book.c.kind == "alarm"))

    def still_open(self) -> Sum:
        """Everything open now, whenever it was made."""
        query = select(func.count(), _fen(literal(1) == 1)).where(refunds.c.state.in_(_STATES_OPEN))
        count, fen = self._connection.execute(query).one()
        return Sum("", count, int(fen), 0, 0, 0, count)

    def steps(self) -> Steps:
        """The funnel. Codes that were purged are not counted as shown."""
        made = self._made()
        refused = self._number(select(func.count()).select_from(book).where(self._refused_in()))
        sent = self._number(self._of_made().where(refunds.c.sends > 0))
        seen_s = seconds_of(type_coerce(refunds.c.created_at, String)) - seconds_of(
            type_coerce(codes.c.first_seen_at, String)
        )
        ended_s = seconds_of(type_coerce(refunds.c.ended_at, String)) - seconds_of(
            type_coerce(refunds.c.created_at, String)
        )
        bound = codes.c.fingerprint == refunds.c.code_fingerprint
        paid = and_(self._made_in(), refunds.c.state == RefundState.SUCCEEDED.value)
        return Steps(
            shown=self._number(
                select(func.count()).select_from(codes).where(self._in(codes.c.first_seen_at))
            ),
            wished=made + refused,
            accepted=made,
            sent=sent,
            paid=self._number(self._of_made().where(refunds.c.state == RefundState.SUCCEEDED.value)),
            shown_to_accepted_s=self._median(
                select(seen_s.label("s")).select_from(refunds.join(codes, bound)).where(self._made_in())
            ),
            accepted_to_paid_s=self._median(
                select(ended_s.label("s")).where(paid, refunds.c.ended_at.is_not(None))
            ),
        )

    def _in(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        return and_(column >= self._stretch.start, column < self._stretch.end)

    def _made_in(self) -> ColumnElement[bool]:
        """Numbers of ours: cash rows and refunds found elsewhere have a place below zero."""
        return and_(self._in(refunds.c.created_at), refunds.c.sequence > 0)

    def _refused_in(self) -> ColumnElement[bool]:
        return and_(self._in(book.c.at), book.c.kind == "refund_refused")

    def _of_made(self) -> Select[Any]:
        return select(func.count()).select_from(refunds).where(self._made_in())

    def _made(self) -> int:
        return self._number(self._of_made())

    def _is_next_day(self) -> ColumnElement[int]:
        offset_s = self._stretch.offset_s
        made, paid = day_number(refunds.c.created_at, offset_s), day_number(orders.c.paid_at, offset_s)
        earlier = select(paid).where(orders.c.order_id == refunds.c.order_id).scalar_subquery()
        return case((earlier < made, 1), else_=0)

    def _sums(self, group: ColumnElement[Any], *, ours: bool = True) -> list[Sum]:
        """One Sum a group, the one with the most money first. `ours`: only refunds with a number of ours."""
        name = group.label("name")
        where = self._made_in() if ours else self._in(refunds.c.created_at)
        query = select(name, func.count(), *_columns()).select_from(refunds).where(where)
        rows = self._connection.execute(query.group_by("name").order_by(_fen(literal(1) == 1).desc(), "name"))
        return [
            Sum(codes_hidden(str(row[0])), *(int(value) for value in row[1:]))
            for row in rows.fetchmany(GROUPS_MAX * 4)
        ]

    def _counts(self, group: ColumnElement[Any], where: ColumnElement[bool]) -> list[Count]:
        """How often each, the most frequent first."""
        query = select(group.label("name"), func.count().label("many")).where(where)
        rows = self._connection.execute(query.group_by("name").order_by(func.count().desc(), "name"))
        return [Count(codes_hidden(str(row.name)), row.many) for row in rows.fetchmany(GROUPS_MAX)]

    def _number(self, query: Select[Any]) -> int:
        return int(self._connection.execute(query).scalar_one())

    def _median(self, query: Select[Any]) -> int | None:
        """The lower one of the two in the middle, found by its place: not every database knows medians."""
        count = self._number(select(func.count()).select_from(query.subquery()))
        if not count:
            return None
        return self._number(query.order_by("s").offset((count - 1) // 2).limit(1))


def _columns() -> Sequence[Label[int]]:
    paid = refunds.c.state.in_(_PAID)
    return (
        _fen(literal(1) == 1).label("fen"),
        _many(paid).label("paid"),
        _fen(paid).label("paid_fen"),
        _many(refunds.c.state.in_(_UNPAID)).label("failed"),
        _many(refunds.c.state.in_(_STATES_OPEN)).label("open"),
    )


def _many(where: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((where, 1), else_=0)), 0)


def _fen(where: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((where, refunds.c.amount_fen), else_=0)), 0)
