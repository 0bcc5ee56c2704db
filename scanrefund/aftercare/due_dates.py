"""What the self test reads off the calendar: announced maintenance, the shop's licence, a newer version.

Each look is good, bad, or not taken (None); then its cause and what its sentence needs. Nothing here asks
the network.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from scanrefund.aftercare.upkeep import Look
from scanrefund.model.maintenance import NO_MAINTENANCE, Maintenance
from scanrefund.model.shop_clock import shop_day

# One line with a version and a few words; whatever is longer is some other file.
NOTICE_BYTES_MAX: Final = 1_000
_VERSION: Final = re.compile(r"v?([0-9]{1,6}(?:\.[0-9]{1,6}){0,3})")


@dataclass(frozen=True, slots=True)
class Licence:
    """The shop's business licence: its number, and the last day on which it is valid, by the shop's clock.

    `expires` None: nobody has said. `warn_days` is how long before the end people are told.
    """

    number: str = ""
    expires: date | None = None
    warn_days: int = 30
    utc_offset_h: int = 8


NO_LICENCE: Final = Licence()


@dataclass(frozen=True, slots=True)
class DueDates:
    """What of a shop has a date. `newest` is the file that names the newest version; None: nobody tells."""

    maintenance: Maintenance = NO_MAINTENANCE
    licence: Licence = NO_LICENCE
    newest: Path | None = None


NO_DUE_DATES: Final = DueDates()


def maintenance(planned: Maintenance, now: datetime) -> Look:
    """The first window that people must know of: in the order of their begin, one under way is the first."""
    told = planned.told(now)
    if not told:
        return True, "good", {}
    window = told[0]
    wallet = window.wallet.value if window.wallet else "all"
    gaps = {"wallet": wallet, "begins_at": window.begins, "ends_at": window.ends}
    return None, "under_way" if window.covers(now) else "ahead", gaps


def licence(told: Licence, now: datetime) -> Look:
    """Whether the shop may do business today, and for how long."""
    if told.expires is None:
        return None, "not_set_up", {}
    left = (told.expires - shop_day(now, told.utc_offset_h)).days
    gaps = {"number": told.number, "expires": told.expires.isoformat(), "days": abs(left)}
    if left < 0:
        return False, "expired", gaps
    return (None, "soon", gaps) if left <= told.warn_days else (True, "good", gaps)


def newer_version(newest: Path | None, ours: str) -> Look:
    """Whether the file that names the newest version names a later one than ours."""
    if newest is None:
        return None, "not_set_up", {}
    gaps = {"ours": ours, "path": newest}
    try:
        with newest.open("rb") as file:
            text = file.read(NOTICE_BYTES_MAX).decode("utf-8", "replace")
    except OSError:
        return None, "no_file", gaps
    found = _VERSION.match(text.lstrip("\ufeff").strip())
    if found is None:
        return None, "unreadable", gaps
    is_newer = _numbers(found[1]) > _numbers(ours)
    return (None, "newer", gaps | {"newest": found[1]}) if is_newer else (True, "good", gaps)


def _numbers(version: str) -> tuple[int, ...]:
    """`1.2.0` and `1.2` are the same version."""
    found = _VERSION.match(version)
    numbers = [int(part) for part in found[1].split(".")] if found else []
    return (*numbers, *[0] * (4 - len(numbers)))
