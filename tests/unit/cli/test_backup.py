"""`backup` and `restore`, up to `recover`: a refund made after the copy is not made twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scanrefund.ledger.writer_lock import only_writer
from tests.unit.cli.conftest import Ended, Program, Wallets

Sell = Callable[[str, str], None]


@pytest.fixture
def refund(program: Program, wallets: Wallets) -> Callable[[str, str], Ended]:
    def run(order_id: str, amount: str) -> Ended:
        wish = ("refund", "--order", order_id, "--amount", amount, "--reason", "x", "--yes", "--json")
        return program(*wish, stdin=f"{wallets.fresh_code('wechat')}\n")

    return run


def test_a_restored_copy_leads_to_recover(
    refund: Callable[[str, str], Ended], sold: Sell, program: Program, tmp_path: Path
) -> None:
    sold("wechat", "b-1")
    copy = tmp_path / "copy.sqlite3"
    made = program("backup", copy, "--json")
    assert (made.code, made.document["counts"]["orders"]) == (0, 1)
    lost = refund("b-1", "60").document["refund_id"]
    assert program("restore", copy, "--json").document["error"]["code"] == "restore_needs_yes"
    done = program("restore", copy, "--yes", "--json")
    assert (done.code, done.document["books_behind"]) == (5, True)
    assert Path(done.document["kept"]).is_file()
    assert refund("b-1", "60").document["reason"] == "books_behind"
    recovered = program("recover", "--json")
    assert [one["refund_id"] for one in recovered.document["found"]] == [lost]
    assert refund("b-1", "60").document["reason"] == "amount_over_remaining"
    told = program("audit", "verify", "--json").document
    assert (told["whole"], len(told["behind"])) == (True, 1)


def test_restored_at_once_nothing_must_be_recovered(program: Program, sold: Sell, home: Path) -> None:
    sold("wechat", "b-2")
    assert "keys" in program("backup").out
    made = next((home / "backups").iterdir())
    done = program("restore", made, "--yes")
    assert done.code == 0
    assert "up to date" in done.out


def test_the_newest_copy_or_a_named_one_is_tried(program: Program, sold: Sell, home: Path) -> None:
    assert program("backup", "--verify", "--json").document["error"]["code"] == "no_backup_yet"
    sold("wechat", "b-3")
    made = program("backup", "--json").document
    for tried in (
        program("backup", "--verify", "--json"),
        program("backup", "--verify", made["file"], "--json"),
    ):
        assert (tried.code, tried.document) == (0, made)
    Path(made["file"]).write_bytes(b"x" * 5000)
    broken = program("backup", "--verify", "--json")
    assert (broken.code, broken.document["error"]["code"]) == (70, "copy_not_whole")


def test_a_folder_that_is_not_there_is_named_and_only_the_backup_folder_is_made(
    program: Program, home: Path, tmp_path: Path
) -> None:
    ended = program("backup", tmp_path / "usb" / "stick" / "one.sqlite3", "--json")
    assert (ended.code, ended.document["error"]["code"]) == (2, "copy_folder_missing")
    assert not (tmp_path / "usb").exists()
    assert program("backup", home / "backups" / "one.sqlite3").code == 0


def test_the_worker_makes_the_days_copy(program: Program, wallets: Wallets, home: Path) -> None:
    program("worker", "--once")
    assert [path.name[:6] for path in (home / "backups").iterdir()] == ["daily-"]


def test_nothing_is_restored_under_a_running_counter(program: Program, sold: Sell, home: Path) -> None:
    sold("wechat", "b-4")
    made = program("backup", "--json").document["file"]
    with only_writer(f"sqlite:///{home / 'ledger.sqlite3'}", "scanrefund counter"):
        ended = program("restore", made, "--yes", "--json")
    assert (ended.code, ended.document["error"]["code"]) == (70, "ledger_has_a_writer")
