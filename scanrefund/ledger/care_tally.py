"""How customers were served in a stretch of days, counted by the database: complaints, and their opinions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from scanrefund.ledger.care_schema import complaints, opinions
from scanrefund.ledger.moments import day_number
from scanrefund.ledger.tally import Count, Stretch

_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Complained:
    """Complaints noted in a stretch: in each week, and how they stand at its end.

    `in_time` and `late` were answered, `waiting` were neither answered nor ended, `overdue` are those of them
    whose time had come; `ended` were ended unanswered.
    """

    weeks: tuple[Count, ...]
    noted: int
    in_time: int
    late: int
    waiting: int
    overdue: int
    ended: int


@dataclass(frozen=True, slots=True)
class Thought:
    """What customers ticked in a stretch."""

    weeks: tuple[Count, ...]
    good: int
    bad: int
    dislikes: tuple[Count, ...]


def complained(connection: Connection, stretch: Stretch) -> Complained:
    """Complaints of a stretch; those noted in it, as they stand now."""
    told, answered, due = complaints.c, complaints.c.answered_at, complaints.c.due_at
    inside = and_(told.at >= stretch.start, told.at < stretch.end)
    waits = and_(answered.is_(None), told.ended_at.is_(None))
    columns = (
        func.count(),
        _many(answered < due),
        _many(answered >= due),
        _many(waits),
        _many(and_(waits, due < stretch.end)),
        _many(and_(answered.is_(None), told.ended_at.is_not(None))),
    )
    figures = connection.execute(select(*columns).select_from(complaints).where(inside)).one()
    return Complained(_weeks(connection, told.at, inside, stretch), *(int(one or 0) for one in figures))


def thought(connection: Connection, stretch: Stretch) -> Thought:
    """Ticks of a stretch."""
    told = opinions.c
    inside = and_(told.at >= stretch.start, told.at < stretch.end)
    columns = (_many(told.good), _many(~told.good))
    good, bad = connection.execute(select(*columns).select_from(opinions).where(inside)).one()
    many = func.count().label("many")
    query = select(told.dislike, many).where(inside, told.dislike != "").group_by(told.dislike)
    rows = connection.execute(query.order_by(func.count().desc(), told.dislike))
    dislikes = tuple(Count(row.dislike, row.many) for row in rows)
    return Thought(_weeks(connection, told.at, inside, stretch), int(good or 0), int(bad or 0), dislikes)


def _weeks(
    connection: Connection, at: ColumnElement[Any], inside: ColumnElement[bool], stretch: Stretch
) -> tuple[Count, ...]:
    """By the weeks of ISO 8601 (`2026-W48`, from Monday on), the earliest first."""
    day = day_number(at, stretch.offset_s).label("day")
    rows = connection.execute(select(day, func.count()).where(inside).group_by("day").order_by("day"))
    return tuple(_summed((_week(int(number)), int(many)) for number, many in rows))


def _week(day: int) -> str:
    year, week, _weekday = (_EPOCH + timedelta(days=day)).isocalendar()
    return f"{year}-W{week:02}"


def _summed(days: Iterable[tuple[str, int]]) -> list[Count]:
    weeks: dict[str, int] = {}
    for week, many in days:
        weeks[week] = weeks.get(week, 0) + many
    return [Count(week, many) for week, many in weeks.items()]


def _many(where: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((where, 1), else_=0))
