"""SQLite under the ledger: the file, the pragmas, when a transaction begins, and what its troubles mean."""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from scanrefund.errors import LedgerFault
from scanrefund.ledger.share import network_share_of

# SQLite before 3.51.3 can corrupt a WAL when two connections write and checkpoint at once (sqlite.org,
# release notes of 3.51.3); DELETE with EXTRA syncs the folder too, at about a millisecond a commit.
_WAL_IS_SAFE: Final = sqlite3.sqlite_version_info >= (3, 51, 3)
JOURNAL_MODE: Final = "wal" if _WAL_IS_SAFE else "delete"
SYNCHRONOUS: Final = 2 if _WAL_IS_SAFE else 3  # FULL or EXTRA

# What SQLite calls its troubles → our fault code.
_TROUBLES: Final = {
    "SQLITE_BUSY": "ledger_busy",
    "SQLITE_LOCKED": "ledger_busy",
    "SQLITE_FULL": "ledger_full",
    "SQLITE_READONLY": "ledger_read_only",
    "SQLITE_CANTOPEN": "ledger_cannot_open",
    "SQLITE_CORRUPT": "ledger_corrupt",
    "SQLITE_NOTADB": "ledger_not_a_database",
    "SQLITE_IOERR": "ledger_disk_error",
}


def open_engine(url: URL, busy_timeout_s: int) -> Engine:
    """An engine with the durability this program promises; its transactions begin with `begin`.

    Raises LedgerFault for a file on a network share or one that cannot be made.
    """
    is_file = bool(url.database) and url.database != ":memory:"
    if is_file:
        _prepare_file(Path(url.database or ""))
    engine = create_engine(
        url,
        # A ledger in memory is its one connection: a second one would open a second, empty ledger.
        poolclass=None if is_file else StaticPool,
        connect_args={"timeout": busy_timeout_s, "check_same_thread": False},
    )
    event.listen(engine, "connect", lambda connection, _record: _on_connect(connection, url.database or ""))
    return engine


def begin(connection: Connection, *, to_write: bool) -> None:
    """Begin the transaction, to write with the file's lock taken at once; other databases have begun theirs.

    Said here and not by a listener of the engine: with one, SQLAlchemy looks for listeners at each statement.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if to_write else "BEGIN")


def fault_of(error: DBAPIError, engine: Engine) -> LedgerFault | None:
    """Our fault for the database's own trouble; None for our broken rules (CHECK, UNIQUE)."""
    if isinstance(error.orig, sqlite3.IntegrityError) or not isinstance(error.orig, sqlite3.Error):
        return None
    return _fault_of(error.orig, str(engine.url.database))


def _prepare_file(path: Path) -> None:
    share = network_share_of(path.parent)
    if share:
        raise LedgerFault("ledger_on_network_share", path=path, share=share)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # SQLite would make the file with the umask's rights; the ledger is nobody else's business.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise LedgerFault("ledger_cannot_open", path=path) from error


def _on_connect(connection: sqlite3.Connection, path: str) -> None:
    # The driver would begin transactions by its own rules; ours begin in `begin`.
    connection.isolation_level = None
    try:
        _set_pragmas(connection)
    except sqlite3.DatabaseError as error:
        raise _fault_of(error, path) from error


def _set_pragmas(connection: sqlite3.Connection) -> None:
    wanted: dict[str, Any] = {"foreign_keys": 1, "trusted_schema": 0, "synchronous": SYNCHRONOUS}
    if sys.platform == "darwin":
        wanted["fullfsync"] = 1
    connection.execute("PRAGMA cell_size_check=ON")
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    if mode not in (JOURNAL_MODE, "memory"):
        connection.execute(f"PRAGMA journal_mode={JOURNAL_MODE}")
        wanted["journal_mode"] = JOURNAL_MODE
    for name, value in wanted.items():
        connection.execute(f"PRAGMA {name}={value}")
        if connection.execute(f"PRAGMA {name}").fetchone()[0] != value:
            raise LedgerFault("ledger_pragma_refused", pragma=name, wanted=value)


def _fault_of(error: sqlite3.Error, path: str) -> LedgerFault:
    name = getattr(error, "sqlite_errorname", "") or ""
    trouble = next((code for prefix, code in _TROUBLES.items() if name.startswith(prefix)), "ledger_trouble")
    return LedgerFault(trouble, path=path, cause=name or type(error).__name__)
