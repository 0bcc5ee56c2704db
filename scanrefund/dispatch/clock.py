"""Time, handed in: the program's own clock, or one that a rehearsal moves on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` gives aware UTC; `sleep` waits the given seconds of that same time."""

    now: Callable[[], datetime]
    sleep: Callable[[float], None]


SYSTEM: Final = Clock(now=lambda: datetime.now(UTC), sleep=time.sleep)
