"""What each self test found: kept, so that somebody can see since when a thing has been wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Integer, bindparam, delete, func, insert, select

from scanrefund.ledger.engine import retried
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema_after import self_tests

# Some years of shifts; the history answers "since when", not "ever".
KEPT_MAX: Final = 2_000

_NEWEST: Final = (
    select(self_tests).order_by(self_tests.c.self_test_id.desc()).limit(bindparam("most", type_=Integer))
)
_LAST_OF: Final = (
    select(self_tests)
    .where(self_tests.c.counter == bindparam("counter"))
    .order_by(self_tests.c.self_test_id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Kept:
    """One self test. `findings` are check, verdict (None: advice) and cause, in the order of the table."""

    at: datetime
    counter: str
    ready: bool
    findings: tuple[tuple[str, bool | None, str], ...]


class SelfTests:
    """The history of self tests."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @retried
    def keep(self, kept: Kept) -> None:
        """Write one down; the oldest make room."""
        row = {
            "at": kept.at,
            "counter": kept.counter,
            "ready": kept.ready,
            "findings": json.dumps(kept.findings, ensure_ascii=False),
        }
        with self._ledger.writing() as connection:
            connection.execute(insert(self_tests), row)
            newest = connection.execute(select(func.max(self_tests.c.self_test_id))).scalar_one()
            connection.execute(delete(self_tests).where(self_tests.c.self_test_id <= newest - KEPT_MAX))

    def last_of(self, counter: str) -> Kept | None:
        """The newest of one counter, or None."""
        with self._ledger.reading() as connection:
            row = connection.execute(_LAST_OF, {"counter": counter}).one_or_none()
        return Kept(row.at, row.counter, row.ready, _findings(row.findings)) if row else None

    def failed(self, counter: str) -> frozenset[str] | None:
        """The checks that the newest self test of one counter found bad; None where it was never tested."""
        last = self.last_of(counter)
        return frozenset(name for name, ok, _cause in last.findings if ok is False) if last else None

    def listed(self, most: int) -> list[Kept]:
        """The newest first."""
        with self._ledger.reading() as connection:
            rows = connection.execute(_NEWEST, {"most": most}).all()
        return [Kept(row.at, row.counter, row.ready, _findings(row.findings)) for row in rows]


def _findings(text: str) -> tuple[tuple[str, bool | None, str], ...]:
    return tuple((name, ok, cause) for name, ok, cause in json.loads(text))
