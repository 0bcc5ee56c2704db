"""The marks as those who tell them use them: each method is one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from scanrefund.ledger import marks
from scanrefund.ledger.engine import retried
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.marks import Mark


class MarkBox:
    """What the till is still to be told, and what it was told."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def due(self, now: datetime, most: int) -> list[Mark]:
        """What the till should be told now, the oldest first."""
        with self._ledger.reading() as connection:
            return marks.due(connection, now, most)

    @retried
    def take(self, mark: Mark, again_at: datetime) -> bool:
        """Take one before it is told; False where another worker has it."""
        with self._ledger.writing() as connection:
            return marks.take(connection, mark, again_at)

    @retried
    def told(self, mark: Mark, now: datetime) -> None:
        """The till has heard it."""
        with self._ledger.writing() as connection:
            marks.told(connection, mark, now)

    @retried
    def missed(self, mark: Mark, trouble: str, again_at: datetime | None, now: datetime) -> None:
        """The till has not heard it. Without a time to try again it is given up, and an alarm is written."""
        with self._ledger.writing() as connection:
            marks.missed(connection, mark, trouble, again_at)
            if again_at is None:
                alarm: dict[str, str | int | None] = {"alarm": "mark_given_up", "mark": mark.mark_id}
                self._ledger.enter(connection, now, "alarm", mark.order_id, alarm | {"trouble": trouble})

    @retried
    def retry(self, now: datetime) -> int:
        """Tell again what was given up; how many that are."""
        with self._ledger.writing() as connection:
            return marks.retry(connection, now)

    def since(self, moment: datetime | None) -> Iterator[Mark]:
        """Every mark from a moment on, in the order they were written."""
        with self._ledger.reading() as connection:
            yield from marks.since(connection, moment)
