"""The audit names the entry and what is wrong with it, and finds a cut end by what others saw."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from scanrefund.errors import UsageFault
from scanrefund.ledger.audit import head_of_text
from scanrefund.ledger.book import Flaw, FlawKind
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.witness import Head
from tests.unit.builders import NOW

UNLOCK = ("DROP TRIGGER book_no_update", "DROP TRIGGER book_no_delete")


@pytest.fixture
def written(ledger: Ledger) -> Ledger:
    """Six entries: the sample order's, then five."""
    with ledger.writing() as connection:
        for number in range(5):
            ledger.enter(connection, NOW, "test", "", {"n": number})
    return ledger


def edited(path: Path, *statements: str) -> None:
    stranger = sqlite3.connect(path)
    for statement in (*UNLOCK, *statements):
        stranger.execute(statement)
    stranger.commit()
    stranger.close()


def test_a_whole_book_is_said_to_be_whole(written: Ledger) -> None:
    found = written.audit([written.audit([]).head])
    assert (found.is_whole, found.entries, found.head.number, found.behind) == (True, 6, 6, ())


@pytest.mark.parametrize(
    ("statements", "number", "kind"),
    [
        (["UPDATE book SET facts='{}' WHERE number=3"], 3, FlawKind.CHANGED),
        (["DELETE FROM book WHERE number=4"], 4, FlawKind.MISSING),
        (["DELETE FROM book WHERE number=1"], 1, FlawKind.MISSING),
        (
            [f"UPDATE book SET number={to} WHERE number={old}" for old, to in ((2, 99), (3, 2), (99, 3))],
            2,
            FlawKind.UNLINKED,
        ),
    ],
)
def test_each_flaw_has_its_number_and_its_name(
    written: Ledger, ledger_path: Path, statements: list[str], number: int, kind: FlawKind
) -> None:
    edited(ledger_path, *statements)
    assert written.audit([]).flaw == Flaw(number, kind)


def test_a_cut_end_is_found_by_whoever_saw_it(written: Ledger, ledger_path: Path) -> None:
    seen = written.audit([]).head
    edited(ledger_path, "DELETE FROM book WHERE number>4")
    assert written.audit([]).is_whole
    assert written.audit([seen]).flaw == Flaw(6, FlawKind.CUT)


def test_another_entry_in_the_place_of_one_that_was_seen_is_found(written: Ledger) -> None:
    assert written.audit([Head(5, "0" * 64)]).flaw == Flaw(5, FlawKind.REPLACED)


def test_books_that_were_an_old_copy_say_so(written: Ledger) -> None:
    with written.writing() as connection:
        written.enter(connection, NOW, "books_behind", "", {})
    assert written.audit([]).behind == (7,)


def test_a_printed_head_is_read_back() -> None:
    assert head_of_text(f" 12:{'a' * 64}\n") == Head(12, "a" * 64)


@pytest.mark.parametrize("text", ["", "12", "12:", f"x:{'a' * 64}", f"12:{'A' * 64}", f"１２:{'a' * 64}"])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(UsageFault, match="head_unreadable"):
        head_of_text(text)
