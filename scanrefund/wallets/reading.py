"""A wallet's JSON, read strictly: what is not clearly there is `Unreadable`, never a guess.

Refused: duplicate keys, NaN and Infinity, floats where fen are due, text that could not be stored
or printed. The size cap of `http.py` bounds the depth the parser can be made to walk.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Final, TypeAlias

from scanrefund.model.money import Money, NotMoney

BEIJING: Final = timezone(timedelta(hours=8))
MESSAGE_CHARS_MAX: Final = 300  # for people; the wallets' own texts stay below
TEXT_CHARS_MAX: Final = 256  # no number, code or name in either wallet's documents is longer

Fields: TypeAlias = Mapping[str, Any]


class Unreadable(ValueError):
    """The answer has not the documented shape. Its text is a code, never a part of the answer."""


class Mismatch(ValueError):
    """The answer speaks of something else than was asked. Its text is a code."""


def parse_object(text: str) -> Fields:
    """A JSON object. Raises Unreadable."""
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise Unreadable("not_json") from None
    if not isinstance(value, dict):
        raise Unreadable("not_json")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("duplicate key")
    return fields


def _refuse(word: str) -> Any:
    raise ValueError(word)


def child(fields: Fields, name: str) -> Fields:
    """A nested object; empty when absent."""
    value = fields.get(name, {})
    if not isinstance(value, dict):
        raise Unreadable(f"wrong_{name}")
    return value


def text(fields: Fields, name: str) -> str:
    """A printable text of at most TEXT_CHARS_MAX, or "" when absent or null."""
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or not value.isprintable() or len(value) > TEXT_CHARS_MAX:
        raise Unreadable(f"wrong_{name}")
    return value


def fen(fields: Fields, name: str) -> Money:
    """An amount in whole fen (WeChat Pay)."""
    value = fields.get(name)
    if type(value) is not int:
        raise Unreadable(f"wrong_{name}")
    return Money(value)


def yuan(fields: Fields, name: str) -> Money:
    """An amount as yuan text (Alipay)."""
    try:
        return Money.from_yuan(text(fields, name))
    except NotMoney:
        raise Unreadable(f"wrong_{name}") from None


def message(fields: Fields, name: str) -> str:
    """A text for people, cut and made printable. Nothing branches on it."""
    value = fields.get(name)
    if not isinstance(value, str):
        return ""
    return "".join(char if char.isprintable() else " " for char in value[:MESSAGE_CHARS_MAX]).strip()


def rfc3339(fields: Fields, name: str) -> datetime | None:
    """A time with its offset (WeChat Pay), in UTC; None when absent."""
    value = text(fields, name)
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise Unreadable(f"wrong_{name}") from None
    if moment.tzinfo is None:
        raise Unreadable(f"wrong_{name}")
    return moment.astimezone(UTC)


def beijing_time(fields: Fields, name: str) -> datetime | None:
    """`yyyy-MM-dd HH:mm:ss` on Beijing's clock (Alipay), in UTC; None when absent."""
    value = text(fields, name)
    if not value:
        return None
    try:
        moment = datetime.strptime(value, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    except ValueError:
        raise Unreadable(f"wrong_{name}") from None
    return moment.astimezone(UTC)


def header(headers: Mapping[str, str], name: str) -> str:
    """A header for the record, cut; "" when absent."""
    return headers.get(name, "")[:TEXT_CHARS_MAX]


def must_match(name: str, theirs: object, ours: object) -> None:
    """Raises Mismatch unless the answer's value is ours."""
    if theirs != ours:
        raise Mismatch(f"mismatch_{name}")
