"""Orders from outside: from the till's files and calls and the wallets' bills; kept in the ledger, shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from scanrefund.dispatch.clock import Clock
from scanrefund.errors import Fault, UsageFault
from scanrefund.keys import Keys
from scanrefund.ledger.engine import retried
from scanrefund.ledger.keeping import Keeping, Kept
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.order import Order
from scanrefund.model.wallet import safe_number
from scanrefund.order_sources.bill import bill_rows
from scanrefund.order_sources.file import HEADER, BadRow, order_of, rows
from scanrefund.order_sources.told import TOLD_ROWS_MAX, Row, json_rows, told_rows

__all__ = ["HEADER", "ImportReport", "OrdersDesk", "RowProblem"]

# Rows handed to the ledger at a time: enough to ask the database seldom, few enough to show progress.
BATCH_ROWS: Final = 2_000

_KeepAll = Callable[[Sequence[Order]], list[Keeping]]
OnRows = Callable[[int], None]
# The rows with their lines, from the beginning each time it is called: a transaction may be tried again.
_Rows = Callable[[], Iterable[tuple[int, Row]]]


class _NothingKept(Exception):
    """Rolls the strict import back."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that was not kept: its line in the file (the header is 1), its order, and why."""

    line: int
    order_id: str
    cause: Fault


@dataclass(slots=True)
class ImportReport:
    """What an import did. `kept` counts new and changed orders; with problems and `strict`, nothing."""

    read: int = 0
    kept: int = 0
    unchanged: int = 0
    problems: list[RowProblem] = field(default_factory=list)


class OrdersDesk:
    """Keeps and shows orders."""

    def __init__(self, ledger: Ledger, keys: Keys, clock: Clock) -> None:
        self._ledger = ledger
        self._keys = keys
        self._clock = clock

    def show(self, order_id: str) -> Order:
        """One order with its sums. Raises UsageFault for an order our books do not hold."""
        order = self._ledger.order(order_id)
        if order is None:
            raise UsageFault("order_unknown", order_id=safe_number(order_id))
        return order

    def import_file(
        self, path: Path, *, strict: bool, bill: bool = False, on_rows: OnRows = lambda _rows_read: None
    ) -> ImportReport:
        """Keep the orders of a file: a wallet's bill where it is said to be one, else JSON or CSV by name."""
        if bill:
            return self._import(lambda: bill_rows(path), strict=strict, on_rows=on_rows)
        if path.suffix.lower() == ".json":
            return self._import(lambda: json_rows(path), strict=strict, on_rows=on_rows)
        return self.import_csv(path, strict=strict, on_rows=on_rows)

    def import_csv(
        self, path: Path, *, strict: bool, on_rows: OnRows = lambda _rows_read: None
    ) -> ImportReport:
        """Keep the orders of a CSV file in one transaction.

        Bad rows are reported with line and cause; the good ones are kept, or with `strict` none at all.
        `on_rows` is told how many rows were read so far. Raises UsageFault when the file is missing, too
        large, not UTF-8 or lacks a column.
        """
        return self._import(lambda: rows(path), strict=strict, on_rows=on_rows)

    def take(self, told: Sequence[Any], *, strict: bool = False) -> ImportReport:
        """Keep the orders that a till tells in one call, by the columns' names of the CSV.

        A problem's `line` is the place in the list, the first is 1. The same call again changes nothing.
        Raises UsageFault for more than `TOLD_ROWS_MAX`.
        """
        if len(told) > TOLD_ROWS_MAX:
            raise UsageFault("orders_too_many", limit=TOLD_ROWS_MAX)
        return self._import(lambda: told_rows(told), strict=strict, on_rows=lambda _rows_read: None)

    @retried
    def _import(self, read: _Rows, *, strict: bool, on_rows: OnRows) -> ImportReport:
        """One transaction, whatever the source."""
        report = ImportReport()
        try:
            with self._ledger.keeping_orders(self._clock.now()) as keep:
                for batch in self._batches(read(), report):
                    _keep(batch, keep, report)
                    on_rows(report.read)
                _refuse_if(strict and bool(report.problems))
        except _NothingKept:
            report.kept = report.unchanged = 0
        report.problems.sort(key=lambda problem: problem.line)
        return report

    def _batches(
        self, read: Iterable[tuple[int, Row]], report: ImportReport
    ) -> Iterator[list[tuple[int, Order]]]:
        """The orders with their lines; rows that tell of none become problems."""
        now = self._clock.now()
        batch: list[tuple[int, Order]] = []
        for line, row in read:
            report.read += 1
            try:
                batch.append((line, order_of(_good(row), self._keys, now)))
            except BadRow as bad:
                order_id = "" if isinstance(row, BadRow) else row["order_id"][:64]
                report.problems.append(RowProblem(line, safe_number(order_id), bad.fault))
            if len(batch) == BATCH_ROWS:
                yield batch
                batch = []
        yield batch


def _good(row: Row) -> dict[str, str]:
    if isinstance(row, BadRow):
        raise row
    return row


def _keep(batch: list[tuple[int, Order]], keep: _KeepAll, report: ImportReport) -> None:
    told = keep([order for _, order in batch])
    for (line, order), done in zip(batch, told, strict=True):
        match done.kept:
            case Kept.CONFLICT:
                report.problems.append(RowProblem(line, order.order_id, Fault("row_conflict")))
            case Kept.NUMBER_TAKEN:
                taken = Fault("row_wallet_order_id_taken", text=order.wallet_order_id, holder=done.holder)
                report.problems.append(RowProblem(line, order.order_id, taken))
            case Kept.UNCHANGED:
                report.unchanged += 1
            case _:
                report.kept += 1


def _refuse_if(nothing_may_stay: bool) -> None:  # noqa: FBT001
    if nothing_may_stay:
        raise _NothingKept
