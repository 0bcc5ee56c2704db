from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.found import Found
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.trips import Lease
from scanrefund.ledger.witness import UNREADABLE, Head, Witness
from scanrefund.model.refund import Command
from tests.unit.builders import KEYS, NOW, ORDER, SHOP, keep, open_ledger, reserve


class Folder:
    """A data folder: the ledger, its witness, and a backup of the ledger alone."""

    def __init__(self, folder: Path) -> None:
        self.ledger_path, self.backup = folder / "ledger.sqlite3", folder / "backup.sqlite3"
        self.witness_path = folder / "witness.json"
        self.opened: list[Ledger] = []

    def open(self) -> Ledger:
        settings = LedgerSettings(f"sqlite:///{self.ledger_path}", busy_timeout_s=30)
        ledger = Ledger.open(settings, KEYS, SHOP, Witness(self.witness_path))
        self.opened.append(ledger)
        return ledger

    def back_up(self) -> None:
        shutil.copy(self.ledger_path, self.backup)

    def restore(self) -> None:
        for ledger in self.opened:
            ledger.close()
        shutil.copy(self.backup, self.ledger_path)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    made = Folder(tmp_path)
    keep(made.open(), ORDER)
    yield made
    for ledger in made.opened:
        ledger.close()


def is_behind(ledger: Ledger) -> bool:
    order = ledger.order(ORDER.order_id)
    assert order is not None
    with ledger.locked(ORDER.order_id) as locked:
        assert locked.is_behind(order) == ledger.is_behind(order)
    return ledger.is_behind(order)


def test_the_witness_names_the_last_entry_and_is_nobody_elses_business(folder: Folder) -> None:
    reserve(folder.open())
    named = Witness(folder.witness_path).read()
    assert named is not None
    assert named.number == 2
    if os.name != "nt":
        assert stat.S_IMODE(folder.witness_path.stat().st_mode) == 0o600
    assert [path.name for path in folder.witness_path.parent.glob("witness*")] == ["witness.json"]


def test_a_ledger_opened_again_is_believed(folder: Folder) -> None:
    reserve(folder.open())
    again = folder.open()
    assert not again.hear_witness(NOW)
    assert again.behind_since() is None


def test_a_commit_that_the_witness_missed_is_no_old_copy(folder: Folder) -> None:
    before = folder.witness_path.read_bytes()
    reserve(folder.open())
    folder.witness_path.write_bytes(before)
    assert not folder.open().hear_witness(NOW)


def test_what_was_rolled_back_is_not_named(folder: Folder) -> None:
    ledger = folder.open()
    before = folder.witness_path.read_bytes()
    with contextlib.suppress(ZeroDivisionError), ledger.writing() as connection:
        ledger.enter(connection, NOW, "test", "", {})
        raise ZeroDivisionError
    assert folder.witness_path.read_bytes() == before


def test_a_restored_backup_is_noticed_and_stays_noticed(folder: Folder) -> None:
    folder.back_up()
    reserve(folder.open())
    folder.restore()
    restored = folder.open()
    assert restored.hear_witness(NOW)
    assert is_behind(restored)
    again = folder.open()
    again.hear_witness(NOW)
    assert again.behind_since() == NOW
    assert is_behind(again)


def test_a_copy_made_just_before_a_send_is_noticed(folder: Folder) -> None:
    ledger = folder.open()
    ready = reserve(ledger)
    folder.back_up()
    assert ledger.begin(ready, Command.SEND, Lease("counter1", 30), NOW) is not None
    folder.restore()
    assert folder.open().hear_witness(NOW)


def test_a_second_copy_that_went_on_is_noticed(folder: Folder) -> None:
    folder.back_up()
    reserve(folder.open(), request_id="first life")
    named = folder.witness_path.read_bytes()
    folder.restore()
    second = folder.open()
    for number in range(3):
        reserve(second, amount_fen=1, request_id=f"second life {number}")
    folder.witness_path.write_bytes(named)
    assert folder.open().hear_witness(NOW)


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"number": "x", "seal": ""}', "\x00" * 20])
def test_a_damaged_witness_agrees_with_no_book(folder: Folder, damage: str) -> None:
    folder.witness_path.write_text(damage, encoding="utf-8")
    assert Witness(folder.witness_path).read() == UNREADABLE
    assert folder.open().hear_witness(NOW)


def test_entries_without_a_witness_came_from_another_folder(folder: Folder) -> None:
    folder.witness_path.unlink()
    assert folder.open().hear_witness(NOW)


def test_a_program_killed_after_its_first_commit_believes_its_own_books(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert not folder.open().hear_witness(NOW)
    # The commit that nobody lived to name: a ledger without a witness appends, as if killed right after.
    unnamed = open_ledger(folder.ledger_path)
    keep(unnamed, ORDER)
    unnamed.close()
    again = folder.open()
    assert not again.hear_witness(NOW)
    for ledger in folder.opened:
        ledger.close()


def test_a_first_start_needs_no_witness(tmp_path: Path) -> None:
    new = Folder(tmp_path / "new")
    ledger = new.open()
    assert not ledger.hear_witness(NOW)
    ledger.close()


def test_a_disk_that_takes_no_witness_does_not_undo_what_is_committed(folder: Folder) -> None:
    nowhere = Witness(folder.witness_path.parent / "gone" / "witness.json")
    nowhere.write(Head(1, "seal"))
    assert nowhere.read() is None


def test_an_order_that_was_looked_up_is_no_longer_behind_and_all_of_them_end_it(folder: Folder) -> None:
    folder.back_up()
    reserve(folder.open())
    folder.restore()
    ledger = folder.open()
    ledger.hear_witness(NOW)
    found = Found(ledger)
    assert [order.order_id for order in found.to_look_up(NOW.replace(year=2025), "", 10)] == [ORDER.order_id]
    assert not found.caught_up(NOW.replace(year=2025), NOW)
    found.looked_up(ORDER.order_id, 0, NOW)
    assert not is_behind(ledger)
    assert found.caught_up(NOW.replace(year=2025), NOW)
    assert ledger.behind_since() is None
    assert not folder.open().hear_witness(NOW)


def test_a_clock_that_ran_ahead_when_the_copy_was_noticed_strands_no_order(folder: Folder) -> None:
    folder.back_up()
    reserve(folder.open())
    folder.restore()
    ledger = folder.open()
    ledger.hear_witness(NOW.replace(year=2036))
    Found(ledger).looked_up(ORDER.order_id, 0, NOW)
    assert not is_behind(ledger)
