"""The book walked while others write: a reader of a whole year would hold up every refund of that time."""

from __future__ import annotations

from typing import Final

from scanrefund.keys import Keys
from scanrefund.ledger import book
from scanrefund.ledger.book import FIRST_PREVIOUS, Flaw
from scanrefund.ledger.ledger import Ledger

# On SQLite nothing is committed while somebody reads; so many are read in some hundredths of a second.
STEP_ENTRIES: Final = 1_000


def first_flaw(ledger: Ledger, keys: Keys) -> Flaw | None:
    """The first entry that does not hold, or None. Each step is a transaction; entries only join the end."""
    last = (0, FIRST_PREVIOUS)
    while True:
        with ledger.reading() as connection:
            flaw, reached = book.next_step(connection, keys, last, STEP_ENTRIES)
        if flaw is not None or reached[0] < last[0] + STEP_ENTRIES:
            return flaw
        last = reached
