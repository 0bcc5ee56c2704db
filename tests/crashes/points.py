"""The places where a life may end, numbered in the order in which the program comes by them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool


def _nothing() -> None:
    """No last words."""


class Points:
    """Counts points, and kills the process at the one numbered `die_at` (from 1; None lets it live)."""

    def __init__(self, die_at: int | None = None) -> None:
        self._die_at = die_at
        self._is_spared = False
        self.trail: list[str] = []

    def come_by(self, name: str, last_words: Callable[[], None] = _nothing) -> None:
        """One more point. `last_words` is what still happens outside when the process dies here."""
        if self._is_spared:
            return
        self.trail.append(name)
        if len(self.trail) == self._die_at:
            last_words()
            # Nothing of ours runs any more: no finally, no rollback, no atexit, no flush.
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def spared(self) -> Iterator[None]:
        """The test's own looks at the ledger are no points."""
        before, self._is_spared = self._is_spared, True
        try:
            yield
        finally:
            self._is_spared = before


class Watch:
    """SQLAlchemy's events as points: before every statement, before and after every commit.

    Between a statement and whatever comes next (a statement, a commit, a trip, each a point) nothing leaves
    the process: a point after each statement would be the next one a second time.
    """

    def __init__(self) -> None:
        self.points = Points()
        self._has_committed = False
        event.listen(Engine, "before_cursor_execute", self._before_statement)
        event.listen(Engine, "commit", self._before_commit)
        event.listen(Pool, "checkin", self._connection_is_back)

    def _before_statement(self, *happening: Any) -> None:
        self.points.come_by(f"before {_short(happening[2])}")

    def _before_commit(self, _connection: Any) -> None:
        self._has_committed = True
        self.points.come_by("before COMMIT")

    def _connection_is_back(self, *_happening: Any) -> None:
        # There is no event after a commit; the connection's way back to the pool is the next there is.
        if self._has_committed:
            self._has_committed = False
            self.points.come_by("after COMMIT")


def _short(statement: str) -> str:
    """Enough of a statement to know it by: `UPDATE orders`, `INSERT INTO book`, `SELECT … FROM refunds`."""
    words = statement.split()
    if words[0] == "SELECT" and "FROM" in words:
        return f"SELECT … FROM {words[words.index('FROM') + 1]}"
    return " ".join(words[:3] if words[0] in ("INSERT", "CREATE", "BEGIN") else words[:2])
