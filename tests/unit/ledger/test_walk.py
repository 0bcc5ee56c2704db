"""The book walked in steps: every flaw is found at any step's edge, and no step holds a writer up."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from scanrefund.ledger import walk
from scanrefund.ledger.ledger import Ledger
from tests.unit.builders import KEYS, NOW

UNLOCK = ("DROP TRIGGER book_no_update", "DROP TRIGGER book_no_delete", "DROP TRIGGER book_at_the_end")


@pytest.fixture
def long(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Ten entries, walked by threes."""
    monkeypatch.setattr(walk, "STEP_ENTRIES", 3)
    with ledger.writing() as connection:
        for number in range(10 - ledger.audit([]).entries):
            ledger.enter(connection, NOW, "test", "subject", {"n": number})
    return ledger


def test_an_honest_book_holds_to_its_end(long: Ledger) -> None:
    assert walk.first_flaw(long, KEYS) is None


@pytest.mark.parametrize("number", [1, 3, 4, 6, 9, 10])
def test_a_changed_entry_is_found_in_any_step(long: Ledger, ledger_path: Path, number: int) -> None:
    stranger = sqlite3.connect(ledger_path)
    for statement in (*UNLOCK, f"UPDATE book SET facts='{{}}' WHERE number={number}"):
        stranger.execute(statement)
    stranger.commit()
    stranger.close()
    whole = long.audit([]).flaw
    assert whole is not None
    assert (walk.first_flaw(long, KEYS), whole.number) == (whole, number)


@pytest.mark.parametrize("number", [1, 3, 4, 9])
def test_a_missing_entry_is_found_in_any_step(long: Ledger, ledger_path: Path, number: int) -> None:
    stranger = sqlite3.connect(ledger_path)
    for statement in (*UNLOCK, f"DELETE FROM book WHERE number={number}"):
        stranger.execute(statement)
    stranger.commit()
    stranger.close()
    assert walk.first_flaw(long, KEYS) == long.audit([]).flaw


class Between:
    """A ledger in which somebody writes after each step."""

    def __init__(self, ledger: Ledger, times: int) -> None:
        self._ledger, self.left = ledger, times

    def reading(self) -> object:
        if self.left:
            self.left -= 1
            with self._ledger.writing() as connection:
                self._ledger.enter(connection, NOW, "test", "between", {})
        return self._ledger.reading()


def test_what_is_written_meanwhile_is_walked_too(long: Ledger) -> None:
    between = Between(long, 4)
    assert walk.first_flaw(between, KEYS) is None  # type: ignore[arg-type]  # a walk only reads
    assert between.left == 0
