"""PostgreSQL under the ledger: many counters on one server, and what its troubles mean.

Sources: PostgreSQL's manual, "Transaction Isolation", "Explicit Locking", "Client Connection Defaults" and
appendix "Error Codes" (the five-character SQLSTATEs below).
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, Integer, bindparam, create_engine, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from scanrefund.errors import LedgerFault

# A clerk waits: a lock that is not free by then is a fault to be told, not a queue to stand in.
LOCK_TIMEOUT_S: Final = 5
# A process that hangs in the middle of a transaction must not hold an order's lock longer than that.
IDLE_IN_TRANSACTION_S: Final = 10
# The longest statement is the walk through the whole book.
STATEMENT_TIMEOUT_S: Final = 60
CONNECT_TIMEOUT_S: Final = 5
# A pulled cable is noticed after this many seconds, also while an answer is awaited.
DEAD_AFTER_S: Final = 10
# Changing the tables of a large ledger takes its time, and the other counters wait for it.
MIGRATION_TIMEOUT_S: Final = 600

# Advisory locks have no names, only numbers.
BOOK_LOCK: Final = 7_274_001
MIGRATION_LOCK: Final = 7_274_002
PHOTO_LOCK: Final = 7_274_003
_LOCK: Final = select(func.pg_advisory_xact_lock(bindparam("lock", type_=Integer)))

# A reader sees one moment in all its statements, and may not write.
READ_OPTIONS: Final[dict[str, Any]] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

# Settings without which a committed refund can be lost or garbled → what they may be.
_SAFE_SETTINGS: Final = {
    "synchronous_commit": ("on", "remote_apply"),
    "fsync": ("on",),
    "server_encoding": ("UTF8",),
}

# Another transaction was first: serialization failure, deadlock, and a row that UNIQUE already holds.
_CONFLICTS: Final = frozenset({"40001", "40P01", "23505"})

# The SQLSTATE or its first digits → our fault code.
_TROUBLES: Final = {
    "55P03": "ledger_busy",
    "57014": "ledger_busy",
    "25006": "ledger_read_only",
    "42501": "ledger_read_only",
    "53100": "ledger_full",
    "58": "ledger_disk_error",
    "XX00": "ledger_corrupt",
}


class Conflict(LedgerFault):
    """Another transaction was first: nothing of this one was kept, and it may be run again whole."""


def open_engine(url: URL) -> Engine:
    """An engine on a server that keeps what it commits.

    Raises LedgerFault when psycopg is not installed, or when the server is away, a standby or set unsafely.
    """
    engine = _engine(url, isolation_level="READ COMMITTED", pool_pre_ping=True, connect_args=_connect_args())
    try:
        with engine.connect() as connection:
            _refuse_unsafe_server(connection)
    except DBAPIError as error:
        # The server was not even asked: an option in the address has no meaning.
        raise fault_of(error, engine) or LedgerFault("ledger_url_wrong") from None
    except LedgerFault:
        engine.dispose()
        raise
    return engine


def open_for_databases(url: URL) -> Engine:
    """An engine for what is done to whole databases, statement by statement.

    It keeps no connection: nobody waits for it who needs a database to be left by all. Raises LedgerFault
    when psycopg is not installed.
    """
    patient = _connect_args(MIGRATION_TIMEOUT_S)
    return _engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool, connect_args=patient)


def _engine(url: URL, **told: Any) -> Engine:
    try:
        return create_engine(url.set(drivername="postgresql+psycopg"), **told)
    except ModuleNotFoundError as error:
        raise LedgerFault("postgres_not_installed", extra="postgres") from error


def alone(connection: Connection, lock: int) -> None:
    """Until this transaction ends no other one passes here. SQLite's writers already stand in line."""
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"lock": lock})


def alone_to_migrate(connection: Connection) -> None:
    """Like `alone`, with the patience that changing tables needs."""
    if connection.dialect.name == "postgresql":
        for name in ("lock_timeout", "statement_timeout"):
            connection.execute(text(f"SET LOCAL {name} = '{MIGRATION_TIMEOUT_S}s'"))
    alone(connection, MIGRATION_LOCK)


def fault_of(error: DBAPIError, engine: Engine) -> LedgerFault | None:
    """Our fault for the server's trouble; None for our broken rules (CHECK, foreign keys, wrong SQL)."""
    state = state_of(error)
    path = shown(engine.url)
    if error.connection_invalidated:
        return LedgerFault("ledger_connection_lost", path=path)
    if state in _CONFLICTS:
        return Conflict("ledger_busy", path=path, cause=state)
    trouble = next((code for start, code in _TROUBLES.items() if state.startswith(start)), None)
    if trouble:
        return LedgerFault(trouble, path=path, cause=state)
    if isinstance(error, (IntegrityError, ProgrammingError)):
        return None
    if isinstance(error, OperationalError) and not state:
        return LedgerFault("ledger_server_away", path=path, cause=_connect_cause(str(error.orig)))
    return LedgerFault("ledger_trouble", path=path, cause=state or type(error.orig).__name__)


def state_of(error: DBAPIError) -> str:
    """The server's own code (SQLSTATE) for its trouble; empty where no server spoke."""
    return getattr(error.orig, "sqlstate", None) or ""


def _connect_args(statement_s: int = STATEMENT_TIMEOUT_S) -> dict[str, Any]:
    times = {
        "lock_timeout": LOCK_TIMEOUT_S,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_S,
        "statement_timeout": statement_s,
    }
    session = ["-c synchronous_commit=on", *(f"-c {name}={value_s}s" for name, value_s in times.items())]
    return {
        "application_name": "scanrefund",
        "client_encoding": "utf8",
        "connect_timeout": CONNECT_TIMEOUT_S,
        "tcp_user_timeout": DEAD_AFTER_S * 1000,
        "keepalives_idle": DEAD_AFTER_S // 2,
        "keepalives_interval": 1,
        "keepalives_count": DEAD_AFTER_S // 2,
        "options": " ".join(session),
    }


def _refuse_unsafe_server(connection: Connection) -> None:
    path = shown(connection.engine.url)
    if connection.execute(select(func.pg_is_in_recovery())).scalar_one():
        # A standby shows the past: a cap checked there was perhaps already taken.
        raise LedgerFault("ledger_server_standby", path=path)
    for setting, safe in _SAFE_SETTINGS.items():
        found = connection.execute(select(func.current_setting(setting))).scalar_one()
        if found not in safe:
            gaps = {"setting": setting, "found": found, "wanted": safe[0]}
            raise LedgerFault("ledger_server_unsafe", path=path, **gaps)


def shown(url: URL) -> str:
    """`host:port/database`: what a person needs to find the server, without the password."""
    return f"{url.host or url.query.get('host', 'localhost')}:{url.port or 5432}/{url.database}"


def _connect_cause(told: str) -> str:
    """The last reason of libpq's many lines, such as `Connection refused`."""
    lines = told.rpartition("failed: ")[2].splitlines() or [""]
    return lines[0].removeprefix("FATAL:").strip()
