"""A copy is tried before anybody relies on it; put back, it keeps the old ledger and is known as old."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from scanrefund.errors import Fault, KeyFault, LedgerFault, UsageFault
from scanrefund.keys import Keys
from scanrefund.ledger.backup import SIBLINGS, Tried, back_up, kept_whole, try_copy
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.file_place import LEFT_OVER_AGE
from scanrefund.ledger.restoring import Restoring
from scanrefund.ledger.witness import Witness
from scanrefund.ledger.writer_lock import only_writer
from tests.unit.builders import KEYS, NOW, ORDER, SHOP, an_order, keep, reserve
from tests.unit.ledger.shelf import Shelf


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


def test_a_copy_that_lacks_what_the_ledger_held_before_is_not_kept(shelf: Shelf) -> None:
    ledger = shelf.open()
    ledger.enter_alone(NOW, "backup_begun", {})
    ledger.close()
    target = shelf.copy.with_name("two.sqlite3")

    def older(aside: Path) -> None:
        shutil.copyfile(shelf.copy, aside)

    def trial(aside: Path) -> Tried:
        return try_copy(aside, shelf.settings, KEYS, SHOP)

    with pytest.raises(LedgerFault) as caught:
        kept_whole(target, older, trial, shelf.settings, (None, KEYS))
    assert (caught.value.code, caught.value.details["found"]) == ("copy_not_whole", "book")
    assert [path.name for path in shelf.copy.parent.iterdir()] == [shelf.copy.name]


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
    [("mysql://a@b/c", "ledger_url_unsupported"), ("sqlite://", "backup_of_memory")],
)
def test_what_cannot_be_copied_says_so(tmp_path: Path, url: str, code: str) -> None:
    with pytest.raises(Fault, match=code):
        back_up(LedgerSettings(url, 1), KEYS, SHOP, tmp_path / "copy.sqlite3")


def test_put_back_the_old_ledger_is_kept_and_the_books_are_behind(shelf: Shelf) -> None:
    ledger = shelf.open()
    keep(ledger, an_order(order_id="B2"))
    ledger.close()
    lost = shelf.path.read_bytes()
    done = shelf.restore()
    assert done.behind
    assert done.kept is not None
    assert Path(done.kept).read_bytes() == lost
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


@pytest.mark.parametrize("broken", [None, b"no database" * 500, b""], ids=["whole", "no database", "empty"])
def test_nothing_that_was_left_beside_the_old_ledger_is_played_into_the_new_one(
    shelf: Shelf, broken: bytes | None
) -> None:
    if broken is not None:
        shelf.path.write_bytes(broken)
    left = [Path(f"{shelf.path}{sibling}") for sibling in SIBLINGS]
    for path in left:
        path.write_bytes(b"half a transaction")
    shelf.restore()
    assert [path for path in left if path.exists()] == []
    assert shelf.open().audit([]).is_whole


@pytest.mark.skipif(os.name == "nt", reason="a file that is open cannot get another name")
def test_a_log_that_somebody_holds_open_goes_along_with_the_old_ledger(shelf: Shelf) -> None:
    bystander = sqlite3.connect(shelf.path, isolation_level=None)
    bystander.execute("PRAGMA journal_mode=WAL")
    bystander.execute("CREATE TABLE theirs (word)")
    impatient = LedgerSettings(shelf.settings.url, busy_timeout_s=0)
    done = Restoring(impatient, KEYS, SHOP, Witness(shelf.witness)).restore(shelf.copy, NOW)
    assert Path(f"{done.kept}-wal").stat().st_size > 0
    assert not Path(f"{shelf.path}-wal").exists()
    assert shelf.open().audit([]).is_whole
    bystander.close()


def test_what_a_killed_program_left_goes_once_it_is_old(shelf: Shelf) -> None:
    left = [shelf.path.with_name("ledger.sqlite3.00ff.part"), shelf.path.with_name("restore-test-x")]
    left[0].write_bytes(b"half a copy")
    left[1].mkdir()
    (left[1] / "ledger.sqlite3").write_bytes(b"a copy")
    for path in left:
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    Restoring(shelf.settings, KEYS, SHOP, Witness(shelf.witness)).restore(shelf.copy, NOW)
    assert [path.exists() for path in left] == [True, True]
    late = NOW + LEFT_OVER_AGE + timedelta(seconds=1)
    Restoring(shelf.settings, KEYS, SHOP, Witness(shelf.witness)).restore(shelf.copy, late)
    assert [path.exists() for path in left] == [False, False]


def test_on_a_disk_without_second_names_the_old_ledger_is_copied(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_told: object) -> None:
        raise OSError(95, "not supported")

    monkeypatch.setattr(os, "link", no_links)
    lost, place_on_disk = shelf.path.read_bytes(), shelf.path.stat().st_ino
    done = shelf.restore()
    assert done.kept is not None
    assert Path(done.kept).read_bytes() == lost
    # Copied, not moved: at no moment was there no ledger.
    assert Path(done.kept).stat().st_ino != place_on_disk
    if os.name != "nt":
        assert stat.S_IMODE(Path(done.kept).stat().st_mode) == 0o600
    assert shelf.open().audit([]).is_whole


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
