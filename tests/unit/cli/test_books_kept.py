"""Who may purge and restore where staff is known, and that photographs go and come back with the rest."""

from __future__ import annotations

import itertools
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.unit.cli.conftest import Program, Wallets

Sell = Callable[[str, str], None]
# All tests of this file share the wallets.
NUMBERS = itertools.count(1)
OWNER_PIN, CLERK_PIN, WRONG = "618304", "904417", "271828"


@pytest.fixture
def photographed(program: Program, wallets: Wallets, sold: Sell, tmp_path: Path) -> str:
    """A refund with a photograph; the shop knows no staff yet."""
    order_id = f"k-{next(NUMBERS)}"
    sold("wechat", order_id)
    wish = ("refund", "--order", order_id, "--amount", "10", "--reason", "x", "--yes", "--json")
    refund_id = str(program(*wish, stdin=f"{wallets.fresh_code('wechat')}\n").document["refund_id"])
    Image.new("RGB", (40, 30), "white").save(tmp_path / "p.png")
    kept = program(
        "evidence", "add", refund_id, "--kind", "photo", "--by", "kim", "--photo", tmp_path / "p.png"
    )
    assert kept.code == 0
    return refund_id


@pytest.fixture
def known(program: Program) -> tuple[str, str]:
    """An owner and a clerk."""
    owner = program(
        "staff", "add", "--name", "Li", "--role", "owner", "--pin-stdin", "--json", stdin=OWNER_PIN
    )
    by = str(owner.document["staff_id"])
    hire = ("staff", "add", "--name", "Wang", "--role", "clerk", "--by", by, "--pin-stdin", "--json")
    clerk = program(*hire, stdin=f"{OWNER_PIN}\n{CLERK_PIN}\n")
    return by, str(clerk.document["staff_id"])


def age(home: Path) -> None:
    stranger = sqlite3.connect(home / "ledger.sqlite3")
    stranger.execute("UPDATE refunds SET ended_at='2020-01-01T00:00:00.000000Z'")
    stranger.commit()
    stranger.close()


def test_photographs_go_with_their_rows_and_come_back_with_a_copy(
    program: Program, photographed: str, home: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "one.sqlite3"
    assert program("backup", copy, "--json").document["photos"] == 1
    age(home)
    done = program("purge", "--json").document
    assert (done["gone"]["photos"], done["photo_files"]) == (1, 1)
    assert list((home / "evidence").iterdir()) == []
    assert program("restore", copy, "--yes").code == 5
    assert len(list((home / "evidence").iterdir())) == 1
    listed = program("evidence", "list", photographed, "--json").document
    assert "photo_sha256" in json.dumps(listed)
    target = tmp_path / "again.png"
    assert program("evidence", "photo", photographed, "1", "--to", target, "--by", "kim").code == 0
    assert target.read_bytes() == (tmp_path / "p.png").read_bytes()


def test_a_photograph_that_is_gone_is_told_with_the_copy(
    program: Program, photographed: str, home: Path, tmp_path: Path
) -> None:
    assert photographed
    shutil.rmtree(home / "evidence")
    made = program("backup", tmp_path / "one.sqlite3")
    assert made.code == 0
    assert "1 photographs" in made.err


def test_where_staff_is_known_only_the_owner_purges(
    program: Program, photographed: str, known: tuple[str, str], home: Path
) -> None:
    owner, clerk = known
    age(home)

    def purged(*by: str, pin: str = "") -> tuple[int, str]:
        done = program("purge", *by, "--json", stdin=pin)
        return done.code, done.document["error"]["code"] if "error" in done.document else ""

    assert photographed
    assert program("purge", "--dry-run").code == 0
    assert purged() == (2, "by_missing")
    assert purged("--by", clerk, "--pin-stdin", pin=CLERK_PIN) == (2, "not_permitted")
    assert purged("--by", owner, "--pin-stdin", pin=WRONG)[0] == 2
    assert len(list((home / "evidence").iterdir())) == 1
    assert purged("--by", owner, "--pin-stdin", pin=OWNER_PIN) == (0, "")
    assert list((home / "evidence").iterdir()) == []


@pytest.mark.parametrize("there", ["whole", "broken", "gone"])
def test_where_staff_is_known_only_the_owner_restores(
    program: Program, known: tuple[str, str], home: Path, tmp_path: Path, there: str
) -> None:
    """The ledger that lies there says who is who; where it cannot, the copy does."""
    owner, clerk = known
    copy, lies = tmp_path / "one.sqlite3", home / "ledger.sqlite3"
    assert program("backup", copy).code == 0
    if there == "broken":
        lies.write_bytes(b"no database" * 500)
    elif there == "gone":
        lies.unlink()
    before = lies.read_bytes() if lies.exists() else None

    def restored(*by: str, pin: str = "") -> int:
        return program("restore", copy, "--yes", *by, stdin=pin).code

    assert restored() == 2
    assert restored("--by", clerk, "--pin-stdin", pin=CLERK_PIN) == 2
    assert restored("--by", owner, "--pin-stdin", pin=WRONG) == 2
    if there != "whole":
        assert (lies.read_bytes() if lies.exists() else None) == before
    assert restored("--by", owner, "--pin-stdin", pin=OWNER_PIN) in (0, 5)
    assert [path.name for path in home.iterdir() if path.name.startswith("restore-")] == []
    assert program("staff", "list").code == 0
