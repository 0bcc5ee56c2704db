"""One database for everything: how a transaction begins, ends, fails and is run again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from scanrefund.errors import LedgerFault
from scanrefund.ledger import postgres, sqlite
from scanrefund.ledger.postgres import Conflict

# More conflicts in a row than sixteen counters on one order ever made; then a person is told.
TRIES_MAX: Final = 10
PAUSE_S_MAX: Final = 0.2

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    """Where the ledger lies, and how long a writer on SQLite waits for another, in seconds.

    `url` is `sqlite:///PATH` or `postgresql+psycopg://USER:PASSWORD@HOST/DATABASE`; `sqlite://` is a ledger
    in memory that lives as long as its engine and serves one thread at a time.
    """

    url: str
    busy_timeout_s: int


def open_engine(settings: LedgerSettings) -> Engine:
    """An engine with the isolation and the durability this program promises.

    Raises LedgerFault for an address that is neither, a file on a network share, a server that is away.
    """
    try:
        url = make_url(settings.url)
    except (ArgumentError, ValueError):
        # The address may hold a password: neither it nor the cause is shown.
        raise LedgerFault("ledger_url_wrong") from None
    match url.get_backend_name():
        case "sqlite":
            return sqlite.open_engine(url, settings.busy_timeout_s)
        case "postgresql":
            return postgres.open_engine(url)
        case backend:
            raise LedgerFault("ledger_url_unsupported", backend=backend)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that may write. No network call belongs inside.

    Raises Conflict where another transaction was first; see `retried`.
    """
    with _translated(engine), engine.begin() as connection:
        sqlite.begin(connection, to_write=True)
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads: it sees one moment and holds no writer up."""
    options = {} if engine.dialect.name == "sqlite" else postgres.READ_OPTIONS
    with _translated(engine), engine.connect().execution_options(**options) as connection:
        sqlite.begin(connection, to_write=False)
        yield connection


def retried(transaction: Callable[P, T]) -> Callable[P, T]:
    """Run a whole transaction again when another was first: it sees what that one wrote, and decides anew.

    A connection lost during COMMIT is no conflict: nobody knows what was kept, and nothing is run again.
    """

    @wraps(transaction)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        for tried in range(1, TRIES_MAX):
            try:
                return transaction(*args, **kwargs)
            except Conflict:
                time.sleep(random.uniform(0, min(PAUSE_S_MAX, 0.002 * 2**tried)))  # noqa: S311
        return transaction(*args, **kwargs)

    return run


@contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    """Turn the database's own troubles into faults; our broken rules (CHECK) stay what they are."""
    fault_of = sqlite.fault_of if engine.dialect.name == "sqlite" else postgres.fault_of
    try:
        yield
    except DBAPIError as error:
        fault = fault_of(error, engine)
        if fault is None:
            raise
        raise fault from error
