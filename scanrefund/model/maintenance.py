"""Maintenance windows: the times, announced beforehand, in which a wallet is sent no refund.

Pure values and their arithmetic. What a window does to a refund is `dispatch/dispatcher.py`'s affair.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from scanrefund.model.wallet import Wallet


@dataclass(frozen=True, slots=True)
class Window:
    """One announced pause, `ends` not included. `wallet` None is both; `words` is what people are told."""

    begins: datetime
    ends: datetime
    wallet: Wallet | None = None
    words: str = ""

    def covers(self, at: datetime) -> bool:
        """Whether it is under way at a moment."""
        return self.begins <= at < self.ends

    def concerns(self, wallet: Wallet) -> bool:
        """Whether this wallet is sent nothing meanwhile."""
        return self.wallet in (None, wallet)


@dataclass(frozen=True, slots=True)
class Maintenance:
    """All windows of a shop, in order of their begin; `notice` is how long before one people are told."""

    windows: tuple[Window, ...] = ()
    notice: timedelta = timedelta(days=1)

    def until(self, wallet: Wallet, at: datetime) -> datetime | None:
        """When a send planned for `at` may go; None where nothing keeps it back.

        Windows that meet or overlap are one pause.
        """
        end = at
        for window in self._of(wallet):
            if window.covers(end):
                end = window.ends
        return end if end > at else None

    def end_of(self, wallet: Wallet, planned: datetime) -> datetime | None:
        """The end of the pause because of which something is planned for then; None where none is."""
        at_an_end = any(window.ends == planned for window in self._of(wallet))
        return self.until(wallet, planned) or (planned if at_an_end else None)

    def told(self, now: datetime) -> tuple[Window, ...]:
        """What people must know of now: windows under way, and those that begin within the notice."""
        return tuple(one for one in self.windows if one.begins - self.notice <= now < one.ends)

    def paused(self, wallet: Wallet, since: datetime, till: datetime) -> timedelta:
        """How much of a time was pause; what two windows share counts once."""
        whole, reached = timedelta(), since
        for window in self._of(wallet):
            begin, end = max(window.begins, reached), min(window.ends, till)
            if end > begin:
                whole, reached = whole + (end - begin), end
        return whole

    def _of(self, wallet: Wallet) -> Iterator[Window]:
        return (one for one in self.windows if one.concerns(wallet))


NO_MAINTENANCE: Final = Maintenance()
