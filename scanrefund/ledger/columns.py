"""How our values lie in a database: times as sortable UTC text, told texts cut, the same on every dialect."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

# `2026-11-23T08:00:00.000000Z`
TIME_CHARS: Final = 27


def time_text(value: datetime) -> str:
    """An aware time as the ledger writes it."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def time_of(text: str) -> datetime:
    """The time that `time_text` wrote. Raises ValueError for any other text."""
    time = datetime.fromisoformat(text)
    # ISO 8601 has many forms; the ledger has one, so that text order is time order.
    if len(text) != TIME_CHARS or time.tzinfo is not UTC:
        raise ValueError(f"{text!r} is no time of the ledger")
    return time


class UtcTime(TypeDecorator[datetime]):
    """An aware time as `2026-11-23T08:00:00.000000Z`: fixed width, so text order is time order."""

    impl = String(TIME_CHARS)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a naive time cannot enter the ledger")
        return time_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return time_of(value)


class Told(TypeDecorator[str]):
    """A text that somebody else made, cut to its column.

    PostgreSQL refuses a longer text and a NUL; the result of a trip must be written whatever a wallet says.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else value.replace("\0", "")[: self.length]
