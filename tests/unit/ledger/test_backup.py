"""A copy is tried before anybody relies on it; put back, it keeps the old ledger and is known as old."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest

from scanrefund.errors import Fault, KeyFault, LedgerFault, UsageFault
from scanrefund.keys import Keys
from scanrefund.ledger.backup import back_up, try_copy
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.restoring import Restored, Restoring
from scanrefund.ledger.witness import Witness
from scanrefund.ledger.writer_lock import only_writer
from tests.unit.builders import KEYS, NOW, ORDER, SHOP, an_order, keep, reserve


class Shelf:
    """A ledger with its witness, and where its copies go."""

    def __init__(self, folder: Path) -> None:
        self.path, self.copy = folder / "ledger.sqlite3", folder / "copies" / "one.sqlite3"
        self.settings = LedgerSettings(f"sqlite:///{self.path}", busy_timeout_s=30)
        self.witness = folder / "witness.json"

    def open(self) -> Ledger:
        return Ledger.open(self.settings, KEYS, SHOP, Witness(self.witness))

    def back_up(self) -> None:
        back_up(self.settings, KEYS, SHOP, self.copy)

    def tried(self, keys: Keys = KEYS) -> str:
        """`good`, or the code of what is wrong."""
        try:
            try_copy(self.copy, self.settings, keys, SHOP)
        except Fault as fault:
            return fault.code
        return "good"

    def restore(self) -> Restored:
        return Restoring(self.settings, KEYS, SHOP, Witness(self.witness)).restore(self.copy, NOW)

    def edit(self, *statements: str) -> None:
        stranger = sqlite3.connect(self.copy)
        for statement in statements:
            stranger.execute(statement)
        stranger.commit()
        stranger.close()


@pytest.fixture
def shelf(tmp_path: Path, sample_ledger: Path) -> Shelf:
    made = Shelf(tmp_path)
    shutil.copy(sample_ledger, made.path)
    ledger = made.open()
    reserve(ledger)
    ledger.close()
    made.back_up()
    return made


def test_a_copy_is_one_private_file_and_can_be_restored(shelf: Shelf) -> None:
    assert shelf.tried() == "good"
    assert [path.name for path in shelf.copy.parent.iterdir()] == ["one.sqlite3"]
    if os.name != "nt":
        assert stat.S_IMODE(shelf.copy.stat().st_mode) == 0o600


def test_trying_a_copy_leaves_it_and_the_ledger_as_they_were(shelf: Shelf) -> None:
    before = {path: path.read_bytes() for path in (shelf.copy, shelf.path, shelf.witness)}
    shelf.tried()
    assert {path: path.read_bytes() for path in before} == before
    assert [path.name for path in shelf.path.parent.iterdir() if path.name.startswith("restore-test")] == []


def test_a_copy_is_made_while_somebody_writes(shelf: Shelf) -> None:
    ledger = shelf.open()
    with ledger.reading() as connection:
        connection.exec_driver_sql("SELECT * FROM book").fetchone()
        shelf.copy.unlink()
        shelf.back_up()
    ledger.close()
    assert shelf.tried() == "good"


def test_each_kind_of_damage_is_found(shelf: Shelf) -> None:
    whole = shelf.copy.read_bytes()
    assert len(whole) > 20_000
    found = {}
    for name, damaged in {
        "cut": whole[: len(whole) // 2],
        "garbage": b"no ledger at all" * 1000,
        "overwritten": whole[:8192] + b"\xff" * 8192 + whole[16_384:],
    }.items():
        shelf.copy.write_bytes(damaged)
        found[name] = shelf.tried()
    assert found == dict.fromkeys(found, "copy_not_whole")


def test_a_changed_book_is_found(shelf: Shelf) -> None:
    shelf.edit("DROP TRIGGER book_no_update", "UPDATE book SET facts='{}' WHERE number=2")
    assert shelf.tried() == "copy_book_broken"


def test_a_refund_without_its_order_is_found(shelf: Shelf) -> None:
    shelf.edit("DELETE FROM orders")
    assert shelf.tried() == "copy_not_whole"


def test_a_copy_of_other_keys_or_of_no_ledger_is_refused(shelf: Shelf) -> None:
    assert shelf.tried(Keys(b"x" * 32, b"b" * 32, b"p" * 32)) == "keys_foreign"
    shelf.copy.unlink()
    stranger = sqlite3.connect(shelf.copy)
    stranger.execute("CREATE TABLE songs (title TEXT)")
    stranger.close()
    assert shelf.tried() == "ledger_foreign"
    shelf.copy.unlink()
    assert shelf.tried() == "path_missing"


def test_no_file_is_written_over(shelf: Shelf) -> None:
    with pytest.raises(UsageFault, match="file_is_there"):
        shelf.back_up()


@pytest.mark.parametrize(
    ("url", "code"),
    [("postgresql+psycopg://a@b/c", "backup_is_the_servers"), ("sqlite://", "backup_of_memory")],
)
def test_what_cannot_be_copied_says_so(tmp_path: Path, url: str, code: str) -> None:
    with pytest.raises(UsageFault, match=code):
        back_up(LedgerSettings(url, 1), KEYS, SHOP, tmp_path / "copy.sqlite3")


def test_put_back_the_old_ledger_is_kept_and_the_books_are_behind(shelf: Shelf) -> None:
    ledger = shelf.open()
    keep(ledger, an_order(order_id="B2"))
    ledger.close()
    lost = shelf.path.read_bytes()
    done = shelf.restore()
    assert done.behind
    assert done.kept is not None
    assert done.kept.read_bytes() == lost
    restored = shelf.open()
    assert restored.order("B2") is None
    assert restored.order(ORDER.order_id) is not None
    assert restored.behind_since() == NOW
    assert restored.audit([]).is_whole
    restored.close()


def test_put_back_at_once_nothing_is_lost(shelf: Shelf) -> None:
    assert not shelf.restore().behind


def test_put_back_where_no_ledger_is_nothing_is_kept(shelf: Shelf) -> None:
    shelf.path.unlink()
    done = shelf.restore()
    assert (done.kept, done.behind) == (None, False)


def test_what_was_left_of_a_killed_writer_stays_with_the_old_ledger(shelf: Shelf) -> None:
    left = Path(f"{shelf.path}-journal")
    left.write_bytes(b"half a transaction")
    done = shelf.restore()
    assert not left.exists()
    assert Path(f"{done.kept}-journal").read_bytes() == b"half a transaction"


def test_a_broken_copy_replaces_nothing(shelf: Shelf) -> None:
    shelf.copy.write_bytes(b"no ledger")
    before = shelf.path.read_bytes()
    with pytest.raises(LedgerFault, match="copy_not_whole"):
        shelf.restore()
    assert shelf.path.read_bytes() == before


def test_nothing_is_put_back_under_a_running_worker(shelf: Shelf) -> None:
    with only_writer(shelf.settings.url, "scanrefund worker"), pytest.raises(LedgerFault) as caught:
        shelf.restore()
    assert caught.value.code == "ledger_has_a_writer"


def test_a_copy_of_other_keys_is_not_put_back(shelf: Shelf) -> None:
    stranger = Keys(b"x" * 32, b"b" * 32, b"p" * 32)
    restoring = Restoring(shelf.settings, stranger, SHOP, Witness(shelf.witness))
    with pytest.raises(KeyFault):
        restoring.restore(shelf.copy, NOW)
