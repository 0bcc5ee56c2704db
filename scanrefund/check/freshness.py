"""How old a payment code or a picture is. A clock that jumps makes things stale, never fresh."""

from __future__ import annotations

from datetime import datetime
from typing import Final

# File systems and cameras round their times; a picture this little ahead of us is still from now.
AHEAD_S_MAX: Final = 5.0


def age_s(since: datetime, now: datetime) -> float | None:
    """Seconds from `since` to `now`; None when `since` lies in the future, which proves nothing."""
    age = (now - since).total_seconds()
    if age < -AHEAD_S_MAX:
        return None
    return max(age, 0.0)


def is_stale(since: datetime, now: datetime, limit_s: float) -> bool:
    """Whether something first seen at `since` has outlived `limit_s`, or carries an impossible time."""
    age = age_s(since, now)
    return age is None or age > limit_s


def shown_age_s(since: datetime, now: datetime) -> int:
    """The age for a sentence: whole seconds, zero for an impossible time."""
    return int(age_s(since, now) or 0)
