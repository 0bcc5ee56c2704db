"""The self test finds what is broken in the house, names its cure, and survives what it looks at."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from scanrefund import readiness
from scanrefund.keys import Keys
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.complaints import Complaints
from scanrefund.ledger.engine import open_engine, reading
from scanrefund.ledger.ledger import Ledger
from scanrefund.readiness import CHECKS, Check, Finding, Surroundings, examine, is_ready
from scanrefund.say.catalogue import LANGUAGES, Catalogue
from tests.unit.builders import ORDER, keep, reserve
from tests.unit.self_tested import NOW, a_good_counter, found

POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows keeps its own access lists")


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    return a_good_counter(tmp_path)


def test_a_good_counter_is_ready(around: Surroundings) -> None:
    findings = examine(around)
    assert [finding.name for finding in findings if finding.ok is False] == []
    assert is_ready(findings)
    assert len({finding.name for finding in findings}) == len(CHECKS)


def test_what_is_known_is_not_looked_at_again(around: Surroundings) -> None:
    known = Finding("camera", ok=True, cause="looked_through")
    around = replace(around, camera="nothing there")
    told = {one.name: one for one in examine(around, {"camera": known})}
    assert (told["camera"], len(told)) == (known, len(CHECKS))


@POSIX
def test_a_data_folder_open_to_others_is_bad(around: Surroundings) -> None:
    around.home.mkdir()
    around.home.chmod(0o755)
    finding = found(around, "data_folder")
    assert (finding.ok, finding.cause) == (False, "open_to_others")
    assert finding.told("en")[1] == f"chmod 700 {around.home}"


@POSIX
def test_a_key_others_can_read_is_bad(around: Surroundings) -> None:
    Keys.open(around.home)
    (around.home / "keys" / "book.key").chmod(0o644)
    assert found(around, "keys").ok is False


def test_too_little_room_is_bad(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    full = shutil._ntuple_diskusage(10**12, 10**12, 199_999_999)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: full)
    finding = found(around, "disk_space")
    assert (finding.ok, finding.cause) == (False, "short")
    assert "199 MB" in finding.told("en")[0]


def test_a_ledger_that_is_no_database_is_bad(around: Surroundings) -> None:
    around.home.mkdir()
    (around.home / "ledger.sqlite3").write_bytes(b"not a database" * 100)
    assert found(around, "ledger").ok is False


def test_the_ledgers_probe_is_taken_back(around: Surroundings) -> None:
    assert found(around, "ledger").ok
    engine = open_engine(around.ledger)
    with reading(engine) as connection:
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars().all()
    engine.dispose()
    assert "orders" in names
    assert "readiness_probe" not in names


@pytest.mark.parametrize(
    ("age", "ok", "cause"),
    [
        (timedelta(seconds=90), True, "good"),
        (timedelta(minutes=3), None, "clerk"),
        (timedelta(days=8), None, "wallet_may_close"),
    ],
)
def test_a_refund_open_for_long_is_told_with_what_to_do(
    around: Surroundings, age: timedelta, ok: bool | None, cause: str
) -> None:
    ledger = Ledger.open(around.ledger, Keys.open(around.home), around.shop)
    keep(ledger, ORDER)
    reserve(ledger, now=NOW - age)
    ledger.close()
    finding = found(around, "open_refunds")
    assert (finding.ok, finding.cause, finding.gaps["count"]) == (ok, cause, 1)


def test_a_complaint_nobody_answered_in_time_is_told(around: Surroundings) -> None:
    keys = Keys.open(around.home)
    ledger = Ledger.open(around.ledger, keys, around.shop)
    keep(ledger, ORDER)
    refund_id, box = reserve(ledger).refund_id, Complaints(ledger, keys)
    box.note(refund_id, Hand("Wang", "rude"), NOW + timedelta(hours=1), NOW)
    assert found(around, "complaints").ok is True
    box.note(refund_id, Hand("Wang", "slow"), NOW - timedelta(hours=5), NOW - timedelta(days=1))
    ledger.close()
    finding = found(around, "complaints")
    assert (finding.ok, finding.cause) == (None, "overdue")
    assert finding.gaps == {"count": 1, "age_s": 5 * 3_600}


def test_a_check_that_breaks_off_is_a_finding() -> None:
    def look(_around: Surroundings) -> readiness.Look:
        raise ZeroDivisionError

    finding = Check("decoders", look).run(None)  # type: ignore[arg-type]
    assert (finding.ok, finding.cause) == (False, "check_failed")
    assert "ZeroDivisionError" in finding.told("en")[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_check_and_every_finding_has_its_words(language: str) -> None:
    catalogue = Catalogue.load(language)
    for check in CHECKS:
        keys = [key for key in catalogue.texts if key.startswith(f"readiness.{check.name}.")]
        assert f"readiness.{check.name}.name" in keys
        assert f"readiness.{check.name}.good.detail" in keys
        bad = {key.split(".")[2] for key in keys if key.endswith(".detail")}
        cured = {key.split(".")[2] for key in keys if key.endswith(".cure")}
        assert bad - cured <= {"good", "looked_through", "not_compared", "not_looked", "not_set_up"}


@pytest.mark.parametrize(("days", "ok", "cause"), [(None, None, "none"), (1, True, "good"), (3, None, "old")])
def test_a_backup_that_is_old_or_missing_is_told(
    around: Surroundings, tmp_path: Path, days: int | None, *, ok: bool | None, cause: str
) -> None:
    folder = tmp_path / "backups"
    if days is not None:
        folder.mkdir()
        copy = folder / "daily-2026-11-20.sqlite3"
        copy.touch()
        made = (NOW - timedelta(days=days)).timestamp()
        os.utime(copy, (made, made))
    finding = found(replace(around, backups=folder), "backup")
    assert (finding.ok, finding.cause) == (ok, cause)
    assert ("scanrefund backup" in finding.told("en")[1]) is not ok


@pytest.mark.parametrize(("hours", "cause"), [(1, "recent"), (25, "good")])
def test_a_fault_of_today_is_told_before_the_first_refund(
    around: Surroundings, hours: int, cause: str
) -> None:
    around.home.mkdir()
    log = around.home / "crash.log"
    log.touch()
    met = (NOW - timedelta(hours=hours)).timestamp()
    os.utime(log, (met, met))
    assert found(around, "faults").cause == cause


def test_a_book_that_does_not_hold_is_bad(around: Surroundings) -> None:
    ledger = Ledger.open(around.ledger, Keys.open(around.home), around.shop)
    keep(ledger, ORDER)
    with ledger.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER book_no_update")
        connection.exec_driver_sql("UPDATE book SET facts='{}' WHERE number=1")
    ledger.close()
    finding = found(around, "books")
    assert (finding.ok, finding.cause, finding.gaps["number"]) == (False, "broken", 1)
