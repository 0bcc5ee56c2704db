"""`audit verify` and `audit export` as a person meets them."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path

import pytest

from tests.unit.cli.conftest import HEADER, Program

ORDER = "4200001234202611220000000001,1000,2026-11-22T10:00:00+08:00,PAID,"


@pytest.fixture
def ledger_file(program: Program, home: Path, tmp_path: Path) -> Path:
    """The ledger after three imports: three entries in the book, all of them witnessed."""
    for number in range(3):
        path = tmp_path / "orders.csv"
        told = ORDER.replace("0001,", f"000{number},", 1)
        path.write_text(f"{HEADER}\n@A{number},wechat,{told}\n", encoding="utf-8")
        assert program("orders", "import", path).code == 0
    return home / "ledger.sqlite3"


def cut(path: Path, number: int) -> None:
    stranger = sqlite3.connect(path)
    stranger.execute("DROP TRIGGER book_no_delete")
    stranger.execute("DELETE FROM book WHERE number >= ?", (number,))
    stranger.commit()
    stranger.close()


def test_a_whole_book_ends_with_0_and_tells_its_head(program: Program, ledger_file: Path) -> None:
    ended = program("audit", "verify", "--json")
    told = ended.document
    assert (ended.code, told["whole"], told["entries"], told["broken"]) == (0, True, 3, None)
    assert (told["witnessed"], told["behind"]) == (True, [])
    head = f"{told['head']['number']}:{told['head']['seal']}"
    assert head in program("audit", "verify").out
    assert program("audit", "verify", "--head", head).code == 0


def test_a_cut_end_is_named_and_looking_changes_nothing(program: Program, ledger_file: Path) -> None:
    cut(ledger_file, 3)
    for _ in range(2):
        ended = program("audit", "verify", "--json")
        assert (ended.code, ended.document["broken"]) == (5, {"entry": 3, "flaw": "cut"})
    assert "ends before entry 3" in program("audit", "verify").out


def test_without_a_witness_only_a_head_finds_the_cut_end(
    program: Program, ledger_file: Path, home: Path
) -> None:
    head = program("audit", "verify", "--json").document["head"]
    cut(ledger_file, 3)
    (home / "witness.json").unlink()
    blind = program("audit", "verify")
    assert blind.code == 0
    assert "no witness file" in blind.out
    assert program("audit", "verify", "--head", f"{head['number']}:{head['seal']}").code == 5


def test_the_book_is_written_line_by_line(program: Program, ledger_file: Path, tmp_path: Path) -> None:
    assert program("audit", "export", tmp_path / "book.jsonl", "--json").document["entries"] == 3
    lines = [json.loads(line) for line in (tmp_path / "book.jsonl").read_text("utf-8").splitlines()]
    assert [line["number"] for line in lines] == [1, 2, 3]
    assert [line["previous"] for line in lines[1:]] == [line["seal"] for line in lines[:-1]]


def test_no_cell_of_the_book_runs_as_a_formula(program: Program, ledger_file: Path, tmp_path: Path) -> None:
    stranger = sqlite3.connect(ledger_file)
    stranger.execute("INSERT INTO book VALUES (4, 'x', 'test', '=cmd()', '{}', '', '')")
    stranger.commit()
    stranger.close()
    assert program("audit", "export", tmp_path / "book.csv").code == 0
    text = (tmp_path / "book.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["subject"] for row in rows] == ["", "", "", "'=cmd()"]


def test_no_file_is_written_over_and_no_other_form_made(
    program: Program, ledger_file: Path, tmp_path: Path
) -> None:
    taken = tmp_path / "book.csv"
    taken.write_text("mine")
    codes = {}
    for path in (taken, tmp_path / "book.txt", tmp_path / "nowhere" / "book.csv"):
        ended = program("audit", "export", path, "--json")
        assert ended.code == 2
        codes[path.name] = ended.document["error"]["code"]
        if path == taken:
            assert codes[path.name] == "file_is_there"
    assert (codes["book.txt"], codes["book.csv"]) == ("export_form_unknown", "file_not_made")
    assert taken.read_text() == "mine"
    assert [path.name for path in tmp_path.glob("*.part")] == []
