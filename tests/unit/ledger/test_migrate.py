from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from scanrefund.errors import KeyFault, LedgerFault
from scanrefund.keys import Keys
from scanrefund.ledger import book, migrate
from scanrefund.ledger.engine import LedgerSettings, open_engine, writing
from scanrefund.ledger.migrations.versions import v0009_book
from tests.unit.builders import KEYS, NOW, ORDER, keep, open_ledger


def edit(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_opening_again_finds_what_was_kept(ledger_path: Path) -> None:
    first = open_ledger(ledger_path)
    keep(first, ORDER)
    first.close()
    second = open_ledger(ledger_path)
    assert second.order(ORDER.order_id) == ORDER
    second.close()


def test_the_newest_version_is_the_last_migration(ledger_path: Path) -> None:
    versions = Path(migrate.__file__).parent / "migrations" / "versions"
    newest = max(path.name[1:5] for path in versions.glob("v[0-9]*.py"))
    assert newest == migrate.NEWEST


def test_a_newer_ledger_is_refused_untouched(ledger_path: Path) -> None:
    open_ledger(ledger_path).close()
    edit(ledger_path, "UPDATE alembic_version SET version_num='9999'")
    before = ledger_path.read_bytes()
    with pytest.raises(LedgerFault) as caught:
        open_ledger(ledger_path)
    assert (caught.value.code, caught.value.details["version"]) == ("ledger_newer", "9999")
    assert ledger_path.read_bytes() == before


def test_another_programs_database_is_refused_untouched(ledger_path: Path) -> None:
    edit(ledger_path, "CREATE TABLE songs (title TEXT)")
    before = ledger_path.read_bytes()
    with pytest.raises(LedgerFault) as caught:
        open_ledger(ledger_path)
    assert caught.value.code == "ledger_foreign"
    assert ledger_path.read_bytes() == before


def test_foreign_keys_are_refused(ledger_path: Path) -> None:
    open_ledger(ledger_path).close()
    for strangers in (Keys(b"x" * 32, b"b" * 32), Keys(b"f" * 32, b"x" * 32)):
        with pytest.raises(KeyFault) as caught:
            open_ledger(ledger_path, strangers)
        assert caught.value.code == "keys_foreign"


def made_up_to(path: Path, version: str) -> None:
    """A ledger as an earlier version of the program left it, with one entry in its book."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    engine = open_engine(LedgerSettings(f"sqlite:///{path}", 30))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        book.enter(connection, KEYS, at=NOW, kind="test", subject="", facts={})
    engine.dispose()


def test_a_ledger_of_an_earlier_version_goes_on_with_its_book(ledger_path: Path) -> None:
    made_up_to(ledger_path, v0009_book.down_revision)
    again = open_ledger(ledger_path)
    keep(again, ORDER)
    found = again.audit([])
    again.close()
    assert (found.is_whole, found.entries) == (True, 2)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        edit(
            ledger_path,
            "INSERT INTO book SELECT 9, at, kind, subject, facts, previous, seal FROM book LIMIT 1",
        )
