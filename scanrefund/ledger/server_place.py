"""The place of a ledger on PostgreSQL: its database. Copies get into it by two renames in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from scanrefund.errors import LedgerFault, os_cause
from scanrefund.keys import Keys
from scanrefund.ledger import book, photo_copies
from scanrefund.ledger.backup import Tried
from scanrefund.ledger.engine import LedgerSettings, open_engine, reading
from scanrefund.ledger.ledger import Shop
from scanrefund.ledger.postgres import fault_of, open_for_databases, shown, state_of
from scanrefund.ledger.server_backup import SUFFIX, ServerCopies, address
from scanrefund.ledger.server_tools import ServerTools
from scanrefund.ledger.witness import Head, Witness, contradicts

# Where one stands who gives databases other names: nobody may be in those.
MAINTENANCE: Final = "postgres"
# PostgreSQL cuts longer names off without a word.
NAME_BYTES_MAX: Final = 63
_KNOWN: Final = text("SELECT count(*) FROM pg_database WHERE datname = :name")
_TABLES: Final = text("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()")
# Why the server gives no other name (SQLSTATE) → our code.
_REFUSED: Final = {"55006": "restore_while_used", "42501": "restore_not_permitted"}


class ServerPlace:
    """See `LedgerPlace`."""

    suffix = SUFFIX
    by_tools = True

    def __init__(self, settings: LedgerSettings) -> None:
        url = address(settings.url)
        if not url.database:
            raise LedgerFault("ledger_url_wrong")
        self._settings, self._url, self._database = settings, url, url.database
        self._tools = ServerTools()
        self._copies = ServerCopies(settings, self._tools)
        self._maintenance = url.set(database=MAINTENANCE)
        self.name = shown(url)

    def stop(self) -> None:
        """End the tool that runs."""
        self._tools.stop()

    def lies(self) -> bool:
        """Whether the database is there and holds any table. One that cannot be looked into is there."""
        with self._connected(self._maintenance) as connection:
            if not _is_known(connection, self._database):
                return False
        try:
            with closing(open_for_databases(self._url).connect()) as connection:
                return bool(connection.execute(_TABLES).scalar_one())
        except DBAPIError:
            return True

    def back_up(self, keys: Keys, shop: Shop, target: Path, photos: Path | None) -> Tried:
        """As `ServerCopies.back_up`."""
        return self._copies.back_up(keys, shop, target, photos)

    def try_copy(self, copy: Path, keys: Keys, shop: Shop) -> Tried:
        """As `ServerCopies.try_dump`."""
        return self._copies.try_dump(copy, keys, shop)

    @contextmanager
    def laid_out(self, copy: Path, keys: Keys, shop: Shop) -> Iterator[LedgerSettings]:
        """As a ledger in a database of its own."""
        with self._copies.laid_out(copy, keys, shop, self._maintenance) as (lies, _):
            yield lies

    def tell_end(self, witness: Witness) -> None:
        """Other counters entered what this one's witness never heard of, and a copy may lack just that.

        A ledger that the witness contradicts is an old copy itself, and one that is broken tells nothing.
        """
        with suppress(LedgerFault, DBAPIError):
            engine = open_engine(self._settings)
            try:
                with reading(engine) as connection:
                    if not contradicts(connection, witness.read()):
                        witness.write(Head(*book.head(connection)))
            finally:
                engine.dispose()

    def put_back(
        self, copy: Path, keys: Keys, shop: Shop, now: datetime, photos: Path | None
    ) -> tuple[Tried, str | None]:
        """The server refuses other names while anybody is connected: asked before hours of work too."""
        self._rehearse(now)
        with self._copies.laid_out(copy, keys, shop, self._maintenance) as (lies, tried):
            try:
                if photos is not None:
                    photo_copies.put_back(copy, photos, keys)
            except OSError as error:
                raise LedgerFault("restore_not_made", path=photos, cause=os_cause(error)) from error
            return tried, self._take_the_place(address(lies.url), now)

    def _rehearse(self, now: datetime) -> None:
        with self._connected(self._maintenance) as connection:
            self._set_aside(connection, now)
            connection.rollback()

    def _take_the_place(self, beside: URL, now: datetime) -> str | None:
        """Both names change, or none does. How the old ledger's database is called now, if there was one."""
        with self._connected(self._maintenance) as connection:
            kept = self._set_aside(connection, now)
            _rename(connection, str(beside.database), self._database)
            connection.commit()
        return kept

    def _set_aside(self, connection: Connection, now: datetime) -> str | None:
        if not _is_known(connection, self._database):
            return None
        mark = f"_before_{now.astimezone(UTC):%Y%m%d_%H%M%S}_{secrets.token_hex(2)}"
        fits = self._database.encode()[: NAME_BYTES_MAX - len(mark)].decode("utf-8", "ignore")
        _rename(connection, self._database, fits + mark)
        return fits + mark

    @contextmanager
    def _connected(self, url: URL) -> Iterator[Connection]:
        """One transaction, thrown away unless it is committed. Raises LedgerFault."""
        engine = open_for_databases(url)
        try:
            with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection:
                yield connection
        except DBAPIError as error:
            raise self._fault_of(error, engine) from error

    def _fault_of(self, error: DBAPIError, engine: Engine) -> LedgerFault:
        state = state_of(error)
        away = None if state or error.connection_invalidated else fault_of(error, engine)
        if away is not None:
            return away
        gaps = {"user": self._url.username or "", "database": self._database}
        cause = state or type(error.orig).__name__
        return LedgerFault(_REFUSED.get(state, "restore_not_made"), path=self.name, cause=cause, **gaps)


def _is_known(connection: Connection, database: str) -> bool:
    return bool(connection.execute(_KNOWN, {"name": database}).scalar_one())


def _rename(connection: Connection, database: str, name: str) -> None:
    quoted = connection.dialect.identifier_preparer.quote_identifier
    connection.exec_driver_sql(f"ALTER DATABASE {quoted(database)} RENAME TO {quoted(name)}")
