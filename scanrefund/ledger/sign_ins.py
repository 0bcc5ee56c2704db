"""Tries to prove to be somebody: each counted before it is judged, so no second process gets more of them.

Five tries, then 1, 5, 15 and 30 minutes with one more try after each; then only a colleague unlocks (PCI DSS
8.3.4 asks for ten tries at most and half an hour at least).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, update

from scanrefund.ledger import staff as people
from scanrefund.ledger.book import Facts
from scanrefund.ledger.engine import retried
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema import staff
from scanrefund.model.staff import Doubt, Permission, Staff

TRIES_FREE: Final = 5
# After the fifth wrong try, and after each single one that follows.
LOCKS: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30))
TRIES_MAX: Final = TRIES_FREE + len(LOCKS)


@dataclass(frozen=True, slots=True)
class Tried:
    """One try that was counted and may be judged, or `doubt` that forbids it.

    `pin` and `totp` are what is kept of the person's PIN and secret. `locked_until` is how long he is locked
    if this try is wrong, None too where only a colleague can unlock him.
    """

    doubt: Doubt | None = None
    staff: Staff | None = None
    pin: str = ""
    totp: str = ""
    tries: int = 0
    locked_until: datetime | None = None

    @property
    def tries_left(self) -> int:
        """How many wrong tries are left before the next lock, should this one be wrong."""
        return max(TRIES_FREE - self.tries, 0)

    def __repr__(self) -> str:
        return f"Tried({self.doubt}, {self.staff})"


class SignIns:
    """Who tries to be whom. Each method is one transaction."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @retried
    def begin(self, staff_id: str, now: datetime) -> Tried:
        """Count one try, and lock for the case that it is wrong."""
        with self._ledger.writing() as connection:
            row = people.locked_row(connection, staff_id)
            if row is None:
                return Tried(Doubt.UNKNOWN)
            if not row.active:
                return Tried(Doubt.DISABLED)
            if is_locked(row, now):
                return Tried(Doubt.LOCKED, locked_until=row.locked_until, tries=row.tries)
            tries, until = _next_lock(connection, row, now)
            counted = connection.execute(
                update(staff)
                .where(staff.c.staff_id == staff_id, staff.c.tries == row.tries)
                .values(tries=tries, locked_until=until)
            )
            if counted.rowcount != 1:  # pragma: no cover - the row is locked, on SQLite the whole file
                return Tried(Doubt.LOCKED, tries=row.tries)
            return Tried(None, people.person(row), row.pin, row.totp, tries, until)

    @retried
    def was_right(self, tried: Tried, step: int | None, now: datetime, facts: Facts) -> Doubt | None:
        """Forget the tries of somebody who has proved himself; a doubt where he has not after all.

        `step` is the code of the moment's, None for a PIN. The person may have been disabled or given another
        PIN while it was judged, and a code may have been used by somebody who saw it.
        """
        if tried.staff is None:
            return Doubt.UNKNOWN
        with self._ledger.writing() as connection:
            row = people.locked_row(connection, tried.staff.staff_id)
            doubt = _second_doubt(row, tried, step)
            if row is None or doubt is not None:
                self._enter_refused(connection, tried.staff.staff_id, doubt or Doubt.UNKNOWN, now, facts)
                return doubt or Doubt.UNKNOWN
            news: dict[str, Any] = {"tries": 0, "locked_until": None}
            people.change(connection, row.staff_id, **news, **({} if step is None else {"totp_step": step}))
            by = "pin" if step is None else "code"
            self._ledger.enter(connection, now, "signed_in", row.staff_id, facts | {"by": by})
        return None

    @retried
    def was_wrong(self, staff_id: str, doubt: Doubt, now: datetime, facts: Facts) -> None:
        """Write a wrong try into the book. It was counted before."""
        with self._ledger.writing() as connection:
            self._enter_refused(connection, staff_id, doubt, now, facts)

    def _enter_refused(
        self, connection: Connection, staff_id: str, doubt: Doubt, now: datetime, facts: Facts
    ) -> None:
        self._ledger.enter(connection, now, "sign_in_refused", staff_id, facts | {"doubt": doubt.value})


def is_locked(row: Row[Any], now: datetime) -> bool:
    """Whether a person may not even try."""
    if row.locked_until is not None:
        return bool(now < row.locked_until)
    return bool(row.tries >= TRIES_MAX)


def _next_lock(connection: Connection, row: Row[Any], now: datetime) -> tuple[int, datetime | None]:
    """The count with this try, and how long a wrong one locks: None for not at all, or until unlocked."""
    tries = row.tries + 1
    if tries < TRIES_FREE:
        return tries, None
    if tries < TRIES_MAX:
        return tries, now + LOCKS[tries - TRIES_FREE]
    if _somebody_else_unlocks(connection, row.staff_id):
        return TRIES_MAX, None
    # Nobody could ever let him in again: he waits, as long as it takes, each time.
    return TRIES_MAX - 1, now + LOCKS[-1]


def _somebody_else_unlocks(connection: Connection, staff_id: str) -> bool:
    others = (row for row in people.rows(connection) if row.staff_id != staff_id and row.tries < TRIES_MAX)
    return any(people.person(row).may(Permission.STAFF_UNLOCK) for row in others)


def _second_doubt(row: Row[Any] | None, tried: Tried, step: int | None) -> Doubt | None:
    if row is None or not row.active:
        return Doubt.DISABLED
    if step is None:
        return None if row.pin == tried.pin else Doubt.WRONG
    if row.totp != tried.totp:
        return Doubt.WRONG
    return None if row.totp_step < step else Doubt.CODE_USED
