"""Orders from outside: read from the till's CSV, kept in the ledger, shown."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from scanrefund.dispatch.clock import Clock
from scanrefund.errors import Fault, UsageFault
from scanrefund.keys import Keys
from scanrefund.ledger.engine import retried
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.orders import Kept
from scanrefund.model.money import AMOUNT_FEN_MAX, Money
from scanrefund.model.order import Order, OrderState
from scanrefund.model.wallet import Wallet, safe_number

HEADER: Final = ("order_id", "wallet", "wallet_order_id", "amount_fen", "paid_at", "state", "payer_id")
# A shop's year of sales fits; a file beyond it is some other file.
FILE_BYTES_MAX: Final = 256 * 1024 * 1024

# Times outside these years are slips, and some of them fit no database.
YEARS: Final = range(2000, 2100)
# Where the reader puts the cells beyond the header's; no header can hold this name.
_BEYOND: Final = "\x00beyond"

# Both wallets' limits on a merchant's order number (WeChat Pay 4013071036, Alipay trade.refund).
_ORDER_ID: Final = re.compile(r"[A-Za-z0-9_\-|*@]{1,64}")
_WALLET_ORDER_ID: Final = re.compile(r"[A-Za-z0-9_\-]{0,64}")
_FEN: Final = re.compile(r"[0-9]{1,9}")

# States a till may tell. A cancelled or closed sale is kept as paid and cancelled: never refundable again.
_TOLD: Final = {
    "UNPAID": OrderState.UNPAID,
    "PAID": OrderState.PAID,
    "RELEASED": OrderState.RELEASED,
    "CANCELLED": OrderState.CANCELLED,
    "CLOSED": OrderState.CANCELLED,
}


class BadRow(Exception):
    """A row that says something impossible; the fault names it."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.fault = Fault(code, **details)


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

    @retried
    def import_csv(self, path: Path, *, strict: bool) -> ImportReport:
        """Keep the orders of a CSV file in one transaction.

        Bad rows are reported with line and cause; the good ones are kept, or with `strict` none at all.
        Raises UsageFault when the file is missing, too large, not UTF-8 or lacks a column.
        """
        report = ImportReport()
        try:
            with self._ledger.keeping_orders(self._clock.now()) as keep:
                self._keep_rows(path, keep, report)
                _refuse_if(strict and bool(report.problems))
        except _NothingKept:
            report.kept = report.unchanged = 0
        return report

    def _keep_rows(self, path: Path, keep: Callable[[Order], Kept], report: ImportReport) -> None:
        for line, row in _rows(path):
            report.read += 1
            try:
                _count(report, keep(self._order(row)))
            except BadRow as bad:
                report.problems.append(RowProblem(line, row["order_id"][:64], bad.fault))

    def _order(self, row: dict[str, str]) -> Order:
        if _BEYOND in row:
            raise BadRow("row_cells_too_many")
        state = _state(row["state"])
        paid_at = _time(row["paid_at"])
        if paid_at is None and state in (OrderState.PAID, OrderState.RELEASED):
            raise BadRow("row_paid_at_missing", state=state.value)
        cancelled = state is OrderState.CANCELLED
        return Order(
            order_id=_matching(row["order_id"], _ORDER_ID, "row_order_id_wrong"),
            wallet=_wallet(row["wallet"]),
            wallet_order_id=_matching(row["wallet_order_id"], _WALLET_ORDER_ID, "row_wallet_order_id_wrong"),
            amount=_amount(row["amount_fen"]),
            paid_at=paid_at,
            state=state,
            payer_fingerprint=self._keys.payer(row["payer_id"]),
            cancelled_at=self._clock.now() if cancelled else None,
            cancelled_why=row["state"].strip().upper() if cancelled else "",
            extra={name: value for name, value in row.items() if name not in HEADER and value},
        )


def _refuse_if(nothing_may_stay: bool) -> None:  # noqa: FBT001
    if nothing_may_stay:
        raise _NothingKept


def _count(report: ImportReport, kept: Kept) -> None:
    if kept is Kept.CONFLICT:
        raise BadRow("row_conflict")
    if kept is Kept.UNCHANGED:
        report.unchanged += 1
    else:
        report.kept += 1


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        if not path.is_file() and path.exists():
            raise UsageFault("orders_file_not_a_file", path=path)
        if path.stat().st_size > FILE_BYTES_MAX:
            raise UsageFault("orders_file_too_large", path=path, limit_mb=FILE_BYTES_MAX // 1024**2)
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _table(path, csv.DictReader(file, strict=True, restval="", restkey=_BEYOND))
    except OSError as error:
        raise UsageFault("orders_file_unreadable", path=path, cause=error.strerror or "") from error
    except UnicodeDecodeError as error:
        raise UsageFault("orders_file_not_utf8", path=path) from error
    except csv.Error as error:
        raise UsageFault("orders_file_not_csv", path=path, cause=str(error)) from error


def _table(path: Path, reader: csv.DictReader[str]) -> Iterator[tuple[int, dict[str, str]]]:
    named = list(reader.fieldnames or ())
    missing = [name for name in HEADER if name not in named]
    if missing:
        raise UsageFault("orders_file_lacks_columns", path=path, missing=", ".join(missing))
    twice = [name for name in HEADER if named.count(name) > 1]
    if twice:
        raise UsageFault("orders_file_columns_twice", path=path, twice=", ".join(twice))
    for row in reader:
        yield reader.line_num, {name: _cell(value) for name, value in row.items() if name}


def _cell(value: str | list[str]) -> str:
    return value.strip() if isinstance(value, str) else ""


def _matching(text: str, pattern: re.Pattern[str], code: str) -> str:
    if not pattern.fullmatch(text):
        raise BadRow(code, text=text[:80])
    return text


def _wallet(text: str) -> Wallet:
    try:
        return Wallet(text.lower())
    except ValueError:
        raise BadRow("row_wallet_unknown", text=text[:40], known=", ".join(Wallet)) from None


def _state(text: str) -> OrderState:
    state = _TOLD.get(text.upper())
    if state is None:
        raise BadRow("row_state_unknown", text=text[:40], known=", ".join(_TOLD))
    return state


def _amount(text: str) -> Money:
    if not _FEN.fullmatch(text) or not 0 < int(text) <= AMOUNT_FEN_MAX:
        raise BadRow("row_amount_wrong", text=text[:40])
    return Money(int(text))


def _time(text: str) -> datetime | None:
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise BadRow("row_time_wrong", text=text[:40]) from None
    if time.year not in YEARS:
        raise BadRow("row_time_wrong", text=text[:40])
    if time.tzinfo is None:
        raise BadRow("row_time_without_zone", text=text[:40])
    return time
