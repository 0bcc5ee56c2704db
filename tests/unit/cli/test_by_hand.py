"""What supervisors type: `release`, `close`, `cancel`, `cash`, `recover`, `orders thaw`; on both wallets."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from scanrefund.ledger.writer_lock import only_writer
from tests.unit.cli.conftest import Ended, Program, Wallets

Sell = Callable[[str, str], None]
Refund = Callable[..., Ended]
SIGNED = ("--by", "Li", "--why", "seen by the supervisor")


@pytest.fixture
def refund(program: Program, wallets: Wallets) -> Refund:
    def run(wallet: str, order_id: str, *more: str) -> Ended:
        code = wallets.fresh_code(wallet)
        wish = ("refund", "--order", order_id, "--reason", "tried on", "--yes", "--json", *more)
        return program(*wish, stdin=f"{code}\n")

    return run


def fault_at(wallets: Wallets, wallet: str, fault: str) -> None:
    wallets.call("/sandbox/faults", {"wallet": wallet, "on": "refund", "fault": fault})


def test_a_held_refund_is_released_under_its_number(
    refund: Refund, sold: Sell, program: Program, wallets: Wallets
) -> None:
    sold("alipay", "h-1")
    fault_at(wallets, "alipay", "not_enough")
    held = refund("alipay", "h-1", "--amount", "10")
    assert (held.code, held.document["state"]) == (5, "HELD")
    released = program("release", held.document["refund_id"], *SIGNED, "--json")
    assert (released.code, released.document["state"]) == (0, "SUCCEEDED")
    assert released.document["refund_id"] == held.document["refund_id"]


def test_what_the_rules_forbid_is_a_sentence_and_ends_with_2(
    refund: Refund, sold: Sell, program: Program, wallets: Wallets
) -> None:
    sold("wechat", "h-2")
    fault_at(wallets, "wechat", "not_enough")
    refund_id = refund("wechat", "h-2", "--amount", "10").document["refund_id"]
    codes = {}
    for command in ("close", "cancel", "cash"):
        ended = program(command, refund_id, *SIGNED, "--json")
        assert ended.code == 2
        codes[command] = ended.document["error"]["code"]
    assert codes == {"close": "close_too_early", "cancel": "refund_was_sent", "cash": "cash_before_end"}
    assert program("orders", "thaw", "h-2", *SIGNED, "--json").code == 2
    assert program("release", refund_id, "--by", "Li").code == 2


@pytest.mark.parametrize("wallet", ["wechat", "alipay"])
def test_a_restored_backup_stops_refunds_until_the_wallet_was_asked(
    wallet: str, refund: Refund, sold: Sell, program: Program, home: Path
) -> None:
    order_id = f"r-{wallet}"
    sold(wallet, order_id)
    shutil.copy(home / "ledger.sqlite3", home / "backup.sqlite3")
    lost = refund(wallet, order_id, "--amount", "60")
    assert lost.document["state"] in ("SUCCEEDED", "PROCESSING")
    shutil.copy(home / "backup.sqlite3", home / "ledger.sqlite3")
    assert refund(wallet, order_id, "--amount", "60").document["reason"] == "books_behind"
    recovered = program("recover", "--json")
    assert (recovered.code, recovered.document["books_behind"]) == (0, False)
    assert [one["refund_id"] for one in recovered.document["found"]] == [lost.document["refund_id"]]
    assert refund(wallet, order_id, "--amount", "60").document["reason"] == "amount_over_remaining"
    again = refund(wallet, order_id, "--amount", "40")
    assert again.document["refund_id"] != lost.document["refund_id"]
    assert "up to date" in program("recover").out


def test_a_second_worker_is_refused_and_told_who_is_first(
    program: Program, wallets: Wallets, home: Path
) -> None:
    program("worker", "--until-idle")
    with only_writer(f"sqlite:///{home / 'ledger.sqlite3'}", "scanrefund counter"):
        ended = program("worker", "--until-idle", "--json")
        assert (ended.code, ended.document["error"]["code"]) == (70, "ledger_has_a_writer")
        assert "scanrefund counter" in ended.document["error"]["say"]
        assert program("worker", "--once").code == 0
