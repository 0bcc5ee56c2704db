"""Refunds that somebody should look at: none of it proves anything, each has its own honest reasons too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, String, and_, false, func, or_, select, type_coerce

from scanrefund.ledger.moments import fact, hour_number, seconds_of
from scanrefund.ledger.schema import orders, refunds, staff
from scanrefund.ledger.tally import Stretch
from scanrefund.model.printable import codes_hidden

# Enough to look through in an evening; the count tells of the rest.
EXAMPLES_MAX: Final = 50
# The further column of an order's import that says who sold it.
SELLER: Final = "cashier"


@dataclass(frozen=True, slots=True)
class OddLimits:
    """What counts as odd. `near_fen` is the limit just under which refunds gather, `near_percent` how near.

    Hours are the shop's own; the same hour twice means that the shop never closes.
    """

    near_fen: int
    near_percent: int
    soon_minutes: int
    opens_hour: int
    closes_hour: int
    many_of_order: int


@dataclass(frozen=True, slots=True)
class Example:
    """One refund of a pattern."""

    refund_id: str
    order_id: str
    clerk: str
    amount_fen: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Oddity:
    """One pattern: how many refunds show it, what they came to, the newest of them."""

    name: str
    count: int
    fen: int
    examples: tuple[Example, ...]


def oddities(connection: Connection, stretch: Stretch, limits: OddLimits) -> list[Oddity]:
    """Every pattern, those without a refund too."""
    return [
        _oddity(connection, stretch, name, where(limits, stretch.offset_s))
        for name, where in _PATTERNS.items()
    ]


def _oddity(connection: Connection, stretch: Stretch, name: str, where: ColumnElement[bool]) -> Oddity:
    joined = refunds.join(orders, orders.c.order_id == refunds.c.order_id)
    made = and_(
        refunds.c.created_at >= stretch.start, refunds.c.created_at < stretch.end, refunds.c.sequence > 0
    )
    total = select(func.count(), func.coalesce(func.sum(refunds.c.amount_fen), 0))
    count, fen = connection.execute(total.select_from(joined).where(made, where)).one()
    columns = (
        refunds.c.refund_id,
        refunds.c.order_id,
        type_coerce(refunds.c.clerk, String),
        refunds.c.amount_fen,
        refunds.c.created_at,
    )
    newest = select(*columns).select_from(joined).where(made, where).order_by(refunds.c.created_at.desc())
    rows = connection.execute(newest.limit(EXAMPLES_MAX)).all()
    examples = (Example(row[0], row[1], codes_hidden(row[2]), row[3], row[4]) for row in rows)
    return Oddity(name, count, int(fen), tuple(examples))


def _under_limit(limits: OddLimits, _offset_s: int) -> ColumnElement[bool]:
    least = limits.near_fen * limits.near_percent // 100
    return refunds.c.amount_fen.between(least, limits.near_fen)


def _soon_after_sale(limits: OddLimits, _offset_s: int) -> ColumnElement[bool]:
    made, paid = (seconds_of(type_coerce(one, String)) for one in (refunds.c.created_at, orders.c.paid_at))
    return and_(orders.c.paid_at.is_not(None), made - paid < limits.soon_minutes * 60)


def _after_closing(limits: OddLimits, offset_s: int) -> ColumnElement[bool]:
    hour = hour_number(refunds.c.created_at, offset_s)
    if limits.opens_hour == limits.closes_hour:
        return false()
    if limits.opens_hour < limits.closes_hour:
        return or_(hour < limits.opens_hour, hour >= limits.closes_hour)
    return and_(hour >= limits.closes_hour, hour < limits.opens_hour)


def _own_sale(_limits: OddLimits, _offset_s: int) -> ColumnElement[bool]:
    seller = func.lower(func.trim(fact(orders.c.extra, SELLER)))
    clerk = type_coerce(refunds.c.clerk, String)
    name = select(func.lower(staff.c.name)).where(staff.c.staff_id == clerk).scalar_subquery()
    return and_(seller != "", or_(seller == func.lower(clerk), seller == name))


def _many_of_order(limits: OddLimits, _offset_s: int) -> ColumnElement[bool]:
    many = (
        select(refunds.c.order_id)
        .where(refunds.c.sequence > 0)
        .group_by(refunds.c.order_id)
        .having(func.count() >= limits.many_of_order)
    )
    return refunds.c.order_id.in_(many)


def _without_code(_limits: OddLimits, _offset_s: int) -> ColumnElement[bool]:
    return type_coerce(refunds.c.approval_for, String) == "no_code"


Pattern = Callable[[OddLimits, int], ColumnElement[Any]]
_PATTERNS: Final[dict[str, Pattern]] = {
    "under_limit": _under_limit,
    "soon_after_sale": _soon_after_sale,
    "after_closing": _after_closing,
    "own_sale": _own_sale,
    "many_of_order": _many_of_order,
    "without_code": _without_code,
}
