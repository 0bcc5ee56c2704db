"""One backup a day, made by the worker in the first quiet round of the shop's day; older ones make room."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from scanrefund.dispatch.clock import Clock
from scanrefund.dispatch.worker import OnFault, OnRefund
from scanrefund.errors import Fault
from scanrefund.keys import Keys
from scanrefund.ledger import photo_copies
from scanrefund.ledger.backup import BEGUN, back_up
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.shop_clock import shop_day

# A full disk is not mended in a minute, and each try reads the whole ledger.
TRY_AGAIN: Final = timedelta(hours=1)

_DAILY: Final = re.compile(r"daily-(\d{4}-\d{2}-\d{2})\.sqlite3")


@dataclass(frozen=True, slots=True)
class BackupSettings:
    """Where copies go, whether one is made each day of the shop, and how many of those are kept."""

    folder: Path
    daily: bool
    keep: int
    utc_offset_h: int


class DailyBackup:
    """A job of the worker. It waits for a round in which no refund is due, and what goes wrong is an alarm in
    the book: it holds no refund up.
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
        self._ledger, self._lies, self._keys, self._told, self._clock = ledger, lies, keys, told, clock
        self._is_quiet, self._photos = is_quiet, photos
        self._made_for: date | None = None
        self._not_before: datetime | None = None

    def run_once(self, _on_refund: OnRefund, _on_fault: OnFault) -> int:
        """Make the day's copy unless it is there; no trip is made. Does nothing for a ledger on a server."""
        now = self._clock.now()
        if (
            self._told.daily
            and self._lies.url.startswith("sqlite:///")
            and self._is_due(now)
            and self._is_quiet()
        ):
            self._make(now)
        return 0

    def _is_due(self, now: datetime) -> bool:
        if self._made_for == self._day(now) or (self._not_before and now < self._not_before):
            return False
        if self._path(now).exists():
            self._made_for = self._day(now)
            return False
        return True

    def _make(self, now: datetime) -> None:
        path = self._path(now)
        try:
            # Entered first, so that the copy ends where the book ends: put back at once, it is no old copy.
            self._ledger.enter_alone(now, BEGUN, {"file": path.name})
            back_up(self._lies, self._keys, self._ledger.shop, path, self._photos)
            self._make_room(now)
        except (Fault, OSError) as error:
            self._not_before = now + TRY_AGAIN
            cause = error.code if isinstance(error, Fault) else type(error).__name__
            self._ledger.enter_alone(now, "alarm", {"alarm": "backup_failed", "cause": cause})
            return
        self._made_for = self._day(now)

    def _make_room(self, now: datetime) -> None:
        made = sorted(path for path in self._told.folder.iterdir() if _DAILY.fullmatch(path.name))
        for path in made[: -self._told.keep]:
            path.unlink()
            photo_copies.list_of(path).unlink(missing_ok=True)
        photo_copies.sweep(self._told.folder, now)

    def _path(self, now: datetime) -> Path:
        return self._told.folder / f"daily-{self._day(now).isoformat()}.sqlite3"

    def _day(self, now: datetime) -> date:
        return shop_day(now, self._told.utc_offset_h)


def newest(folder: Path, suffix: str = ".sqlite3") -> Path | None:
    """The copy that was made last, by hand or daily; None where there is none."""
    try:
        made = [path for path in folder.glob(f"*{suffix}") if path.is_file()]
        return max(made, key=lambda path: path.stat().st_mtime, default=None)
    except OSError:
        return None
