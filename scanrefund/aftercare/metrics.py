"""Figures for Prometheus, in its text form (version 0.0.4; prometheus.io, "Exposition formats").

The form is a dozen lines of code: no library earns its place for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from scanrefund import __version__
from scanrefund.aftercare.daily_backup import newest
from scanrefund.ledger.gauges import Gauges

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

Labels = Mapping[str, str]
Sample = tuple[Labels, float]


def exposition(found: Gauges, now: datetime, backups: Path | None, *, ready: bool | None) -> str:
    """Every metric with its help. `ready` is the last self test's word, None before the first.

    What is not known stands not there: a gap in a graph says so better than a zero.
    """
    oldest_s = (now - found.oldest_open).total_seconds() if found.oldest_open else 0.0
    refunds = [({"wallet": one[0], "state": one[1]}, float(n)) for one, n in sorted(found.refunds.items())]
    trips = [
        ({"wallet": one[0], "command": one[1], "outcome": one[2]}, float(n))
        for one, n in sorted(found.trips.items())
    ]
    lines = [
        *_metric("info", "gauge", "The version that runs.", [({"version": __version__}, 1.0)]),
        *_metric("refunds", "gauge", "Refunds by wallet and state.", refunds),
        *_metric("trips_total", "counter", "Trips to the wallets by how they ended.", trips),
        *_metric("oldest_open_seconds", "gauge", "Age of the oldest open refund; 0: none.", [({}, oldest_s)]),
        *_metric("book_entries", "gauge", "Entries of the book.", [({}, float(found.entries))]),
        *_metric("books_behind", "gauge", "1 while the books are an old copy.", [({}, float(found.behind))]),
        *_metric("backup_age_seconds", "gauge", "Age of the newest backup.", _backup_age(backups, now)),
        *_metric("self_test_ready", "gauge", "1 if the last self test was good.", _ready(ready=ready)),
    ]
    return "\n".join(lines) + "\n"


def _metric(name: str, kind: str, told: str, samples: Sequence[Sample]) -> Iterator[str]:
    if not samples:
        return
    full = f"scanrefund_{name}"
    yield f"# HELP {full} {told}"
    yield f"# TYPE {full} {kind}"
    for labels, value in samples:
        inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        figure = int(value) if value.is_integer() else round(value, 3)
        yield f"{full}{{{inside}}} {figure}" if inside else f"{full} {figure}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _backup_age(backups: Path | None, now: datetime) -> list[Sample]:
    found = newest(backups) if backups else None
    if found is None:
        return []
    made = datetime.fromtimestamp(found.stat().st_mtime, UTC)
    return [({}, max((now - made).total_seconds(), 0.0))]


def _ready(*, ready: bool | None) -> list[Sample]:
    return [] if ready is None else [({}, float(ready))]
