"""Who asked for a refund of an order, by name: closed with a key that is not in the database."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select, update

from scanrefund.keys import Keys
from scanrefund.ledger import closed_words
from scanrefund.ledger.schema_after import applicants
from scanrefund.model.contact import Applicant

if TYPE_CHECKING:
    from scanrefund.ledger.ledger import Ledger


def keep(connection: Connection, keys: Keys, order_id: str, applicant: Applicant, now: datetime) -> None:
    """Keep an order's applicant; a later one stands in for an earlier. Raises KeyFault for foreign keys."""
    closed = closed_words.close(connection, keys, _name(order_id), applicant.name)
    row = {"closed": closed, "masked": applicant.masked, "kept_at": now}
    this = applicants.c.order_id == order_id
    if connection.execute(update(applicants).where(this).values(**row)).rowcount == 0:
        connection.execute(insert(applicants).values(order_id=order_id, **row))


class Applicants:
    """Reads only; a wish brings the name into the ledger."""

    def __init__(self, ledger: Ledger, keys: Keys) -> None:
        self._ledger = ledger
        self._keys = keys

    def masked(self, order_id: str) -> str:
        """The name as everybody may see it; empty for none, and once it was purged."""
        query = select(applicants.c.masked).where(applicants.c.order_id == order_id)
        with self._ledger.reading() as connection:
            return connection.execute(query).scalar_one_or_none() or ""

    def name(self, order_id: str) -> str:
        """The name itself. Who may read it is the door's question. Raises KeyFault for foreign keys."""
        query = select(applicants.c.closed).where(applicants.c.order_id == order_id)
        with self._ledger.reading() as connection:
            closed = connection.execute(query).scalar_one_or_none() or ""
        return closed_words.opened(self._keys, _name(order_id), closed)


def _name(order_id: str) -> str:
    return f"applicant/{order_id}"
