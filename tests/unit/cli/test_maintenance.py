"""A refund asked for in a maintenance window, from the command to the wallet's own list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.unit.cli.conftest import Program, Wallets


def window_of_now(home: Path) -> None:
    now = datetime.now(UTC)
    begins, ends = now - timedelta(hours=1), now + timedelta(hours=8)
    window = f'{{ wallet = "alipay", from = {begins.isoformat()}, to = {ends.isoformat()} }}'
    home.mkdir(exist_ok=True)
    (home / "scanrefund.toml").write_text(f"[maintenance]\nwindows = [{window}]\n", encoding="utf-8")


def test_it_is_written_and_told_and_goes_out_when_the_window_is_over(
    program: Program, wallets: Wallets, sold: Callable[[str, str], None], home: Path
) -> None:
    window_of_now(home)
    sold("alipay", "M1")
    wish = (
        "refund",
        "--order",
        "M1",
        "--reason",
        "x",
        "--yes",
        "--json",
        "--amount",
        "10",
        "--request-id",
        "r",
    )
    ended = program(*wish, stdin=f"{wallets.fresh_code('alipay')}\n")
    told = ended.document
    assert (ended.code, told["state"], told["outcome"]) == (3, "READY", None)
    assert "not sent yet" in told["say_clerk"]
    assert datetime.fromisoformat(told["next_try_at"]) > datetime.now(UTC) + timedelta(hours=7)
    assert wallets.call("/sandbox/refunds") == []
    assert program("worker", "--once").code == 3
    assert program(*wish).document["refund_id"] == told["refund_id"]
    [check] = [one for one in program("doctor", "--json").document["checks"] if one["name"] == "maintenance"]
    assert (check["ok"], check["cause"]) == (None, "under_way")
    (home / "scanrefund.toml").unlink()
    after = program("status", told["refund_id"], "--ask", "--json")
    assert (after.code, after.document["state"]) == (0, "SUCCEEDED")
    [refund] = wallets.call("/sandbox/refunds")
    assert (refund["refund_id"], refund["times_sent"]) == (told["refund_id"], 1)
