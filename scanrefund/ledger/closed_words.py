"""Words that may name people, closed under the people's key, which is not in the database."""

from __future__ import annotations

from sqlalchemy import Connection

from scanrefund.errors import KeyFault
from scanrefund.keys import Keys
from scanrefund.ledger.migrate import PEOPLE_KEY, recall


def close(connection: Connection, keys: Keys, name: str, text: str) -> str:
    """The words as they may be kept; empty for none. `name` has a slash, as no staff id has: what is closed
    under it opens for nobody's PIN secrets. Raises KeyFault for keys that are not this ledger's.
    """
    if recall(connection, PEOPLE_KEY, keys.people_check_value()) != keys.people_check_value():
        raise KeyFault("people_key_foreign")
    return keys.close_up(name, text.encode()) if text else ""


def opened(keys: Keys, name: str, closed: str) -> str:
    """The words again; empty where there were none, and once they were purged. Raises KeyFault."""
    return keys.opened(name, closed).decode() if closed else ""
