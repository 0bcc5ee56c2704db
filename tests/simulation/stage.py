"""The real ledger code on SQLite in memory: one engine for a whole run, wiped clean between histories."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from scanrefund.keys import Keys
from scanrefund.ledger.engine import LedgerSettings, open_engine
from scanrefund.ledger.ledger import Ledger, Shop
from scanrefund.ledger.migrate import bring_up_to_date
from scanrefund.ledger.witness import Head, Witness
from tests.simulation.crew import hire

KEYS: Final = Keys(b"f" * 32, b"b" * 32)
SHOP: Final = Shop("shop1", rehearsal=True)


class Killed(Exception):
    """The process dies here. No Exception is caught inside the program, so nothing after this line runs.

    Not a BaseException: SQLAlchemy would close the one connection that this ledger lives in.
    """


class MemoryWitness(Witness):
    """The witness file without a file: it outlives every copy of the database."""

    def __init__(self) -> None:
        super().__init__(Path("witness.json"))
        self._head: Head | None = None

    def read(self) -> Head | None:
        return self._head

    def write(self, head: Head) -> None:
        self._head = head


@dataclass(slots=True)
class Trouble:
    """What befalls one actor at its n-th statement: death, a full disk or a locked database.

    `left` counts statements until it strikes; a database in trouble stays so for the rest of the event.
    """

    what: str
    left: int

    def strike(self, statement: str) -> None:
        """Called before each statement of the actor."""
        self.left -= 1
        if self.left > 0 or statement == "ROLLBACK":
            return
        if self.what == "killed":
            raise Killed
        cause = sqlite3.OperationalError(self.what)
        cause.sqlite_errorname = self.what
        raise OperationalError(statement, None, cause)


class DiesBefore(Trouble):
    """Death at the first statement that begins so."""

    def __init__(self, beginning: str) -> None:
        super().__init__("killed", 1)
        self._beginning = beginning

    def strike(self, statement: str) -> None:
        if statement.startswith(self._beginning):
            raise Killed


class Stage:
    """The database of every history played in this process."""

    def __init__(self) -> None:
        self.engine = open_engine(LedgerSettings("sqlite://", busy_timeout_s=1))
        bring_up_to_date(self.engine)
        self._keep_alive = self.engine.raw_connection()
        driver = self._keep_alive.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        self.database: sqlite3.Connection = driver
        self._empty = self.copy()
        hire(Ledger(self.engine, KEYS, SHOP), KEYS)
        self._staffed = self.copy()
        self._trouble: Trouble | None = None
        event.listen(self.engine, "do_execute", self._before_statement)
        event.listen(self.engine, "do_executemany", self._before_statement)

    def clear(self, *, staffed: bool = False) -> Ledger:
        """An empty ledger; with `staffed` one that knows the people of the shop."""
        self.restore(self._staffed if staffed else self._empty)
        self._trouble = None
        return Ledger(self.engine, KEYS, SHOP, MemoryWitness())

    def close(self) -> None:
        """Let go of all databases."""
        self._empty.close()
        self._staffed.close()
        self._keep_alive.close()
        self.engine.dispose()

    def copy(self) -> sqlite3.Connection:
        """The database as it now is, somewhere else."""
        aside = sqlite3.connect(":memory:", check_same_thread=False)
        self.database.backup(aside)
        return aside

    def restore(self, copy: sqlite3.Connection) -> None:
        """Put an older database in place of this one."""
        copy.backup(self.database)

    def forget_last(self, table: str, key: str) -> None:
        """Take away the newest row, past the triggers that forbid it."""
        triggers = self.database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for name, _sql in triggers:
            self.database.execute(f"DROP TRIGGER {name}")
        self.database.execute(f"DELETE FROM {table} WHERE {key} = (SELECT max({key}) FROM {table})")
        for _name, sql in triggers:
            self.database.execute(sql)

    @contextmanager
    def troubled(self, trouble: Trouble | None) -> Iterator[None]:
        """Inside, statements meet this trouble; an inner use hides the outer one."""
        before, self._trouble = self._trouble, trouble
        try:
            yield
        finally:
            self._trouble = before

    def _before_statement(self, _cursor: Any, statement: str, *_rest: Any) -> None:
        if self._trouble is not None:
            self._trouble.strike(statement)
