from __future__ import annotations

import sqlite3
from datetime import timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from scanrefund.keys import Keys
from scanrefund.ledger import book
from scanrefund.ledger.engine import reading, writing
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.trips import Lease
from scanrefund.model.refund import Command
from tests.unit.builders import KEYS, NOW, reserve

UNLOCK = ("DROP TRIGGER book_no_update", "DROP TRIGGER book_no_delete", "DROP TRIGGER book_at_the_end")


def write(ledger: Ledger, count: int) -> None:
    with writing(ledger._engine) as connection:
        for number in range(count):
            ledger.enter(connection, NOW, "test", "subject", {"n": number, "中文": "是"})


def broken_after(ledger: Ledger, path: Path, *statements: str) -> int | None:
    """What the walk finds after somebody edited the file with another program."""
    stranger = sqlite3.connect(path)
    for statement in (*UNLOCK, *statements):
        stranger.execute(statement)
    stranger.commit()
    stranger.close()
    return ledger.first_broken_entry()


def test_an_honest_book_holds(ledger: Ledger) -> None:
    write(ledger, 5)
    assert ledger.first_broken_entry() is None
    with reading(ledger._engine) as connection:
        assert book.length(connection) == 6


@pytest.mark.parametrize(
    "edit",
    [
        "facts='{}'",
        "kind='other'",
        "subject='other'",
        "at='2026-11-23T10:00:00.000001Z'",
        "at='no time'",
        "facts=x'00ff'",
        "seal='0'",
        "previous='0'",
    ],
)
def test_a_changed_entry_is_noticed(ledger: Ledger, ledger_path: Path, edit: str) -> None:
    write(ledger, 5)
    assert broken_after(ledger, ledger_path, f"UPDATE book SET {edit} WHERE number=3") == 3


@pytest.mark.parametrize("number", [1, 3])
def test_a_missing_entry_is_noticed(ledger: Ledger, ledger_path: Path, number: int) -> None:
    write(ledger, 5)
    assert broken_after(ledger, ledger_path, f"DELETE FROM book WHERE number={number}") == number


def test_entries_that_changed_places_are_noticed(ledger: Ledger, ledger_path: Path) -> None:
    write(ledger, 5)
    swap = [f"UPDATE book SET number={to} WHERE number={old}" for old, to in ((3, 99), (4, 3), (99, 4))]
    assert broken_after(ledger, ledger_path, *swap) == 3


def test_an_entry_sealed_with_another_key_is_noticed(ledger: Ledger) -> None:
    write(ledger, 1)
    with writing(ledger._engine) as connection:
        stranger = Keys(b"f" * 32, b"x" * 32)
        book.enter(connection, stranger, at=NOW, kind="test", subject="", facts={})
    assert ledger.first_broken_entry() == 3


@pytest.mark.parametrize("table", ["book", "moves"])
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_nothing_is_changed_or_taken_out(ledger: Ledger, table: str, verb: str) -> None:
    write(ledger, 1)
    ledger.begin(reserve(ledger), Command.SEND, Lease("test", 30), NOW)
    change = f"UPDATE {table} SET at='x'" if verb == "UPDATE" else f"DELETE FROM {table}"
    with pytest.raises(IntegrityError, match="append-only"), writing(ledger._engine) as connection:
        connection.exec_driver_sql(change)


def test_a_time_of_another_zone_is_sealed_as_it_is_read_back(ledger: Ledger) -> None:
    beijing = NOW.astimezone(timezone(timedelta(hours=8)))
    with writing(ledger._engine) as connection:
        book.enter(connection, KEYS, at=beijing, kind="test", subject="", facts={})
    assert ledger.first_broken_entry() is None


@pytest.mark.parametrize(
    "change",
    [
        "INSERT OR REPLACE INTO book SELECT * FROM book WHERE number=1",
        "INSERT INTO book SELECT 9, at, kind, subject, facts, previous, seal FROM book WHERE number=1",
        "INSERT OR REPLACE INTO moves SELECT * FROM moves LIMIT 1",
    ],
)
def test_nothing_is_replaced_and_no_number_left_out(ledger: Ledger, change: str) -> None:
    ledger.begin(reserve(ledger), Command.SEND, Lease("test", 30), NOW)
    with pytest.raises(IntegrityError, match="append-only"), writing(ledger._engine) as connection:
        connection.exec_driver_sql(change)
