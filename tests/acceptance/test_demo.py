"""`scanrefund demo`: ten stories as expected, books equal, and no payment code left behind."""

from __future__ import annotations

import re
from pathlib import Path

from tests.acceptance.conftest import Program

# The form of both wallets' payment codes, standing alone in whatever was written.
PAYMENT_CODE = re.compile(rb"(?<![0-9])(?:1[0-5][0-9]{16}|(?:2[5-9]|30)[0-9]{14,22})(?![0-9])")
# Fingerprints and the book's chain: among so many digits and letters a run of digits may look like a code.
HASH = re.compile(rb"[0-9a-f]{32,}")
TEN_STORIES = 10


def test_the_demo_tells_ten_stories_and_its_books_agree(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    code, told = program.json("demo", "--dir", str(folder))
    assert [story["name"] for story in told["stories"] if not story["ok"]] == []
    assert code == 0
    assert len(told["stories"]) >= TEN_STORIES
    assert set(told["stories"][0]) == {"name", "expected", "happened", "ok"}
    assert told["ledger_refunded_fen"] == told["sandbox_refunded_fen"] > 0
    assert [path.name for path in (folder / "desk").rglob("*") if PAYMENT_CODE.search(_bytes(path))] == []


def test_the_demo_refuses_a_folder_that_holds_something(program: Program, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep me", encoding="utf-8")
    code, told = program.json("demo", "--dir", str(tmp_path / "mine"))
    assert (code, told["error"]["code"]) == (2, "demo_folder_not_empty")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def _bytes(path: Path) -> bytes:
    return HASH.sub(b"", path.read_bytes()) if path.is_file() else b""
