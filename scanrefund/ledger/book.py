"""The book: append-only, each entry sealed to the one before. It holds references, never personal data."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, String, func, insert, select, type_coerce

from scanrefund.keys import Keys
from scanrefund.ledger.columns import time_text
from scanrefund.ledger.postgres import BOOK_LOCK, alone
from scanrefund.ledger.schema import SUBJECT_CHARS_MAX, book

FIRST_PREVIOUS: Final = "0" * 64
ROWS_AT_ONCE: Final = 1_000

# The time is read as text: a forged one that is no time at all is a broken entry, not a crash.
_ALL: Final = select(
    book.c.number,
    type_coerce(book.c.at, String).label("at"),
    book.c.kind,
    book.c.subject,
    book.c.facts,
    book.c.previous,
    book.c.seal,
).order_by(book.c.number)
# Made once: a walk through a year's book asks it a hundred thousand times.
_COMPACT: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_LAST: Final = select(book.c.number, book.c.seal).order_by(book.c.number.desc()).limit(1)
_NEXT: Final = insert(book)

Facts = dict[str, str | int | None]


class FlawKind(StrEnum):
    """What is wrong with an entry: not there, not after its neighbour, not as it was sealed; or, by somebody
    who saw it, the book ends before it or holds another one in its place.
    """

    MISSING = "missing"
    UNLINKED = "unlinked"
    CHANGED = "changed"
    CUT = "cut"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Flaw:
    """The first entry that does not hold."""

    number: int
    kind: FlawKind


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it lies in the book; `at` and `facts` are the very texts that were sealed."""

    number: int
    at: str
    kind: str
    subject: str
    facts: str
    previous: str
    seal: str


def enter(
    connection: Connection, keys: Keys, *, at: datetime, kind: str, subject: str, facts: Facts
) -> tuple[int, str]:
    """Append one entry inside the caller's transaction, after whoever is appending now has committed.

    Returns its number and its seal.
    """
    alone(connection, BOOK_LOCK)
    # What a person typed as an order's number may be longer than any number is.
    subject = subject[:SUBJECT_CHARS_MAX]
    number, previous = head(connection)
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    seal = keys.seal(previous, _canonical(number + 1, time_text(at), kind, subject, text))
    entry = {"number": number + 1, "at": at, "kind": kind, "subject": subject, "facts": text}
    connection.execute(_NEXT, {**entry, "previous": previous, "seal": seal})
    return number + 1, seal


def first_broken(connection: Connection, keys: Keys) -> int | None:
    """Walk the whole chain; the number of the first entry that does not hold, or None."""
    flaw = first_flaw(connection, keys)
    return flaw.number if flaw else None


def first_flaw(connection: Connection, keys: Keys) -> Flaw | None:
    """Walk the whole chain; the first entry that does not hold and why, or None."""
    with closing(_rows(connection)) as rows:
        return _walked(rows, keys, (0, FIRST_PREVIOUS))[0]


def next_step(
    connection: Connection, keys: Keys, last: tuple[int, str], most: int
) -> tuple[Flaw | None, tuple[int, str]]:
    """Walk `most` entries after `last`, a number and its seal; the first flaw, and the last entry walked."""
    after = _ALL.where(book.c.number > last[0]).limit(most)
    return _walked(connection.execute(after), keys, last)


def _walked(
    rows: Iterable[Row[Any]], keys: Keys, last: tuple[int, str]
) -> tuple[Flaw | None, tuple[int, str]]:
    number, previous = last
    for row in rows:
        kind = _flaw_of(row, number + 1, previous, keys)
        if kind is not None:
            return Flaw(number + 1, kind), (number, previous)
        number, previous = row.number, row.seal
    return None, (number, previous)


def entries(connection: Connection) -> Iterator[Entry]:
    """Every entry, the oldest first, a step of the book in memory at a time."""
    for row in _rows(connection):
        yield Entry(row.number, row.at, row.kind, row.subject, row.facts, row.previous, row.seal)


def _rows(connection: Connection) -> Generator[Row[Any], None, None]:
    # A year's book is walked in steps: the driver would otherwise hold all of it in memory.
    with connection.execute(_ALL.execution_options(yield_per=ROWS_AT_ONCE)) as rows:
        yield from rows


def _flaw_of(row: Row[Any], expected: int, previous: str, keys: Keys) -> FlawKind | None:
    if row.number != expected:
        return FlawKind.MISSING
    if row.previous != previous:
        return FlawKind.UNLINKED
    sealed = keys.seal(previous, _canonical(row.number, row.at, row.kind, row.subject, row.facts))
    return None if row.seal == sealed else FlawKind.CHANGED


def length(connection: Connection) -> int:
    """How many entries the book holds."""
    return connection.execute(select(func.count()).select_from(book)).scalar_one()


def seal_of(connection: Connection, number: int) -> str | None:
    """The seal of one entry, or None where the book has none such. Before the first is FIRST_PREVIOUS."""
    if number == 0:
        return FIRST_PREVIOUS
    return connection.execute(select(book.c.seal).where(book.c.number == number)).scalar_one_or_none()


def head(connection: Connection) -> tuple[int, str]:
    """The last entry's number and seal; of an empty book 0 and FIRST_PREVIOUS."""
    row = connection.execute(_LAST).one_or_none()
    return (row.number, row.seal) if row else (0, FIRST_PREVIOUS)


def _canonical(number: int, at: str, kind: str, subject: str, facts: str) -> bytes:
    parts = [str(part) for part in (number, at, kind, subject, facts)]
    return _COMPACT.encode(parts).encode()
