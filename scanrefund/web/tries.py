"""How often a PIN may be tried at this counter, whoever somebody says he is.

Beside it each person has a lock of his own, counted in the ledger.
"""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime, timedelta
from typing import Final

from scanrefund.errors import UsageFault

# Ten people who mistype at the start of a shift; guessing all PINs at this pace takes a month.
TRIES_MAX: Final = 20
WITHIN: Final = timedelta(minutes=1)


class Tries:
    """A window over the last tries of one counter."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at: deque[datetime] = deque()

    def count(self, now: datetime) -> None:
        """Count one try. Raises UsageFault too_many_tries, with the seconds to wait."""
        with self._lock:
            self._refuse(now)
            self._at.append(now)

    def refuse(self, now: datetime) -> None:
        """Raise the same where the window is full, and count nothing."""
        with self._lock:
            self._refuse(now)

    def _refuse(self, now: datetime) -> None:
        # A clock that was set back must not lock the counter for as long.
        while self._at and not timedelta() <= now - self._at[0] < WITHIN:
            self._at.popleft()
        if len(self._at) >= TRIES_MAX:
            wait_s = int((self._at[0] + WITHIN - now).total_seconds()) + 1
            raise UsageFault("too_many_tries", wait_s=wait_s)
