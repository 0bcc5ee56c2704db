"""How often each slip was printed: a second original could be handed in twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update

from scanrefund.ledger.engine import retried
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.refunds import required
from scanrefund.ledger.schema import refunds
from scanrefund.ledger.schema_after import prints


class Prints:
    """Counts the prints of slips, each in the book."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def count(self, refund_id: str) -> int:
        """How often the slip of a refund was printed."""
        with self._ledger.reading() as connection:
            query = select(prints.c.count).where(prints.c.refund_id == refund_id)
            return connection.execute(query).scalar_one_or_none() or 0

    @retried
    def begin(self, refund_id: str, how: str, by: str, now: datetime) -> int:
        """Count one print before it is made, so that a crash leaves a copy too many and never two originals.

        Returns its number from 1. `how` is `pdf` or `printer`; of cash slips `cash` and where it came out.
        """
        with self._ledger.writing() as connection:
            required(connection, refund_id)
            # The refund's row is the lock: two prints at once are two numbers.
            connection.execute(
                select(refunds.c.refund_id).where(refunds.c.refund_id == refund_id).with_for_update()
            )
            this = prints.c.refund_id == refund_id
            count = connection.execute(select(prints.c.count).where(this)).scalar_one_or_none()
            if count is None:
                connection.execute(insert(prints).values(refund_id=refund_id, count=1, last_at=now))
            else:
                connection.execute(update(prints).where(this).values(count=count + 1, last_at=now))
            number = (count or 0) + 1
            facts: dict[str, str | int | None] = {"number": number, "how": how, "by": by}
            self._ledger.enter(connection, now, "slip_printed", refund_id, facts)
        return number

    @retried
    def take_back(self, refund_id: str, number: int, now: datetime) -> None:
        """Nothing of this print came out, provably. Stays counted where another was begun since."""
        with self._ledger.writing() as connection:
            this = (prints.c.refund_id == refund_id, prints.c.count == number)
            taken = connection.execute(update(prints).where(*this).values(count=number - 1))
            if taken.rowcount == 1:
                self._ledger.enter(connection, now, "slip_not_printed", refund_id, {"number": number})
