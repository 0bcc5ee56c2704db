"""The differences of one reconciliation: kept on disk, counted and summed by what was kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date
from typing import Any, Final

from scanrefund.aftercare.private_database import private_database
from scanrefund.model.difference import Difference, DifferenceKind, Side, side_of
from scanrefund.model.wallet import Wallet

_FIELDS: Final = (
    "kind, scope, amount_fen, order_id, refund_id, wallet_number, ours_fen, theirs_fen, ours_state,"
    " theirs_state, day"
)
_TABLE: Final = f"CREATE TABLE differences ({_FIELDS}, line)"
_TILL: Final = "till"


class DifferenceStore:
    """Takes differences in, and gives them back in the order they came."""

    def __init__(self) -> None:
        self._db = private_database(_TABLE)

    def close(self) -> None:
        self._db.close()

    def add(self, found: Iterable[Difference]) -> None:
        marks = ", ".join("?" * 12)
        self._db.executemany(f"INSERT INTO differences VALUES ({marks})", map(_row, found))  # noqa: S608  (question marks)

    def all(self) -> Iterator[Difference]:
        """Every one, a wallet's together, as they came."""
        with closing(self._db.cursor()) as cursor:
            for row in cursor.execute("SELECT * FROM differences ORDER BY rowid"):
                yield _difference(row)

    def counts(self, wallet: Wallet | None) -> dict[DifferenceKind, int]:
        """How many of each kind were found in one scope."""
        query = "SELECT kind, count(*) FROM differences WHERE scope = ? GROUP BY kind ORDER BY min(rowid)"
        return {DifferenceKind(kind): count for kind, count in self._db.execute(query, (_scope(wallet),))}

    def sum_fen(self, wallet: Wallet | None, side: Side) -> int:
        """What the differences of one side of one scope come to."""
        query = "SELECT kind, sum(amount_fen) FROM differences WHERE scope = ? GROUP BY kind"
        sums = self._db.execute(query, (_scope(wallet),))
        return sum(fen for kind, fen in sums if side_of(DifferenceKind(kind)) is side)

    def rows_without_lines(self, wallet: Wallet | None) -> Iterator[tuple[Any, ...]]:
        """One scope's, for hashing: in an order and a form that do not depend on the file they came from."""
        query = f"SELECT {_FIELDS} FROM differences WHERE scope = ? ORDER BY {_FIELDS}"  # noqa: S608  (a constant of this file)
        with closing(self._db.cursor()) as cursor:
            yield from cursor.execute(query, (_scope(wallet),))


def _scope(wallet: Wallet | None) -> str:
    return wallet.value if wallet else _TILL


def _row(one: Difference) -> tuple[Any, ...]:
    day = one.day.isoformat() if one.day else None
    return (
        *(one.kind.value, _scope(one.wallet), one.amount_fen, one.order_id, one.refund_id, one.wallet_number),
        *(one.ours_fen, one.theirs_fen, one.ours_state, one.theirs_state, day, one.line),
    )


def _difference(row: tuple[Any, ...]) -> Difference:
    return Difference(
        kind=DifferenceKind(row[0]),
        wallet=None if row[1] == _TILL else Wallet(row[1]),
        amount_fen=row[2],
        order_id=row[3],
        refund_id=row[4],
        wallet_number=row[5],
        ours_fen=row[6],
        theirs_fen=row[7],
        ours_state=row[8],
        theirs_state=row[9],
        day=date.fromisoformat(row[10]) if row[10] else None,
        line=row[11],
    )
