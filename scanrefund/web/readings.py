"""What customers have shown, under handles: the digits stay here, the page has the handle and the mask.

A live payment code is money: it is let go when it is too old to be one. What is left of it then is when it
was seen and whose it was, so that a late refund is told why.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from scanrefund.model.shown import Reading
from scanrefund.model.wallet import FACTS, Wallet

HANDLE_BYTES: Final = 12
# A busy counter shows a code every ten seconds; what was shown before the last hundred interests nobody.
HELD_MAX: Final = 100
# What is no payment code may be looked at for a while.
AGE_MAX: Final = timedelta(minutes=5)


@dataclass(slots=True)
class Held:
    """One reading. `reading` is None once its code was let go."""

    reading_id: str
    seen_at: datetime
    expires_at: datetime
    wallet: Wallet | None
    reading: Reading | None = field(repr=False)


class Readings:
    """The readings of one counter. Every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, Held] = {}

    def hold(self, reading: Reading, seen_at: datetime) -> Held:
        """Keep a reading; `seen_at` is the first sight of its code at any counter."""
        wallet = reading.shown.wallet if reading.shown.code else None
        age = timedelta(seconds=FACTS[wallet].code_age_s_max) if wallet else AGE_MAX
        held = Held(secrets.token_urlsafe(HANDLE_BYTES), seen_at, seen_at + age, wallet, reading)
        with self._lock:
            self._held[held.reading_id] = held
            while len(self._held) > HELD_MAX:
                del self._held[next(iter(self._held))]
        return held

    def of(self, reading_id: str, now: datetime) -> Held | None:
        """What is held under a handle."""
        self.let_go(now)
        with self._lock:
            return self._held.get(reading_id)

    def let_go(self, now: datetime) -> None:
        """Forget every code that has outlived its time, and everything that is long gone."""
        with self._lock:
            for held in list(self._held.values()):
                if now > held.expires_at:
                    held.reading = None
                if now > held.expires_at + AGE_MAX:
                    del self._held[held.reading_id]
