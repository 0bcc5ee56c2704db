"""Rules for the values in WeChat Pay's JSON: is a value good, and if not, where is it wrong?"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

# Far above any order, far below what a database column holds.
_FEN_MAX: Final = 10_000_000_000
_NAME_LENGTH_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong, and where below the value that was checked (a JSON pointer, empty for itself)."""

    issue: str
    value: Any = ""
    at: str = ""

    def below(self, name: str | int) -> Wrong:
        """The same, seen from one level up."""
        return replace(self, at=f"/{str(name)[:_NAME_LENGTH_MAX]}{self.at}")


Check = Callable[[Any], Wrong | None]


def rule(is_good: Callable[[Any], bool]) -> Check:
    return lambda value: None if is_good(value) else Wrong("值不符合要求", _short(value))


def text(length_max: int, pattern: str = "") -> Check:
    form = re.compile(pattern or r"[\s\S]*")

    def is_good(value: Any) -> bool:
        # Characters beyond the basic plane (emoji) are refused, and so is half of one.
        plain = isinstance(value, str) and not re.search(r"[\ud800-\udfff\U00010000-\U0010ffff]", value)
        return plain and 1 <= len(value) <= length_max and form.fullmatch(value) is not None

    return rule(is_good)


def one_of(*words: str) -> Check:
    return rule(lambda value: value in words)


fen: Final = rule(lambda value: type(value) is int and 1 <= value <= _FEN_MAX)


def each(check: Check) -> Check:
    def all_of(value: Any) -> Wrong | None:
        if not isinstance(value, list) or not value:
            return Wrong("值不符合要求", _short(value))
        found = ((place, check(item)) for place, item in enumerate(value))
        return next((wrong.below(place) for place, wrong in found if wrong), None)

    return all_of


def fields(checks: dict[str, Check], required: tuple[str, ...]) -> Check:
    """An object of these fields and no others. A wrong field is named before a missing one."""

    def all_of(value: Any) -> Wrong | None:
        if not isinstance(value, dict):
            return Wrong("值不符合要求", _short(value))
        for name, item in value.items():
            wrong = checks[name](item) if name in checks else Wrong("参数中含有非法的额外参数")
            if wrong:
                return wrong.below(name)
        return next((Wrong("必填参数缺失").below(name) for name in required if name not in value), None)

    return all_of


def _short(value: Any) -> Any:
    return value if isinstance(value, int) else str(value)[:_NAME_LENGTH_MAX]
