"""`purge` as a person meets it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from tests.unit.cli.conftest import Program, Wallets


def test_purge_tells_first_and_takes_out_then(
    program: Program, wallets: Wallets, sold: Callable[[str, str], None], home: Path
) -> None:
    sold("wechat", "p-1")
    wish = ("refund", "--order", "p-1", "--amount", "10", "--reason", "x", "--yes", "--json")
    assert program(*wish, stdin=f"{wallets.fresh_code('wechat')}\n").code == 0
    assert not any(program("purge", "--json").document["gone"].values())
    stranger = sqlite3.connect(home / "ledger.sqlite3")
    stranger.execute("UPDATE refunds SET ended_at='2020-01-01T00:00:00.000000Z'")
    stranger.execute("UPDATE codes SET first_seen_at='2020-01-01T00:00:00.000000Z'")
    stranger.commit()
    stranger.close()
    told = program("purge", "--dry-run", "--json").document
    assert (told["dry_run"], told["gone"]["codes_of_refunds"], told["gone"]["codes_seen"]) == (True, 1, 1)
    assert "only a look" in program("purge", "--dry-run").out
    assert program("purge", "--json").document["gone"] == told["gone"]
    assert program("audit", "verify").code == 0
