"""Databases that the ledger does not open: away, wrongly addressed, set unsafely, or another program's."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from scanrefund.errors import LedgerFault
from scanrefund.ledger.engine import LedgerSettings, open_engine
from tests.postgres import Server
from tests.unit.builders import open_ledger_at


@pytest.fixture
def url(postgres: Server) -> Iterator[str]:
    with postgres.ledger() as url:
        yield url


def fault_at(url: str) -> LedgerFault:
    with pytest.raises(LedgerFault) as caught:
        open_ledger_at(url).close()
    assert "secret" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("postgresql+psycopg://clerk:secret@127.0.0.1:1/shop", "Connection refused"),
        ("postgresql+psycopg://clerk:secret@localhost:1/shop", "Connection refused"),
    ],
)
def test_a_server_that_is_away_is_told_in_one_sentence(url: str, cause: str) -> None:
    fault = fault_at(url)
    assert fault.code == "ledger_server_away"
    assert fault.details["cause"] == cause


def test_a_database_that_is_not_there_is_told(url: str) -> None:
    fault = fault_at(make_url(url).set(database="nowhere").render_as_string(hide_password=False))
    assert fault.code == "ledger_server_away"
    assert fault.details["cause"] == 'database "nowhere" does not exist'


@pytest.mark.parametrize(
    "url",
    [
        "clerk:secret@shop",
        "postgresql+psycopg://clerk:secret@shop:port/shop",
        "postgresql+psycopg://clerk:secret@127.0.0.1:1/shop?password_is=secret",
    ],
)
def test_an_address_that_is_none_is_told_without_showing_it(url: str) -> None:
    assert fault_at(url).code == "ledger_url_wrong"


def test_without_psycopg_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    # What Python itself does for a module that is not installed.
    monkeypatch.setitem(sys.modules, "psycopg", None)
    fault = fault_at("postgresql+psycopg://clerk:secret@127.0.0.1:1/shop")
    assert (fault.code, fault.details["extra"]) == ("postgres_not_installed", "postgres")


def test_a_database_that_would_garble_chinese_is_refused(postgres: Server) -> None:
    fault = fault_at(postgres.new_database("ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"))
    assert fault.code == "ledger_server_unsafe"
    assert (fault.details["setting"], fault.details["wanted"]) == ("server_encoding", "UTF8")


def test_another_programs_database_is_refused(postgres: Server) -> None:
    url = postgres.new_database()
    engine = open_engine(LedgerSettings(url, 30))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE songs (title TEXT)"))
    engine.dispose()
    assert fault_at(url).code == "ledger_foreign"


def test_a_server_that_does_not_sync_is_refused(url: str) -> None:
    with superuser(url) as connection:
        set_fsync(connection, "off")
        try:
            fault = fault_at(url)
        finally:
            set_fsync(connection, "on")
    assert (fault.code, fault.details["setting"], fault.details["found"]) == (
        "ledger_server_unsafe",
        "fsync",
        "off",
    )


@contextmanager
def superuser(url: str) -> Iterator[Connection]:
    engine = open_engine(LedgerSettings(url, 30))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


def set_fsync(connection: Connection, value: str) -> None:
    """Change the running server's setting, and wait until it has read it."""
    connection.execute(text(f"ALTER SYSTEM SET fsync = {value}"))
    connection.execute(text("SELECT pg_reload_conf()"))
    for _ in range(100_000):
        if connection.execute(text("SHOW fsync")).scalar_one() == value:
            return
    raise AssertionError(f"the server does not take fsync = {value}")
