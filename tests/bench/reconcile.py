"""A large bill beside books of the same size: `python -m tests.bench reconcile [--lines N] [--json]`.

The bill is a file, as a shop of that size would download it; what is measured runs in a process of its own,
from the open ledger to the last difference.
"""

from __future__ import annotations

import argparse
import re
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Table, insert

from scanrefund.aftercare.reconcile import Reconciler
from scanrefund.dispatch.clock import Clock
from scanrefund.ledger.bookings import Bookings
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema import moves, orders, refunds
from scanrefund.wallets.bill_files import BillAccounts
from tests.bench.report import Report
from tests.unit.aftercare import bills
from tests.unit.aftercare.bills import DAY, Row
from tests.unit.builders import NOW, FakeClock, open_ledger

# One refund for nineteen sales.
REFUND_EVERY: Final = 20
BATCH_ROWS: Final = 5_000
# Of the bill's lines these are not in the books, so that there is something to find.
STRANGERS: Final = 10


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run took: seconds by the wall and of the CPU, memory in MB before it and at its highest."""

    seconds: float
    cpu_s: float
    before_mb: float
    peak_mb: float
    lines: int
    differences: int
    unexplained_fen: int


def run(arguments: list[str]) -> Report:
    """Make bill and books, reconcile them, and tell time and memory."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench reconcile")
    parser.add_argument("--lines", type=int, default=100_000, help="lines of the bill")
    told = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        bill, ledger = Path(folder) / "bill.csv", Path(folder) / "ledger.sqlite3"
        bill_mb = make(bill, ledger, told.lines)
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            found = pool.submit(measure, bill, ledger).result()
    figures = {
        "lines": found.lines,
        "bill_mb": round(bill_mb, 1),
        "reconcile_s": round(found.seconds, 1),
        "cpu_s": round(found.cpu_s, 1),
        "lines_per_cpu_s": round(found.lines / found.cpu_s),
        "memory_before_mb": round(found.before_mb),
        "memory_peak_mb": round(found.peak_mb),
        "differences": found.differences,
        "unexplained_fen": found.unexplained_fen,
    }
    rows: list[tuple[str, ...]] = [(name, str(value)) for name, value in figures.items()]
    return Report("Reconcile", ("what", "value"), rows, figures)


def measure(bill: Path, ledger_path: Path) -> Measured:
    """One reconciliation in this process."""
    ledger = open_ledger(ledger_path)
    clock: Clock = FakeClock(NOW.replace(day=25)).clock
    reconciler = Reconciler(Bookings(ledger), {}, BillAccounts(bills.MCHID), clock)
    before_mb, began, cpu = _peak_mb(), time.perf_counter(), time.process_time()
    with reconciler.reconcile(DAY, bills=[bill]) as done:
        seconds, cpu_s = time.perf_counter() - began, time.process_time() - cpu
        [scope] = done.scopes
        differences = sum(1 for _ in done.differences())
    ledger.close()
    return Measured(seconds, cpu_s, before_mb, _peak_mb(), scope.lines, differences, scope.unexplained_fen)


def make(bill: Path, ledger_path: Path, lines: int) -> float:
    """A bill of so many lines, books that know all but a few of them; the bill's size in MB."""
    text = bills.wechat(list(rows_of(0, lines)))
    bill.write_text(text, encoding="utf-8")
    ledger = open_ledger(ledger_path)
    known = (row for row in rows_of(0, lines - STRANGERS))
    while batch := list(islice(known, BATCH_ROWS)):
        _write(ledger, orders, [_order(row) for row in batch if not row.is_refund])
        back = [row for row in batch if row.is_refund]
        _write(ledger, refunds, [_refund(row) for row in back])
        _write(ledger, moves, [_move(row) for row in back])
    ledger.close()
    return len(text.encode()) / 1024**2


def rows_of(start: int, stop: int) -> Iterator[Row]:
    """Sales, and for each nineteenth of them a refund right behind it."""
    for n in range(start, stop):
        order = n - 1 if n % REFUND_EVERY == REFUND_EVERY - 1 else n
        refund_id = f"SRT_shop1_{n:020d}_01" if order != n else ""
        yield Row(f"A{order}", 300 if refund_id else 1_000, refund_id, wallet_order_id=f"42{order:026d}")


def _write(ledger: Ledger, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        with ledger.writing() as connection:
            connection.execute(insert(table), rows)


def _order(row: Row) -> dict[str, Any]:
    return {
        "order_id": row.order_id,
        "wallet": "wechat",
        "wallet_order_id": row.wallet_order_id,
        "amount_fen": row.fen,
        "paid_at": NOW,
        "told_state": "PAID",
        "kept_at": NOW,
    }


def _refund(row: Row) -> dict[str, Any]:
    return {
        "refund_id": row.refund_id,
        "order_id": row.order_id,
        "sequence": 1,
        "request_id": row.refund_id,
        "wallet": "wechat",
        "wallet_order_id": row.wallet_order_id,
        "account": bills.MCHID,
        "order_amount_fen": 1_000,
        "amount_fen": row.fen,
        "reason": "torn",
        "body": b"{}",
        "state": "SUCCEEDED",
        "created_at": NOW,
        "sends": 1,
    }


def _move(row: Row) -> dict[str, Any]:
    told = {"refund_id": row.refund_id, "old_state": "SENDING", "new_state": "SUCCEEDED"}
    return {**told, "at": NOW, "cause": "SUCCEEDED"}


def _peak_mb() -> float:
    """The most memory this process has had. Not `ru_maxrss` on Linux: that begins with the parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        [kib] = re.findall(r"^VmHWM:\s+(\d+) kB$", status.read_text(encoding="ascii"), re.MULTILINE)
        return int(kib) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024**2 if sys.platform == "darwin" else 1024)
