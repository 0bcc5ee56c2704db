"""How an order's customer wants to hear of it: closed with a key that is not in the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from scanrefund.keys import Keys
from scanrefund.ledger import closed_words
from scanrefund.ledger.schema_after import contacts
from scanrefund.model.contact import Channel, Contact

_CHANNEL = select(contacts.c.channel).where(contacts.c.order_id == bindparam("this"))


def keep(connection: Connection, keys: Keys, order_id: str, contact: Contact, now: datetime) -> None:
    """Keep an order's contact; a later one stands in for an earlier one. Raises KeyFault for foreign keys."""
    row = {
        "channel": contact.channel.value,
        "closed": closed_words.close(connection, keys, _name(order_id), contact.address),
        "masked": contact.masked,
        "language": contact.language,
        "kept_at": now,
    }
    this = contacts.c.order_id == order_id
    if connection.execute(update(contacts).where(this).values(**row)).rowcount == 0:
        connection.execute(insert(contacts).values(order_id=order_id, **row))


def channel_of(connection: Connection, order_id: str) -> Channel | None:
    """How an order's customer is reached, or None where nobody asked to be."""
    found = connection.execute(_CHANNEL, {"this": order_id}).scalar_one_or_none()
    return Channel(found) if found else None


def masked(connection: Connection, order_id: str) -> str:
    """The contact as it may be shown; empty for none."""
    query = select(contacts.c.masked).where(contacts.c.order_id == order_id)
    return connection.execute(query).scalar_one_or_none() or ""


def opened(connection: Connection, keys: Keys, order_id: str) -> Contact | None:
    """The contact itself, to deliver to. Raises KeyFault where the keys are not those it was closed with."""
    row = connection.execute(select(contacts).where(contacts.c.order_id == order_id)).one_or_none()
    if row is None:
        return None
    address = closed_words.opened(keys, _name(order_id), row.closed)
    return Contact(Channel(row.channel), address, row.language)


def _name(order_id: str) -> str:
    """No staff id has a slash: what is closed for an order opens for nobody's PIN secrets."""
    return f"contact/{order_id}"
