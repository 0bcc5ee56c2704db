"""`restore` of a ledger on PostgreSQL: asked about, proved by a PIN, up to `recover`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from tests.postgres import Server
from tests.unit.cli.conftest import Ended, Program, Refund

Sell = Callable[[str, str], None]
OWNER_PIN, CLERK_PIN = "618304", "904417"


@pytest.fixture
def url(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """A counter whose ledger lies on a server."""
    made = postgres.new_database()
    monkeypatch.setenv("SCANREFUND_LEDGER__URL", made)
    monkeypatch.setenv("PATH", os.pathsep.join([str(postgres.bin_path), os.environ["PATH"]]))
    return made


def on_server(url: str, *statements: str) -> None:
    at = make_url(url).set(drivername="postgresql+psycopg", database="postgres")
    engine = create_engine(at, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def test_a_restored_copy_leads_to_recover(
    url: str, program: Program, sold: Sell, refund: Refund, tmp_path: Path
) -> None:
    sold("wechat", "p-1")
    copy = tmp_path / "copy.pgdump"
    assert program("backup", copy).code == 0
    lost = refund("wechat", "p-1", "--amount", "60", "--yes", "--json").document["refund_id"]
    asked = program("restore", copy, "--json")
    assert (asked.code, asked.document["error"]["code"]) == (2, "restore_needs_yes")
    done = program("restore", copy, "--yes", "--json")
    assert (done.code, done.document["books_behind"]) == (5, True)
    assert done.document["kept"].startswith(f"{make_url(url).database}_before_")
    again = refund("wechat", "p-1", "--amount", "60", "--yes", "--json")
    assert again.document["reason"] == "books_behind"
    assert [one["refund_id"] for one in program("recover", "--json").document["found"]] == [lost]


def test_where_staff_is_known_only_the_owner_restores(
    url: str, program: Program, sold: Sell, tmp_path: Path
) -> None:
    """The ledger that lies there says who is who; where the database is new, the copy does."""
    sold("wechat", "p-2")
    hire = ("staff", "add", "--pin-stdin", "--json", "--name", "Li")
    owner = program(*hire, "--role", "owner", stdin=OWNER_PIN).document["staff_id"]
    two = f"{OWNER_PIN}\n{CLERK_PIN}\n"
    clerk = program(*hire, "--role", "clerk", "--by", owner, stdin=two).document["staff_id"]
    copy = tmp_path / "copy.pgdump"
    assert program("backup", copy).code == 0

    def restored(*by: str, pin: str = "") -> Ended:
        return program("restore", copy, "--json", *by, stdin=pin)

    for more in (("--yes",), ()):
        assert restored(*more).document["error"]["code"] == "by_missing"
        as_clerk = restored(*more, "--by", clerk, "--pin-stdin", pin=CLERK_PIN)
        assert as_clerk.document["error"]["code"] == "not_permitted"
        assert restored(*more, "--by", owner, "--pin-stdin", pin=OWNER_PIN).code in (0, 5)
        # For the second round: nothing to be asked about, but a database that somebody made ready.
        database = make_url(url).database
        on_server(url, f"DROP DATABASE {database}", f"CREATE DATABASE {database} TEMPLATE template0")
