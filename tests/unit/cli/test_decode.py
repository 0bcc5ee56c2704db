"""`decode` gives one line per file, in every form, masked."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest
import segno

from tests.unit.cli.conftest import Program

DIGITS = "134567890123456789"
MASKED = "13••••••••••••••89"
CODE_KEYS = {"text", "kind", "wallet", "symbology", "confirmed", "engine", "box", "fingerprint"}


def drawn(path: Path, text: str) -> Path:
    segno.make_qr(text).save(str(path), scale=8, border=4)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A payment code, a web address, and a text that calls itself a picture."""
    place = tmp_path / "pictures"
    place.mkdir()
    drawn(place / "a.png", DIGITS)
    drawn(place / "b.png", "https://example.com/")
    (place / "c.png").write_text("not a picture")
    return place


def test_json_is_one_list_with_a_line_per_file(program: Program, folder: Path) -> None:
    ended = program("decode", folder, "--json")
    assert ended.code == 1
    code, address, note = ended.document
    assert code.keys() == {"path", "status", "codes", "reason"}
    assert code["codes"][0].keys() == CODE_KEYS
    assert (code["status"], code["codes"][0]["text"]) == ("read", MASKED)
    assert len(code["codes"][0]["fingerprint"]) == 32
    assert (address["codes"][0]["kind"], address["codes"][0]["fingerprint"]) == ("web_address", None)
    assert (note["status"], note["reason"]) == ("broken", "picture_not_a_picture")


def test_every_file_read_ends_with_0(program: Program, folder: Path) -> None:
    assert program("decode", folder / "a.png", folder / "b.png", "--json").code == 0


def test_json_lines_stand_one_per_file(program: Program, folder: Path) -> None:
    ended = program("decode", folder, "--jsonl")
    assert [json.loads(line)["status"] for line in ended.out.splitlines()] == ["read", "read", "broken"]


def test_csv_has_a_header_and_a_row_per_code(program: Program, folder: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(program("decode", folder, "--csv").out)))
    assert [row["text"] for row in rows] == [MASKED, "https://example.com/", ""]


@pytest.mark.parametrize("form", ["--json", "--jsonl", "--csv", None])
def test_no_form_shows_a_payment_code(program: Program, folder: Path, form: str | None) -> None:
    ended = program("decode", folder, *([form] if form else []))
    assert DIGITS not in ended.out + ended.err
    assert MASKED in ended.out


def test_people_are_told_why_a_file_was_not_read(program: Program, tmp_path: Path) -> None:
    (tmp_path / "moving.gif").write_bytes(b"GIF89a" + bytes(20))
    told = program("decode", tmp_path / "moving.gif")
    assert told.code == 1
    assert "is a GIF file" in told.out


def test_reveal_shows_it_after_a_warning(program: Program, folder: Path) -> None:
    ended = program("decode", folder / "a.png", "--json", "--reveal")
    assert ended.document[0]["codes"][0]["text"] == DIGITS
    assert "Careful" in ended.err


def test_several_processes_give_the_same_lines(program: Program, tmp_path: Path) -> None:
    for number in range(8):
        drawn(tmp_path / f"{number}.png", DIGITS[:-1] + str(number))
    one = program("decode", tmp_path, "--json", "--workers", "1")
    assert one.document == program("decode", tmp_path, "--json", "--workers", "2").document
    assert len(one.document) == 8


def test_a_path_that_is_not_there_ends_with_2(program: Program, folder: Path) -> None:
    ended = program("decode", folder, folder / "none.png", "--json")
    assert (ended.code, ended.document["error"]["code"]) == (2, "path_missing")


def test_an_empty_folder_ends_with_2(program: Program, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ended = program("decode", tmp_path / "empty")
    assert ended.code == 2
    assert str(tmp_path / "empty") in ended.err


def test_only_one_form_at_a_time(program: Program, folder: Path) -> None:
    assert program("decode", folder, "--jsonl", "--csv").code == 2


@pytest.mark.parametrize("form", ["--json", "--jsonl", "--csv", None])
def test_a_file_named_after_a_code_is_masked(program: Program, tmp_path: Path, form: str | None) -> None:
    (tmp_path / f"pay{DIGITS}.png").write_text("no picture")
    asked = ("decode", tmp_path, *([form] if form else []))
    ended = program(*asked)
    assert DIGITS not in ended.out + ended.err
    assert DIGITS in program(*asked, "--reveal").out


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such file names")
def test_a_line_end_in_a_file_name_makes_no_second_line(program: Program, tmp_path: Path) -> None:
    (tmp_path / "a\nb.png").write_text("no picture")
    ended = program("decode", tmp_path)
    assert "a\\u{a}b.png" in ended.out
    assert "\nb.png" not in ended.out
