"""One database for everything: how it is opened, and how a transaction begins, ends and fails."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from scanrefund.errors import LedgerFault
from scanrefund.ledger.share import network_share_of

# SQLite before 3.51.3 can corrupt a WAL when two connections write and checkpoint at once (sqlite.org,
# release notes of 3.51.3); DELETE with EXTRA syncs the folder too, at about a millisecond a commit.
_WAL_IS_SAFE: Final = sqlite3.sqlite_version_info >= (3, 51, 3)
JOURNAL_MODE: Final = "wal" if _WAL_IS_SAFE else "delete"
SYNCHRONOUS: Final = 2 if _WAL_IS_SAFE else 3  # FULL or EXTRA

_READING: Final = "scanrefund_reading"

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


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    """Where the ledger lies and how long a writer waits for another, in seconds.

    `url` is `sqlite:///PATH`, or `sqlite://` for one in memory that lives as long as its engine and serves
    one thread at a time.
    """

    url: str
    busy_timeout_s: int


def open_engine(settings: LedgerSettings) -> Engine:
    """An engine whose writers begin IMMEDIATE, with the durability this program promises.

    Raises LedgerFault for an address that is not SQLite and for a file on a network share.
    """
    url = make_url(settings.url)
    if url.get_backend_name() != "sqlite":
        raise LedgerFault("ledger_url_unsupported", backend=url.get_backend_name())
    is_file = bool(url.database) and url.database != ":memory:"
    if is_file:
        _prepare_file(Path(url.database or ""))
    engine = create_engine(
        url,
        # A ledger in memory is its one connection: a second one would open a second, empty ledger.
        poolclass=None if is_file else StaticPool,
        connect_args={"timeout": settings.busy_timeout_s, "check_same_thread": False},
    )
    event.listen(engine, "connect", lambda connection, _record: _on_connect(connection, url.database or ""))
    event.listen(engine, "begin", _on_begin)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that may write. No network call belongs inside."""
    with _translated(engine), engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads: it sees one moment and holds no writer up."""
    with _translated(engine), engine.connect().execution_options(**{_READING: True}) as connection:
        yield connection


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
    # The driver would begin transactions by its own rules; ours begin in `_on_begin`.
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


def _on_begin(connection: Connection) -> None:
    only_reads = connection.get_execution_options().get(_READING, False)
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")


@contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    """Turn the database's own troubles into faults; our broken rules (CHECK, UNIQUE) stay what they are."""
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.IntegrityError) or not isinstance(error.orig, sqlite3.Error):
            raise
        raise _fault_of(error.orig, str(engine.url.database)) from error


def _fault_of(error: sqlite3.Error, path: str) -> LedgerFault:
    name = getattr(error, "sqlite_errorname", "") or ""
    trouble = next((code for prefix, code in _TROUBLES.items() if name.startswith(prefix)), "ledger_trouble")
    return LedgerFault(trouble, path=path, cause=name or type(error).__name__)
