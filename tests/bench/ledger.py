"""How fast the ledger writes: `python -m tests.bench ledger [--rows N] [--refunds N] [--json]`.

Beside each figure stands the floor: as many bare durable commits, in turns with ours in the same run.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Insert, String, Table, cast, insert, literal, select, text

from scanrefund.check.rules import first_refusal
from scanrefund.ledger.engine import writing
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.postgres import alone_to_migrate
from scanrefund.ledger.schema import orders, refunds
from tests.bench.crowd import crowd
from tests.bench.report import Report
from tests.postgres import running
from tests.unit.builders import NOW, a_case, a_draft, an_order, keep, open_ledger_at, reserve

SMALL: Final = 1_000
ROUNDS: Final = 10
WORKERS: Final = (1, 4, 16)

Recorder = Callable[[int], None]


def run(arguments: list[str]) -> Report:
    """Every figure, on both databases."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench ledger")
    parser.add_argument("--rows", type=int, default=1_000_000, help="orders and refunds of the large ledger")
    parser.add_argument("--refunds", type=int, default=500, help="refunds recorded for each figure")
    told = parser.parse_args(arguments)
    report = Report("Ledger", ("what", "ours", "bare commits", "ratio"), [], {})
    with tempfile.TemporaryDirectory() as folder, running() as server:
        files = [f"sqlite:///{Path(folder) / name}.sqlite3" for name in ("floor", "small", "large")]
        urls = {"sqlite": files, "postgres": [server.new_database() for _ in files]}
        for kind, (floor, small, large) in urls.items():
            _against_the_floor(report, kind, floor, told.refunds)
            _small_and_large(report, kind, (small, large), told.rows, told.refunds)
        for workers in WORKERS:
            _with_workers(report, server.new_database(), workers, told.refunds)
    return report


def _against_the_floor(report: Report, kind: str, url: str, count: int) -> None:
    with _opened(url) as ledger:
        _keep_many(ledger, count)
        with writing(ledger._engine) as connection:
            connection.execute(text("CREATE TABLE bare (number INTEGER)"))
        ours, bare = _in_turns(lambda it: record(ledger, it), lambda it: commit_bare(ledger, it), count)
    row = (f"{1 / ours:.0f}/s", f"{1 / bare:.0f}/s", f"{ours / bare:.2f}")
    report.rows.append((f"{kind}: refunds recorded, 1 worker", *row))
    report.figures[f"{kind}_refunds_per_s"] = round(1 / ours, 1)
    report.figures[f"{kind}_bare_commits_per_s"] = round(1 / bare, 1)
    report.figures[f"{kind}_to_floor_ratio"] = round(ours / bare, 2)


def _small_and_large(report: Report, kind: str, urls: tuple[str, str], rows: int, count: int) -> None:
    with _opened(urls[0]) as small, _opened(urls[1]) as large:
        for ledger, filled in ((small, SMALL), (large, rows)):
            _fill(ledger, filled)
            _keep_many(ledger, count)
        on_large, on_small = _in_turns(
            lambda it: check_and_reserve(large, it), lambda it: check_and_reserve(small, it), count
        )
    times = (f"{on_large * 1000:.2f} ms", f"{on_small * 1000:.2f} ms at {SMALL:,}")
    what = f"{kind}: check and reserve at {rows:,} orders and refunds"
    report.rows.append((what, *times, f"{on_large / on_small:.2f}"))
    report.figures[f"{kind}_reserve_at_{SMALL}_ms"] = round(on_small * 1000, 3)
    report.figures[f"{kind}_reserve_at_{rows}_ms"] = round(on_large * 1000, 3)
    report.figures[f"{kind}_large_to_small_ratio"] = round(on_large / on_small, 2)


def _with_workers(report: Report, url: str, workers: int, count: int) -> None:
    with _opened(url) as ledger:
        _keep_many(ledger, count)
        with writing(ledger._engine) as connection:
            connection.execute(text("CREATE TABLE bare (number INTEGER)"))
    ours_per_s = crowd(url, "record", workers, count)
    bare_per_s = crowd(url, "commit_bare", workers, count)
    row = (f"{ours_per_s:.0f}/s", f"{bare_per_s:.0f}/s", f"{bare_per_s / ours_per_s:.2f}")
    report.rows.append((f"postgres: refunds recorded, {workers} workers", *row))
    report.figures[f"postgres_{workers}_workers_refunds_per_s"] = round(ours_per_s, 1)
    report.figures[f"postgres_{workers}_workers_bare_commits_per_s"] = round(bare_per_s, 1)


def record(ledger: Ledger, number: int) -> None:
    """One refund: cap, row and book in one durable commit."""
    reserve(ledger, f"B{number}", request_id=f"bench {number}")


def commit_bare(ledger: Ledger, number: int) -> None:
    """One durable commit of one small row, by the same engine."""
    with writing(ledger._engine) as connection:
        connection.execute(text("INSERT INTO bare VALUES (:number)"), {"number": number})


def check_and_reserve(ledger: Ledger, number: int) -> None:
    """What the desk does under the order's lock: the whole ladder, then the reservation."""
    fingerprint = f"{number:032x}"
    with ledger.locked(f"B{number}") as locked:
        earlier = locked.of_request(f"bench {number}")
        case = a_case(order=locked.order, sighting=locked.sighting(fingerprint))
        if earlier is not None or first_refusal(case) is not None:
            raise AssertionError("the bench's own refunds are in order")
        draft = a_draft(request_id=f"bench {number}", code_fingerprint=fingerprint)
        locked.reserve(draft, lambda _order, refund_id: refund_id.encode(), NOW)


@contextmanager
def _opened(url: str) -> Iterator[Ledger]:
    ledger = open_ledger_at(url)
    yield ledger
    ledger.close()


def _keep_many(ledger: Ledger, count: int) -> None:
    keep(ledger, *(an_order(order_id=f"B{number}") for number in range(count)))


def _in_turns(first: Recorder, second: Recorder, count: int) -> tuple[float, float]:
    """The median seconds of one step each, in turns: a busy moment of the machine hits both."""
    step = max(1, count // ROUNDS)
    spent: tuple[list[float], list[float]] = ([], [])
    for start in range(0, count, step):
        for steps, times in zip((first, second), spent, strict=True):
            for number in range(start, min(start + step, count)):
                begun = time.perf_counter()
                steps(number)
                times.append(time.perf_counter() - begun)
    return statistics.median(spent[0]), statistics.median(spent[1])


def _fill(ledger: Ledger, count: int) -> None:
    """As many orders with a refund each, copied from one of ours inside the database."""
    keep(ledger, an_order(order_id="F0"))
    reserve(ledger, "F0", request_id="F0")
    keys = {"order_id": "F", "refund_id": "R", "request_id": "Q"}
    with writing(ledger._engine) as connection:
        alone_to_migrate(connection)  # a million rows take longer than any statement of a counter may
        for table in (orders, refunds):
            connection.execute(_copies(table, keys, count))
        connection.execute(text("ANALYZE"))


def _copies(table: Table, keys: dict[str, str], count: int) -> Insert:
    """The row of order F0, `count` times with other keys."""
    one = select(literal(1).label("number")).cte("numbers", recursive=True)
    numbers = one.union_all(select(one.c.number + 1).where(one.c.number < count))
    columns = [
        (literal(keys[column.name]) + cast(numbers.c.number, String)) if column.name in keys else column
        for column in table.c
    ]
    copies = select(*columns).select_from(table.join(numbers, literal(value=True)))
    return insert(table).from_select(list(table.c), copies.where(table.c.order_id == "F0"))
