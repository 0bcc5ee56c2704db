"""A database beside a ledger on PostgreSQL, in which a copy is tried and made ready to take its place."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from sqlalchemy import URL, Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from scanrefund.errors import LedgerFault
from scanrefund.ledger.postgres import fault_of, open_for_databases, state_of

SCRATCH_PREFIX: Final = "scanrefund_restore_test_"
# Longer than any copy takes to be tried.
LEFT_OVER_S: Final = 6 * 3_600
# When it was made, by the server's clock, in seconds since 1970: no server tells the age of a database.
_OURS: Final = re.compile(rf"{SCRATCH_PREFIX}(\d{{1,12}})_[0-9a-f]{{8}}")


@contextmanager
def scratch(url: URL, through: URL) -> Iterator[URL]:
    """Make a database on the server of `url`, over connections to `through`. It is gone afterwards, unless
    it was given another name.

    Raises LedgerFault when the server is away or makes none.
    """
    server = open_for_databases(through)
    try:
        name = _made(server)
        try:
            yield url.set(database=name)
        finally:
            # A server that is away by now keeps it, and a later one drops it.
            with suppress(DBAPIError), server.connect() as connection:
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    finally:
        server.dispose()


def _made(server: Engine) -> str:
    try:
        with server.connect() as connection:
            now_s = int(connection.execute(text("SELECT extract(epoch FROM now())")).scalar_one())
            _clear_away(connection, now_s)
            name = f"{SCRATCH_PREFIX}{now_s}_{secrets.token_hex(4)}"
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
    except DBAPIError as error:
        state, away = state_of(error), fault_of(error, server)
        if not state and away is not None:
            raise away from None
        raise LedgerFault("scratch_not_made", user=server.url.username or "", cause=state) from None
    return name


def _clear_away(connection: Connection, now_s: int) -> None:
    """Drop what killed programs left. The server keeps what is in use; what belongs to others stays too."""
    found = connection.execute(text("SELECT datname FROM pg_database")).scalars().all()
    for left in filter(None, map(_OURS.fullmatch, found)):
        if now_s - int(left[1]) > LEFT_OVER_S:
            with suppress(DBAPIError):
                connection.execute(text(f"DROP DATABASE IF EXISTS {left[0]}"))
