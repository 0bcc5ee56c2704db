"""The worker makes one copy for each day of the shop and keeps the newest few."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from scanrefund.aftercare.daily_backup import BackupSettings, DailyBackup, newest
from scanrefund.dispatch.worker import nobody_cures, nobody_hears
from scanrefund.ledger.backup import try_copy
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.photo_copies import list_of, listed
from tests.unit.builders import KEYS, SHOP, FakeClock, reserve
from tests.unit.ledger.shelf import ONE, Album

DAY_S = 86_400


class Night:
    """The job over a ledger, with a clock that is moved."""

    def __init__(self, ledger: Ledger, path: Path) -> None:
        self.lies = LedgerSettings(f"sqlite:///{path}", 30)
        self.told = BackupSettings(path.parent / "backups", daily=True, keep=3, utc_offset_h=8)
        self.ledger, self.clock, self.quiet = ledger, FakeClock(), True
        self.photos: Path | None = None
        self.job = self.anew()

    def anew(self) -> DailyBackup:
        """The job of a program that was started again."""
        return self.of(self.lies, self.told)

    def of(self, lies: LedgerSettings, told: BackupSettings) -> DailyBackup:
        return DailyBackup(self.ledger, lies, KEYS, told, self.clock.clock, lambda: self.quiet, self.photos)

    def run(self, job: DailyBackup | None = None) -> list[str]:
        """One round; what lies in the folder then."""
        assert (job or self.job).run_once(nobody_hears, nobody_cures) == 0
        folder = self.told.folder
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []

    def entries(self) -> int:
        return self.ledger.audit([]).entries


@pytest.fixture
def night(ledger: Ledger, ledger_path: Path) -> Night:
    return Night(ledger, ledger_path)


def test_one_copy_a_day_by_the_shops_own_clock(night: Night) -> None:
    # 10:00 UTC is 18:00 in the shop; six hours later its next day has begun, in UTC it has not.
    assert night.run() == ["daily-2026-11-23.sqlite3"]
    entries = night.entries()
    assert night.run(night.anew()) == ["daily-2026-11-23.sqlite3"]
    assert night.entries() == entries
    night.clock.forward(6 * 3600)
    assert night.run() == ["daily-2026-11-23.sqlite3", "daily-2026-11-24.sqlite3"]


def test_the_newest_are_kept_and_no_other_file_is_touched(night: Night) -> None:
    night.run()
    (night.told.folder / "ledger-by-hand.sqlite3").write_text("mine")
    for _ in range(4):
        night.clock.forward(DAY_S)
        night.run()
    found = night.run()
    days = [f"daily-2026-11-{day}.sqlite3" for day in (25, 26, 27)]
    assert found == [*days, "ledger-by-hand.sqlite3"]


def test_the_copy_ends_where_the_book_ends(night: Night) -> None:
    night.run()
    made = newest(night.told.folder)
    assert made is not None
    assert try_copy(made, night.lies, KEYS, SHOP).head == night.ledger.audit([]).head


def test_photographs_are_copied_too_and_room_is_made_of_theirs(night: Night, tmp_path: Path) -> None:
    album = Album(tmp_path)
    album.close_up(ONE)
    album.name(night.ledger, reserve(night.ledger).refund_id, ONE)
    night.photos = album.photos
    night.run(night.anew())
    oldest = night.told.folder / "daily-2026-11-23.sqlite3"
    assert len(listed(oldest)) == 1
    stray = night.told.folder / "evidence" / f"{'0' * 64}.closed"
    stray.write_bytes(b"of a copy that is gone")
    os.utime(stray, (0, 0))
    for _ in range(3):
        night.clock.forward(DAY_S)
        night.run()
    assert not oldest.exists()
    assert not list_of(oldest).exists()
    assert not stray.exists()
    assert len(list(stray.parent.iterdir())) == 1


def test_a_copy_that_fails_is_an_alarm_and_tried_again_after_an_hour(night: Night) -> None:
    night.told.folder.write_text("no folder")
    before = night.entries()
    night.run()
    night.run()
    assert night.entries() == before + 2
    night.told.folder.unlink()
    assert night.run() == []
    night.clock.forward(3600)
    assert night.run() == ["daily-2026-11-23.sqlite3"]


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_switched_off_or_in_memory_it_does_nothing(night: Night, url: str) -> None:
    before = night.entries()
    assert night.run(night.of(night.lies, replace(night.told, daily=False))) == []
    assert night.run(night.of(LedgerSettings(url, 1), night.told)) == []
    assert night.entries() == before


def test_a_refund_that_is_due_goes_first(night: Night) -> None:
    night.quiet = False
    assert night.run() == []
    night.quiet = True
    assert night.run() == ["daily-2026-11-23.sqlite3"]
