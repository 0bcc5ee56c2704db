"""The book under attack by SQL, on SQLite and on PostgreSQL: it only grows, at its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.exc import DBAPIError

from scanrefund.ledger.book import FlawKind
from scanrefund.ledger.ledger import Ledger
from tests.unit.builders import NOW, open_ledger_at

COLUMNS = "at, kind, subject, facts, previous, seal"
INSTEAD = "ON CONFLICT (number) DO UPDATE SET facts='{}'"


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    opened = open_ledger_at(ledger_url)
    with opened.writing() as connection:
        for number in range(4):
            opened.enter(connection, NOW, "test", "", {"n": number})
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE book SET facts='{}' WHERE number=2",
        "DELETE FROM book WHERE number=4",
        "DELETE FROM book",
        f"INSERT INTO book SELECT 9, {COLUMNS} FROM book WHERE number=1",
        f"INSERT INTO book SELECT 0, {COLUMNS} FROM book WHERE number=1",
        f"INSERT INTO book SELECT number, {COLUMNS} FROM book WHERE number=1 {INSTEAD}",
    ],
)
def test_the_database_itself_refuses(ledger: Ledger, attack: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), ledger.writing() as connection:
        connection.exec_driver_sql(attack)
    found = ledger.audit([])
    assert (found.is_whole, found.entries) == (True, 4)


def test_an_entry_that_was_forged_at_the_end_is_named(ledger: Ledger) -> None:
    with ledger.writing() as connection:
        connection.exec_driver_sql(f"INSERT INTO book SELECT 5, {COLUMNS} FROM book WHERE number=4")
    flaw = ledger.audit([]).flaw
    assert flaw is not None
    assert (flaw.number, flaw.kind) == (5, FlawKind.UNLINKED)
