"""The audit of the book: the chain walked from end to end, then compared with what others saw of it.

The chain alone cannot tell that its end was cut off, nor that somebody who holds the keys wrote it anew.
Whoever saw an entry with its seal can: the witness file, a printed daily sheet, a backup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from scanrefund.errors import UsageFault
from scanrefund.keys import Keys
from scanrefund.ledger import book
from scanrefund.ledger.book import Flaw, FlawKind
from scanrefund.ledger.schema import book as table
from scanrefund.ledger.witness import Head

# `1234:` and 64 hex digits, as `audit verify` and the daily sheet print it.
_HEAD: Final = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")
# A shop whose books were restored more often than that has other worries.
BEHIND_MAX: Final = 100

_BEHIND: Final = select(table.c.number).where(table.c.kind == "books_behind").order_by(table.c.number)


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found. `flaw` None: every entry holds, and everything that was seen is there.

    `behind` are the entries that say that these books were once an old copy: what the cut held is gone.
    """

    entries: int
    head: Head
    flaw: Flaw | None
    behind: tuple[int, ...] = ()

    @property
    def is_whole(self) -> bool:
        return self.flaw is None


def audit(connection: Connection, keys: Keys, seen: Iterable[Head]) -> Audit:
    """Walk the book of this transaction and look for every entry in `seen`."""
    flaw = book.first_flaw(connection, keys)
    flaws = [flaw, *(_missed(connection, head) for head in seen)]
    first = min((one for one in flaws if one), key=lambda one: one.number, default=None)
    behind = connection.execute(_BEHIND.limit(BEHIND_MAX)).scalars()
    return Audit(book.length(connection), Head(*book.head(connection)), first, tuple(behind))


def head_of_text(text: str) -> Head:
    """`NUMBER:SEAL` as it was printed. Raises UsageFault for anything else."""
    found = _HEAD.fullmatch(text.strip())
    if found is None:
        raise UsageFault("head_unreadable")
    return Head(int(found[1]), found[2])


def _missed(connection: Connection, seen: Head) -> Flaw | None:
    held = book.seal_of(connection, seen.number)
    if held == seen.seal:
        return None
    return Flaw(seen.number, FlawKind.CUT if held is None else FlawKind.REPLACED)
