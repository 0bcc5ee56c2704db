"""PINs: which are too easy to guess, and how one is kept (argon2id over the peppered PIN).

Six to eight digits are few: a stolen database would give all of them away in hours. The pepper, a key outside
the database, goes in first; argon2id makes each guess dear for whoever has stolen both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from scanrefund.errors import UsageFault

_PIN: Final = re.compile(r"[0-9]{6,8}")
_UP: Final = "01234567890123456789"
_DOWN: Final = _UP[::-1]
# What people like to take besides runs, repeats and dates: patterns of the keypad, numbers that sound lucky.
_LIKED_TEXT: Final = (
    "112233 11223344 123321 12344321 123654 142536 147258 147369 14725836 147852 159357 159753 246810 "
    "258456 13579246 135790 135792 135791 147896 147963 258369 321654 357159 369258 456123 456789 521521 "
    "520131 520184 520520 5201314 1314520 1314521 13145200 741852 741963 753159 753951 789456 852456 "
    "951753 963852 987456 100200 102030 110110 112112 119119 120120 123789 168888 178178 185185 186186 "
    "518518 518888 518168 588588 666888 668800 668899 686868 688888 886688 888666 888999 999666 100861 "
    "100860 123698 147147 163163 314159 31415926 141421 271828 161803 "
)
_LIKED: Final = frozenset(_LIKED_TEXT.split())
# Both orders of a date are written in shops that deal with tourists.
_FORMS: Final = ("yymmdd", "ddmmyy", "mmddyy", "yyyymmdd", "ddmmyyyy", "mmddyyyy")
_YEARS: Final = range(1900, 2100)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess costs. RFC 9106's second recommended option: 64 MiB, about a tenth of a second."""

    memory_kib: int = 65_536
    rounds: int = 3
    lanes: int = 4


class PinHasher:
    """Keeps peppered PINs. A PIN itself never comes here."""

    def __init__(self, cost: Cost | None = None) -> None:
        cost = cost or Cost()
        self._argon2 = PasswordHasher(cost.rounds, cost.memory_kib, cost.lanes)

    def kept(self, peppered: bytes) -> str:
        """The text to keep: cost, salt and hash together (PHC string format)."""
        return self._argon2.hash(peppered)

    def holds(self, kept: str, peppered: bytes) -> bool:
        """Whether this is what was kept. A damaged text holds nothing."""
        try:
            return self._argon2.verify(kept, peppered)
        except (VerificationError, InvalidHashError):
            return False


def refuse_easy(pin: str) -> None:
    """Raise UsageFault for a PIN that is not six to eight ASCII digits, or that others would guess first."""
    if not _PIN.fullmatch(pin):
        raise UsageFault("pin_not_digits")
    if _is_run(pin) or _repeats(pin) or pin in _LIKED or any(_dates(pin)):
        raise UsageFault("pin_too_easy")


def _is_run(pin: str) -> bool:
    return pin in _UP or pin in _DOWN


def _repeats(pin: str) -> bool:
    """One, two, three or four digits over and over, few digits at all, or the same backwards."""
    over_and_over = any(pin == (pin[:size] * 8)[: len(pin)] for size in range(1, 5) if 2 * size <= len(pin))
    return over_and_over or len(set(pin)) <= 2 or pin == pin[::-1]


def _dates(pin: str) -> Iterator[bool]:
    for form in _FORMS:
        if len(form) == len(pin):
            day, month = (int(pin[form.index(part) : form.index(part) + 2]) for part in ("dd", "mm"))
            yield any(_is_day(year, month, day) for year in _years(pin, form))


def _years(pin: str, form: str) -> list[int]:
    start = form.index("y")
    if "yyyy" in form:
        year = int(pin[start : start + 4])
        return [year] if year in _YEARS else []
    # A year of two digits: one of both has the 29th of February, if any has.
    return [century + int(pin[start : start + 2]) for century in (1900, 2000)]


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
