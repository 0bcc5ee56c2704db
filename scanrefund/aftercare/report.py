"""The report of a day or of several: one value, counted by the ledger; drawn elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, Final

from scanrefund.errors import UsageFault
from scanrefund.ledger.care_tally import Complained, Thought, complained, thought
from scanrefund.ledger.fees import FeeSum, fees_of
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.oddities import Oddity, OddLimits, oddities
from scanrefund.ledger.tally import Count, Steps, Stretch, Sum, Tally
from scanrefund.ledger.witness import Head
from scanrefund.model.shop_clock import start_of

# A year and the day it is compared with; every day is one bar of a plot.
DAYS_MAX: Final = 367
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """Whose report it is, when the shop's day begins, and what counts as odd."""

    shop_name: str
    rehearsal: bool
    utc_offset_h: int
    odd: OddLimits


@dataclass(frozen=True, slots=True)
class Slot:
    """One day or one hour: refunds made in it, and wishes refused. `name` is `2026-11-23` or `18`."""

    name: str
    made: Sum
    refused: int


@dataclass(frozen=True, slots=True)
class Report:
    """What the days from `first` to `last` came to, as it stood at `at`.

    `flaw` names the first entry of the book that does not hold, empty where all do.
    """

    told: ReportSettings
    first: date
    last: date
    at: datetime
    total: Sum
    next_day: Sum
    ways: tuple[Sum, ...]
    days: tuple[Slot, ...]
    hours: tuple[Slot, ...]
    wallets: tuple[Sum, ...]
    clerks: tuple[Sum, ...]
    counters: tuple[Sum, ...]
    failed: tuple[Count, ...]
    refused: dict[str, tuple[Count, ...]]
    steps: Steps
    odd: tuple[Oddity, ...]
    still_open: Sum
    alarms: tuple[Count, ...]
    complaints: Complained
    opinions: Thought
    fees: FeeSum
    head: Head
    flaw: str


def make_report(ledger: Ledger, told: ReportSettings, first: date, last: date, now: datetime) -> Report:
    """Count the shop's days from `first` to `last`, both in it. Raises UsageFault for no or too many days."""
    days = (last - first).days + 1
    if not 1 <= days <= DAYS_MAX:
        raise UsageFault("report_days_wrong", first=first, last=last, limit=DAYS_MAX)
    stretch = _stretch(first, last, told.utc_offset_h)
    found = ledger.audit([])
    with ledger.reading() as connection:
        tally = Tally(connection, stretch)
        return Report(
            told=told,
            first=first,
            last=last,
            at=now,
            total=tally.total(),
            next_day=tally.next_day(),
            ways=tuple(tally.by_way()),
            days=tuple(_days(tally, first, days)),
            hours=tuple(_hours(tally)),
            wallets=tuple(tally.by_wallet()),
            clerks=tuple(tally.by_clerk()),
            counters=tuple(tally.by_counter()),
            failed=tuple(tally.failed_by_cause()),
            refused=_refused(tally),
            steps=tally.steps(),
            odd=tuple(oddities(connection, stretch, told.odd)),
            still_open=tally.still_open(),
            alarms=tuple(tally.alarms()),
            complaints=complained(connection, stretch),
            opinions=thought(connection, stretch),
            fees=fees_of(connection, stretch),
            head=found.head,
            flaw=f"{found.flaw.number}: {found.flaw.kind.value}" if found.flaw else "",
        )


def as_json(report: Report) -> dict[str, Any]:
    """Every figure under its name; amounts in fen, durations in seconds."""
    return {
        "first": report.first.isoformat(),
        "last": report.last.isoformat(),
        "at": report.at.isoformat(),
        "rehearsal": report.told.rehearsal,
        "total": _sum(report.total),
        "next_day": _sum(report.next_day),
        "ways": {one.name: _sum(one) for one in report.ways},
        "days": [_slot(one) for one in report.days],
        "hours": [_slot(one) for one in report.hours],
        "wallets": {one.name: _sum(one) for one in report.wallets},
        "clerks": {one.name: _sum(one) for one in report.clerks},
        "counters": {one.name: _sum(one) for one in report.counters},
        "failed": {one.name: one.count for one in report.failed},
        "refused": {by: {one.name: one.count for one in counts} for by, counts in report.refused.items()},
        "funnel": {name: getattr(report.steps, name) for name in Steps.__slots__},
        "odd": [_odd(one) for one in report.odd],
        "still_open": _sum(report.still_open),
        "alarms": {one.name: one.count for one in report.alarms},
        "complaints": _care(report.complaints),
        "opinions": _care(report.opinions),
        "fees": asdict(report.fees),
        "book": {"head": f"{report.head.number}:{report.head.seal}", "broken": report.flaw or None},
    }


def as_rows(report: Report) -> Iterator[tuple[str, str, str, str]]:
    """Every figure as one row (section, name, figure, value), for a spreadsheet to filter."""
    for section, value in as_json(report).items():
        yield from _rows(section, "", value)


def _rows(section: str, name: str, value: Any) -> Iterator[tuple[str, str, str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, dict | list):
                yield from _rows(section, f"{name}.{key}".strip("."), inner)
            else:
                yield section, name, key, "" if inner is None else str(inner)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _rows(section, f"{name}.{inner.get('name', place)}".strip("."), inner)
    else:
        yield section, name, "", "" if value is None else str(value)


def _stretch(first: date, last: date, utc_offset_h: int) -> Stretch:
    start, end = (start_of(one, utc_offset_h) for one in (first, last + timedelta(days=1)))
    return Stretch(start, end, utc_offset_h * 3_600)


def _days(tally: Tally, first: date, days: int) -> Iterator[Slot]:
    made = {one.name: one for one in tally.by_day()}
    refused = {one.name: one.count for one in tally.refused_by_day()}
    for number in range(days):
        day = first + timedelta(days=number)
        key = str((day - _EPOCH).days)
        yield Slot(day.isoformat(), made.get(key, _nothing(key)), refused.get(key, 0))


def _hours(tally: Tally) -> Iterator[Slot]:
    made = {one.name: one for one in tally.by_hour()}
    refused = {one.name: one.count for one in tally.refused_by_hour()}
    for hour in map(str, range(24)):
        yield Slot(hour, made.get(hour, _nothing(hour)), refused.get(hour, 0))


def _refused(tally: Tally) -> dict[str, tuple[Count, ...]]:
    by = {name: tuple(tally.refused_by(name)) for name in ("reason", "clerk", "counter", "source")}
    return by | {"wallet": tuple(tally.refused_by_wallet())}


def _nothing(name: str) -> Sum:
    return Sum(name, 0, 0, 0, 0, 0, 0)


def _sum(one: Sum) -> dict[str, int]:
    return {
        "count": one.count,
        "amount_fen": one.fen,
        "succeeded": one.paid,
        "succeeded_fen": one.paid_fen,
        "failed": one.failed,
        "open": one.open,
    }


def _slot(slot: Slot) -> dict[str, Any]:
    return {"name": slot.name, **_sum(slot.made), "refused": slot.refused}


def _care(one: Complained | Thought) -> dict[str, Any]:
    """Figures under their names, counts as tables of their own."""
    told = {field.name: getattr(one, field.name) for field in fields(one)}
    return {
        name: {count.name: count.count for count in value} if isinstance(value, tuple) else value
        for name, value in told.items()
    }


def _odd(one: Oddity) -> dict[str, Any]:
    examples = [
        {
            "name": example.refund_id,
            "order_id": example.order_id,
            "clerk": example.clerk,
            "amount_fen": example.amount_fen,
            "at": example.at.isoformat(),
        }
        for example in one.examples
    ]
    return {"name": one.name, "count": one.count, "amount_fen": one.fen, "refunds": examples}
