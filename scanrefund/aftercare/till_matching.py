"""The till's export beside our books of one day, order by order, in a database on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from typing import Any, Final

from scanrefund.aftercare.difference_store import DifferenceStore
from scanrefund.aftercare.private_database import private_database
from scanrefund.aftercare.till_export import TillLine
from scanrefund.model.bill_line import LineKind
from scanrefund.model.difference import Difference, DifferenceKind, Side
from scanrefund.model.wallet import safe_number

BATCH_ROWS: Final = 2_000
_TABLES: Final = """
CREATE TABLE told (kind TEXT, order_id TEXT, amount_fen INTEGER, line INTEGER, PRIMARY KEY (kind, order_id))
  WITHOUT ROWID;
CREATE TABLE ours (kind TEXT, order_id TEXT, amount_fen INTEGER, PRIMARY KEY (kind, order_id)) WITHOUT ROWID;
"""
_ADD: Final = " ON CONFLICT (kind, order_id) DO UPDATE SET amount_fen = amount_fen + excluded.amount_fen"
# Not a FULL JOIN: SQLite has it since 3.39 only.
_DIFFERENT: Final = """
SELECT t.kind, t.order_id, t.amount_fen, o.amount_fen, t.line
FROM told AS t LEFT JOIN ours AS o ON o.kind = t.kind AND o.order_id = t.order_id
WHERE t.amount_fen <> coalesce(o.amount_fen, 0)
UNION ALL
SELECT o.kind, o.order_id, NULL, o.amount_fen, NULL
FROM ours AS o LEFT JOIN told AS t ON t.kind = o.kind AND t.order_id = o.order_id
WHERE t.order_id IS NULL AND o.amount_fen <> 0
ORDER BY 1, 2
"""
_K = DifferenceKind
_KINDS: Final = {
    LineKind.REFUND: (_K.TILL_REFUND_UNKNOWN, _K.TILL_REFUND_MISSING, _K.TILL_REFUND_DIFFERS),
    LineKind.SALE: (_K.TILL_SALE_UNKNOWN, _K.TILL_SALE_MISSING, _K.TILL_SALE_DIFFERS),
}
_SIDES: Final = {Side.TILL_REFUNDS: LineKind.REFUND, Side.TILL_SALES: LineKind.SALE}


class TillMatching:
    """Several refunds of one order in one day are one sum: a till may tell them as one."""

    def __init__(self) -> None:
        self._db = private_database(_TABLES)

    def close(self) -> None:
        self._db.close()

    def add_told(self, lines: Iterable[TillLine]) -> int:
        """Take the till's lines in; how many there were."""
        taken, rest = 0, iter(lines)
        query = f"INSERT INTO told VALUES (?, ?, ?, ?){_ADD}"  # noqa: S608  (a constant of this file)
        while batch := list(islice(rest, BATCH_ROWS)):
            rows = ((one.kind.value, one.order_id, one.amount_fen, one.number) for one in batch)
            self._db.executemany(query, rows)
            taken += len(batch)
        return taken

    def add_ours(self, kind: LineKind, ours: Iterable[tuple[str, int]]) -> None:
        """Take in order numbers and amounts of our books."""
        query = f"INSERT INTO ours VALUES (?, ?, ?){_ADD}"  # noqa: S608  (a constant of this file)
        self._db.executemany(query, ((kind.value, order_id, fen) for order_id, fen in ours))

    def differences(self) -> Iterator[Difference]:
        """Every order that the till and our books tell otherwise."""
        for row in self._rows(_DIFFERENT):
            yield _difference(row)

    def sums_fen(self) -> dict[Side, tuple[int, int]]:
        """What the till counts and what our books count, each by a plain sum."""
        return {side: (self._sum("told", kind), self._sum("ours", kind)) for side, kind in _SIDES.items()}

    def content_sha256(self, differences: DifferenceStore) -> str:
        """The hash of what the till told and of all differences."""
        told = hashlib.sha256(b"till\n")
        for row in self._rows("SELECT kind, order_id, amount_fen FROM told ORDER BY kind, order_id"):
            told.update(f"{row}\n".encode())
        for row in differences.rows_without_lines(None):
            told.update(f"{row}\n".encode())
        return told.hexdigest()

    def _sum(self, table: str, kind: LineKind) -> int:
        query = f"SELECT sum(amount_fen) FROM {table} WHERE kind = ?"  # noqa: S608  (`told` or `ours`)
        return int(self._db.execute(query, (kind.value,)).fetchone()[0] or 0)

    def _rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        with closing(self._db.cursor()) as cursor:
            yield from cursor.execute(query)


def _difference(row: tuple[Any, ...]) -> Difference:
    kind, order_id, theirs_fen, ours_fen, line = row
    unknown, missing, differs = _KINDS[LineKind(kind)]
    found = differs if theirs_fen and ours_fen else unknown if theirs_fen else missing
    return Difference(
        kind=found,
        wallet=None,
        amount_fen=(theirs_fen or 0) - (ours_fen or 0),
        order_id=safe_number(order_id),
        ours_fen=ours_fen,
        theirs_fen=theirs_fen,
        line=line or 0,
    )
