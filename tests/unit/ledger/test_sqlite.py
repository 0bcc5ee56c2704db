from __future__ import annotations

import os
import sqlite3
import stat
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from scanrefund.errors import Bug, LedgerFault
from scanrefund.ledger.engine import LedgerSettings, open_engine, reading, writing
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.migrate import bring_up_to_date
from scanrefund.ledger.sqlite import JOURNAL_MODE, SYNCHRONOUS
from scanrefund.model.order import Order
from tests.unit.builders import KEYS, NOW, ORDER, SHOP, a_draft, keep, open_ledger, reserve


def test_the_pragmas_are_as_promised(ledger: Ledger) -> None:
    promised = {
        "foreign_keys": 1,
        "trusted_schema": 0,
        "synchronous": SYNCHRONOUS,
        "journal_mode": JOURNAL_MODE,
    }
    with reading(ledger._engine) as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in promised}
        waits_ms = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
    assert found == promised
    assert waits_ms == 30_000


def test_an_old_sqlite_keeps_its_hands_off_the_wal() -> None:
    fixed = sqlite3.sqlite_version_info >= (3, 51, 3)
    expected = ("wal", 2) if fixed else ("delete", 3)
    assert expected == (JOURNAL_MODE, SYNCHRONOUS)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps access lists, not modes")
def test_the_ledger_is_nobody_elses_to_read(ledger_path: Path) -> None:
    open_ledger(ledger_path).close()
    assert stat.S_IMODE(ledger_path.stat().st_mode) == 0o600


def test_foreign_rows_are_refused(ledger: Ledger) -> None:
    with pytest.raises(IntegrityError), writing(ledger._engine) as connection:
        connection.exec_driver_sql(
            "INSERT INTO moves (refund_id, old_state, new_state, at, cause) VALUES ('x', 'a', 'b', 'c', 'd')"
        )


def test_a_file_that_is_no_database_is_told_and_left_as_it_was(ledger_path: Path) -> None:
    ledger_path.write_bytes(b"order_id,wallet\n" * 100)
    with pytest.raises(LedgerFault) as caught:
        open_ledger(ledger_path)
    assert caught.value.code == "ledger_not_a_database"
    assert str(caught.value.details["path"]) == str(ledger_path)
    assert ledger_path.read_bytes() == b"order_id,wallet\n" * 100


def test_a_folder_in_the_place_of_the_ledger_cannot_be_opened(ledger_path: Path) -> None:
    ledger_path.mkdir()
    with pytest.raises(LedgerFault) as caught:
        open_ledger(ledger_path)
    assert caught.value.code == "ledger_cannot_open"


def test_a_file_in_the_place_of_the_folder_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(LedgerFault) as caught:
        open_ledger(tmp_path / "file" / "ledger.sqlite3")
    assert caught.value.code == "ledger_cannot_open"


def test_a_read_only_folder_cannot_be_opened(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    # Root may write everywhere but into the kernel's own folders.
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    with pytest.raises(LedgerFault) as caught:
        open_ledger((Path("/proc/self") if as_root else tmp_path) / "ledger.sqlite3")
    tmp_path.chmod(0o700)
    assert caught.value.code == "ledger_cannot_open"


def test_a_database_that_turns_read_only_is_told(ledger: Ledger) -> None:
    with reading(ledger._engine) as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")
    with pytest.raises(LedgerFault) as caught:
        reserve(ledger)
    assert caught.value.code == "ledger_read_only"


def test_a_full_disk_is_told_and_leaves_nothing_half(ledger: Ledger) -> None:
    with writing(ledger._engine) as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with pytest.raises(LedgerFault) as caught:
        reserve(ledger, reason="x" * 1_000_000)
    assert caught.value.code == "ledger_full"
    assert ledger.order(ORDER.order_id) == ORDER
    assert ledger.refunds() == []
    assert ledger.first_broken_entry() is None


def test_a_ledger_too_small_for_its_tables_keeps_none_of_them(ledger_path: Path) -> None:
    # The tables come in one transaction: a disk that fills up while they are made leaves an empty file.
    engine = open_engine(LedgerSettings(f"sqlite:///{ledger_path}", 30))
    with writing(engine) as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=5")
    with pytest.raises(LedgerFault) as caught:
        bring_up_to_date(engine)
    engine.dispose()
    assert caught.value.code == "ledger_full"
    with sqlite3.connect(ledger_path) as left:
        assert left.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    left.close()
    open_ledger(ledger_path).close()


def test_a_writer_waits_only_so_long_for_another(ledger_path: Path) -> None:
    ledger = Ledger.open(LedgerSettings(f"sqlite:///{ledger_path}", busy_timeout_s=0), KEYS, SHOP)
    keep(ledger, ORDER)
    other = sqlite3.connect(ledger_path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerFault) as caught:
        reserve(ledger)
    other.execute("ROLLBACK")
    other.close()
    assert caught.value.code == "ledger_busy"
    assert reserve(ledger).sends == 0
    ledger.close()


def test_a_reader_holds_no_writer_up_before_it_reads(ledger: Ledger) -> None:
    done = threading.Event()

    def write() -> None:
        reserve(ledger)
        done.set()

    with reading(ledger._engine):
        thread = threading.Thread(target=write)
        thread.start()
        thread.join(timeout=60)
    assert done.is_set()


def test_a_transaction_that_fails_keeps_nothing(ledger: Ledger) -> None:
    def compose(_order: Order, _number: str) -> bytes:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), ledger.locked(ORDER.order_id) as locked:
        locked.reserve(a_draft(), compose, NOW)
    assert ledger.order(ORDER.order_id) == ORDER
    assert ledger.refunds() == []


def test_a_ledger_in_memory_is_one_ledger_for_every_transaction() -> None:
    ledger = Ledger.open(LedgerSettings("sqlite://", busy_timeout_s=30), KEYS, SHOP)
    keep(ledger, ORDER)
    refund = reserve(ledger)
    assert ledger.refund(refund.refund_id) == refund
    with pytest.raises(Bug), ledger.locked(ORDER.order_id) as locked:
        locked.reserve(a_draft(ORDER.amount.fen, request_id="2"), lambda _order, _number: b"", NOW)
    assert ledger.refunds() == [refund]
    assert ledger.first_broken_entry() is None
    ledger.close()
