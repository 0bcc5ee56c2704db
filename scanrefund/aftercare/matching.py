"""One bill beside our books of one day, in a database on disk: a million lines fit in no memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import date
from itertools import islice
from types import TracebackType
from typing import Any, Final, Self

from scanrefund.aftercare.difference_store import DifferenceStore
from scanrefund.aftercare.matching_rules import OurRefund, OurSale
from scanrefund.aftercare.private_database import private_database
from scanrefund.model.bill_line import BillLine, LineKind, LineState
from scanrefund.model.difference import Side
from scanrefund.model.refund import RefundState
from scanrefund.model.wallet import Wallet

BATCH_ROWS: Final = 2_000

_TABLES: Final = """
CREATE TABLE lines (number INTEGER, kind TEXT, order_id TEXT, key TEXT, wallet_order_id TEXT,
  amount_fen INTEGER, refund_id TEXT, wallet_refund_id TEXT, state TEXT, fee INTEGER, twice INTEGER);
CREATE TABLE ours (refund_id TEXT PRIMARY KEY, order_id TEXT, amount_fen INTEGER, state TEXT,
  is_booked INTEGER, day TEXT, since TEXT, by_bill INTEGER) WITHOUT ROWID;
CREATE TABLE sales (order_id TEXT PRIMARY KEY, amount_fen INTEGER, day TEXT) WITHOUT ROWID;
CREATE TABLE elsewhere (kind TEXT, order_id TEXT, key TEXT, day TEXT,
  PRIMARY KEY (kind, order_id, key)) WITHOUT ROWID;
"""
_LINE: Final = (
    "l.number, l.kind, l.order_id, l.wallet_order_id, l.amount_fen, l.refund_id, l.wallet_refund_id, l.state,"
    " l.fee"
)
_OURS: Final = "o.refund_id, o.order_id, o.amount_fen, o.state, o.is_booked, o.day, o.since"
_TOLD_REFUND: Final = (
    "EXISTS (SELECT 1 FROM lines AS t"
    " WHERE t.kind = 'REFUND' AND t.order_id = ours.order_id AND t.key = ours.refund_id)"
)
_TOLD_SALE: Final = "EXISTS (SELECT 1 FROM lines AS t WHERE t.kind = 'SALE' AND t.order_id = sales.order_id)"
# Ours of the day that no line tells.
_LONE_REFUNDS: Final = f"FROM ours WHERE is_booked AND day = :day AND NOT {_TOLD_REFUND}"
_LONE_SALES: Final = f"FROM sales WHERE day = :day AND NOT {_TOLD_SALE}"
_DAY_OF_THE_LINE: Final = (
    f"UPDATE ours SET day = :day, by_bill = 1 WHERE day IS NULL AND is_booked AND {_TOLD_REFUND}"  # noqa: S608  (a constant of this file)
)
_DATED_BY_THE_BILL: Final = "SELECT order_id, amount_fen FROM ours WHERE by_bill ORDER BY refund_id"
_TWICE: Final = """
UPDATE lines SET twice = 1 WHERE rowid IN (
  SELECT l.rowid FROM lines AS l JOIN (
    SELECT kind, order_id, key, min(number) AS first FROM lines
    GROUP BY kind, order_id, key HAVING count(*) > 1
  ) AS many USING (kind, order_id, key) WHERE l.number > many.first)
"""


class Matching:
    """Fill it, ask it for what stands alone and what stands beside what, and let it keep the differences."""

    def __init__(self, wallet: Wallet, day: date) -> None:
        self.wallet = wallet
        self.day = day
        self._today = {"day": day.isoformat()}
        self._db = private_database(_TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def add_lines(self, lines: Iterable[BillLine], on_batch: Callable[[list[BillLine]], None]) -> int:
        """Take the lines in, and tell of each batch; how many there were."""
        taken = 0
        rest = iter(lines)
        while batch := list(islice(rest, BATCH_ROWS)):
            self._db.executemany(
                "INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)", map(_row_of_line, batch)
            )
            taken += len(batch)
            on_batch(batch)
        return taken

    def add_refunds(self, ours: Iterable[OurRefund]) -> None:
        """Take in refunds of our books; one that is there is replaced."""
        rows = (
            (o.refund_id, o.order_id, o.amount_fen, o.state.value, o.is_booked, _text(o.day), _text(o.since))
            for o in ours
        )
        self._db.executemany("INSERT OR REPLACE INTO ours VALUES (?, ?, ?, ?, ?, ?, ?, 0)", rows)

    def add_sales(self, ours: Iterable[OurSale]) -> None:
        """Take in orders of our books; one that is there is replaced."""
        rows = ((o.order_id, o.amount_fen, _text(o.day)) for o in ours)
        self._db.executemany("INSERT OR REPLACE INTO sales VALUES (?, ?, ?)", rows)

    def settle(self) -> None:
        """All is in: find what is told twice, and give refunds whose day only the wallet knows this day."""
        self._db.execute("CREATE INDEX by_key ON lines (kind, order_id, key, number)")
        self._db.execute(_TWICE)
        self._db.execute(_DAY_OF_THE_LINE, self._today)

    def dated_by_the_bill(self) -> Iterator[tuple[str, int]]:
        """Order and fen of ours whose day only the wallet knew: this one."""
        return iter(self._rows(_DATED_BY_THE_BILL))

    def lonely_since(self) -> date | None:
        """From which day on the bills may tell what our books have on this one and its bill has not.

        None when there is nothing such.
        """
        queries = (f"SELECT min(since) {_LONE_REFUNDS}", f"SELECT min(day) {_LONE_SALES}")
        days = [row[0] for query in queries for row in self._rows(query) if row[0]]
        return _day(min(days)) if days else None

    def new_refunds(self, refund_ids: Iterable[str]) -> list[str]:
        """Those of the numbers that were not taken in yet."""
        return self._new("SELECT 1 FROM ours WHERE refund_id = ?", refund_ids)

    def new_sales(self, order_ids: Iterable[str]) -> list[str]:
        """Those of the numbers that were not taken in yet."""
        return self._new("SELECT 1 FROM sales WHERE order_id = ?", order_ids)

    def look_elsewhere(self, lines: Iterable[BillLine], day: date) -> None:
        """Keep of another day's bill what our books have on this one."""
        sale = "SELECT 1 FROM sales WHERE order_id = :order_id AND day = :day"
        refund = (
            "SELECT 1 FROM ours WHERE refund_id = :key AND order_id = :order_id AND is_booked AND day = :day"
        )
        for line in lines:
            row = {"order_id": line.order_id, "key": line.refund_id, **self._today}
            query = sale if line.kind is LineKind.SALE else refund
            if self._db.execute(query, row).fetchone():
                kept = (line.kind.value, line.order_id, line.refund_id, _text(day))
                self._db.execute("INSERT OR IGNORE INTO elsewhere VALUES (?, ?, ?, ?)", kept)

    def told_refunds(self) -> Iterator[tuple[BillLine, OurRefund | None, bool]]:
        """Each refund of the bill once, with ours and whether we know its order, in the bill's order."""
        query = (
            f"SELECT {_LINE}, {_OURS}, s.order_id IS NOT NULL FROM lines AS l"  # noqa: S608  (constants of this file)
            " LEFT JOIN ours AS o ON o.refund_id = l.key AND o.order_id = l.order_id"
            " LEFT JOIN sales AS s ON s.order_id = l.order_id"
            " WHERE l.kind = 'REFUND' AND NOT l.twice ORDER BY l.number"
        )
        for row in self._rows(query):
            yield _line(row), _refund(row[9:16]) if row[9] is not None else None, bool(row[16])

    def told_sales(self) -> Iterator[tuple[BillLine, OurSale | None]]:
        """The sales of the bill that differ from ours, each once, in the bill's order."""
        query = (
            f"SELECT {_LINE}, s.order_id, s.amount_fen, s.day FROM lines AS l"  # noqa: S608  (constants of this file)
            " LEFT JOIN sales AS s ON s.order_id = l.order_id"
            " WHERE l.kind = 'SALE' AND NOT l.twice"
            " AND (s.day IS NOT :day OR s.amount_fen <> l.amount_fen) ORDER BY l.number"
        )
        for row in self._rows(query):
            yield _line(row), OurSale(row[9], row[10], _day(row[11])) if row[9] is not None else None

    def told_twice(self) -> Iterator[BillLine]:
        """Every line whose number stood in the bill before."""
        query = f"SELECT {_LINE} FROM lines AS l WHERE l.twice ORDER BY l.number"  # noqa: S608  (constants of this file)
        return map(_line, self._rows(query))

    def lone_refunds(self) -> Iterator[tuple[OurRefund, date | None]]:
        """Ours of the day that the bill does not tell, with the day whose bill does."""
        query = (
            f"SELECT {_OURS}, e.day FROM (SELECT * {_LONE_REFUNDS}) AS o"  # noqa: S608  (constants of this file)
            " LEFT JOIN elsewhere AS e"
            " ON e.kind = 'REFUND' AND e.order_id = o.order_id AND e.key = o.refund_id ORDER BY o.refund_id"
        )
        for row in self._rows(query):
            yield _refund(row[:7]), _day(row[7])

    def lone_sales(self) -> Iterator[tuple[OurSale, date | None]]:
        """Orders paid on the day that the bill does not tell, with the day whose bill does."""
        query = (
            f"SELECT o.order_id, o.amount_fen, o.day, e.day FROM (SELECT * {_LONE_SALES}) AS o"  # noqa: S608  (constants of this file)
            " LEFT JOIN elsewhere AS e ON e.kind = 'SALE' AND e.order_id = o.order_id ORDER BY o.order_id"
        )
        for row in self._rows(query):
            yield OurSale(row[0], row[1], _day(row[2])), _day(row[3])

    def sums_fen(self) -> dict[Side, tuple[int, int]]:
        """What the bill and what our books count on the day, refunds and sales, each by a plain sum."""
        back = "SELECT sum(amount_fen) FROM lines WHERE kind = 'REFUND' AND state <> 'FAILED'"
        sold = "SELECT sum(amount_fen) FROM lines WHERE kind = 'SALE'"
        ours_back = "SELECT sum(amount_fen) FROM ours WHERE is_booked AND day = :day"
        ours_sold = "SELECT sum(amount_fen) FROM sales WHERE day = :day"
        return {
            Side.REFUNDS: (self._sum(back), self._sum(ours_back)),
            Side.SALES: (self._sum(sold), self._sum(ours_sold)),
        }

    def fee_fen(self) -> int:
        """All fees of the bill, rounded to fen at the very end, half away from zero."""
        thousandths = self._sum("SELECT sum(fee) FROM lines")
        whole = (abs(thousandths) + 500) // 1_000
        return -whole if thousandths < 0 else whole

    def fees_back(self) -> int:
        """What the bill's refunds brought back of fees, in thousandths of a fen; never negative."""
        return -self._sum("SELECT sum(fee) FROM lines WHERE kind = 'REFUND' AND fee < 0 AND NOT twice")

    def content_sha256(self, differences: DifferenceStore) -> str:
        """The hash of all lines and all differences, whatever order and file they came in."""
        told = hashlib.sha256(f"{self.wallet} {self.day}\n".encode())
        query = (
            "SELECT kind, order_id, key, wallet_order_id, amount_fen, wallet_refund_id, state, fee FROM lines"
            " ORDER BY kind, order_id, key, number"
        )
        for row in self._rows(query):
            told.update(f"{row}\n".encode())
        for row in differences.rows_without_lines(self.wallet):
            told.update(f"{row}\n".encode())
        return told.hexdigest()

    def _new(self, query: str, numbers: Iterable[str]) -> list[str]:
        return [one for one in numbers if self._db.execute(query, (one,)).fetchone() is None]

    def _sum(self, query: str) -> int:
        return int(self._db.execute(query, self._today).fetchone()[0] or 0)

    def _rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        with closing(self._db.cursor()) as cursor:
            yield from cursor.execute(query, self._today)


def _row_of_line(line: BillLine) -> tuple[Any, ...]:
    """A refund without a number of ours is known by the wallet's, one without any by its place."""
    key = line.refund_id
    if line.kind is LineKind.REFUND and not key:
        key = f"\t{line.wallet_refund_id or line.number}"
    return (
        *(line.number, line.kind.value, line.order_id, key, line.wallet_order_id, line.amount_fen),
        *(line.refund_id, line.wallet_refund_id, line.state.value, line.fee_fen_thousandths),
    )


def _line(row: tuple[Any, ...]) -> BillLine:
    return BillLine(
        number=row[0],
        kind=LineKind(row[1]),
        order_id=row[2],
        wallet_order_id=row[3],
        amount_fen=row[4],
        refund_id=row[5],
        wallet_refund_id=row[6],
        state=LineState(row[7]),
        fee_fen_thousandths=row[8],
    )


def _refund(row: tuple[Any, ...]) -> OurRefund:
    days = (_day(row[5]), date.fromisoformat(row[6]))
    return OurRefund(row[0], row[1], row[2], RefundState(row[3]), bool(row[4]), *days)


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
