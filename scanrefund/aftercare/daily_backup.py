"""One backup a day, begun by the worker in a quiet round of the shop's day; older ones make room."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from scanrefund.dispatch.clock import Clock
from scanrefund.dispatch.worker import OnFault, OnRefund
from scanrefund.errors import Fault, UsageFault
from scanrefund.keys import Keys
from scanrefund.ledger import backup, photo_copies, server_backup
from scanrefund.ledger.backup import BEGUN
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.place import LedgerPlace, place_of
from scanrefund.model.shop_clock import shop_day

# A full disk is not mended in a minute, and each try reads the whole ledger.
TRY_AGAIN: Final = timedelta(hours=1)
# Whoever stops the program does not wait for a copy.
STOP_S_MAX: Final = 2
# Longer than any copy takes: what a killed program had begun.
LEFT_OVER_AGE: Final = timedelta(days=1)

_SUFFIXES: Final = (backup.SUFFIX, server_backup.SUFFIX)
_DAILY: Final = re.compile(rf"daily-\d{{4}}-\d{{2}}-\d{{2}}({'|'.join(map(re.escape, _SUFFIXES))})")


@dataclass(frozen=True, slots=True)
class BackupSettings:
    """Where copies go, whether one is made each day of the shop, and how many of those are kept."""

    folder: Path
    daily: bool
    keep: int
    utc_offset_h: int


class _Copying:
    """A day's copy under way, and why it was not made; empty once it was."""

    def __init__(self, day: date, make: Callable[[], object]) -> None:
        self.day, self._make = day, make
        self.cause = "broken_off"
        self.thread = threading.Thread(target=self.run, name="daily-backup", daemon=True)

    def run(self) -> None:
        try:
            self._make()
        except (Fault, OSError) as error:
            self.cause = _cause(error)
        else:
            self.cause = ""


class DailyBackup:
    """A job of the worker. It waits for a round in which no refund is due, and what goes wrong is an alarm in
    the book: it holds no refund up. What the tools of a server make is made in a thread of its own.
    """

    def __init__(
        self,
        ledger: Ledger,
        lies: LedgerSettings,
        keys: Keys,
        told: BackupSettings,
        clock: Clock,
        is_quiet: Callable[[], bool],
        photos: Path | None = None,
    ) -> None:
        self._ledger, self._keys, self._told, self._clock = ledger, keys, told, clock
        self._is_quiet, self._photos = is_quiet, photos
        self._place = _place(lies) if told.daily else None
        self._copying: _Copying | None = None
        self._made_for: date | None = None
        self._not_before: datetime | None = None
        self._is_first_round = True

    def run_once(self, _on_refund: OnRefund, _on_fault: OnFault) -> int:
        """Begin the day's copy unless it is there, or look whether it has ended; no trip is made."""
        is_first, self._is_first_round = self._is_first_round, False
        now = self._clock.now()
        if self._copying is not None:
            self._look_after(self._copying, now)
        elif self._place is not None and self._is_time(self._place, now, is_first=is_first):
            self._begin(self._place, now)
        return 0

    def wait(self, limit_s: float) -> None:
        """Until no copy is under way, or for so many seconds. The next round tells how it ended."""
        if self._copying is not None and self._copying.thread.is_alive():
            self._copying.thread.join(limit_s)

    def close(self) -> None:
        """Break off a copy under way: the next program begins another."""
        if self._place is not None:
            self._place.stop()
        self.wait(STOP_S_MAX)

    def _is_time(self, place: LedgerPlace, now: datetime, *, is_first: bool) -> bool:
        # A program that makes one round only would break off at once what it begins.
        goes_on = not (is_first and place.by_tools)
        return goes_on and self._is_due(place, now) and self._is_quiet()

    def _is_due(self, place: LedgerPlace, now: datetime) -> bool:
        if self._made_for == self._day(now) or (self._not_before and now < self._not_before):
            return False
        if self._path(place, now).exists():
            self._made_for = self._day(now)
            return False
        return True

    def _begin(self, place: LedgerPlace, now: datetime) -> None:
        path, shop = self._path(place, now), self._ledger.shop
        copying = _Copying(self._day(now), lambda: place.back_up(self._keys, shop, path, self._photos))
        try:
            # Entered first, so that the copy ends where the book ends: put back at once, it is no old copy.
            self._ledger.enter_alone(now, BEGUN, {"file": path.name})
        except Fault as fault:
            self._alarm(now, _cause(fault))
            return
        if place.by_tools:
            self._copying = copying
            copying.thread.start()
        else:
            copying.run()
            self._end(copying, now)

    def _look_after(self, copying: _Copying, now: datetime) -> None:
        if not copying.thread.is_alive():
            self._copying = None
            self._end(copying, now)

    def _end(self, copying: _Copying, now: datetime) -> None:
        cause = copying.cause or self._room_made(now)
        if cause:
            self._alarm(now, cause)
        else:
            self._made_for = copying.day

    def _alarm(self, now: datetime, cause: str) -> None:
        self._not_before = now + TRY_AGAIN
        self._ledger.enter_alone(now, "alarm", {"alarm": "backup_failed", "cause": cause})

    def _room_made(self, now: datetime) -> str:
        """Why there is no room for more copies; empty where there is."""
        folder = self._told.folder
        try:
            made = sorted(path for path in folder.iterdir() if _DAILY.fullmatch(path.name))
            for path in made[: -self._told.keep]:
                path.unlink()
                photo_copies.list_of(path).unlink(missing_ok=True)
            for path in folder.glob("daily-*.part"):
                if now.timestamp() - path.stat().st_mtime > LEFT_OVER_AGE.total_seconds():
                    path.unlink()
            photo_copies.sweep(folder, now)
        except (Fault, OSError) as error:
            return _cause(error)
        return ""

    def _path(self, place: LedgerPlace, now: datetime) -> Path:
        return self._told.folder / f"daily-{self._day(now).isoformat()}{place.suffix}"

    def _day(self, now: datetime) -> date:
        return shop_day(now, self._told.utc_offset_h)


def _place(lies: LedgerSettings) -> LedgerPlace | None:
    """None for a ledger in memory: there is nothing to copy."""
    try:
        return place_of(lies)
    except UsageFault:
        return None


def _cause(error: Fault | OSError) -> str:
    return error.code if isinstance(error, Fault) else type(error).__name__


def newest(folder: Path, *suffixes: str) -> Path | None:
    """The copy that was made last, by hand or daily, of any kind or of these; None where there is none."""
    wanted = suffixes or _SUFFIXES
    try:
        made = [path for path in folder.iterdir() if path.suffix in wanted and path.is_file()]
        return max(made, key=lambda path: path.stat().st_mtime, default=None)
    except OSError:
        return None
