"""`decode` gives one line per file, in every form, masked."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import zipfile
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


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_patterns_archives_and_pages_are_read_like_folders(program: Program, folder: Path) -> None:
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        archive.write(folder / "a.png", "inside.png")
    ended = program("decode", folder / "[ab].png", folder / "*.zip", "--jsonl")
    assert [Path(str(line["path"])).name for line in lines(ended.out)] == ["a.png", "b.png", "inside.png"]
    assert ended.code == 0


def test_a_pattern_that_fits_nothing_ends_with_2(program: Program, folder: Path) -> None:
    assert program("decode", folder / "*.bmp", "--json").document["error"]["code"] == "path_missing"


def test_an_archive_without_pictures_ends_with_2(program: Program, tmp_path: Path) -> None:
    zipfile.ZipFile(tmp_path / "empty.zip", "w").close()
    ended = program("decode", tmp_path / "empty.zip", "--json")
    assert (ended.code, ended.document["error"]["code"]) == (2, "folder_without_pictures")


def test_a_list_stands_one_file_to_a_line(program: Program, folder: Path) -> None:
    ended = program("decode", folder, "--json")
    assert [line[:9] for line in ended.out.splitlines()] == ["[", *['{"path": '] * 3, "]"]


def test_the_summary_says_why_files_were_not_read(program: Program, folder: Path) -> None:
    (folder / "d.png").write_text("not a picture")
    told = program("decode", folder).out.splitlines()
    assert told[-2:] == ["2 of 4 files read.", "  2 × not a picture"]


def test_a_pipe_hears_nothing_but_lines(program: Program, folder: Path) -> None:
    assert program("decode", folder, "--jsonl").err == ""


@pytest.mark.parametrize("options", [("--workers", "1", "--cluster", "tcp://127.0.0.1:1"), ("--resume", "x")])
def test_options_that_exclude_each_other_end_with_2(
    program: Program, folder: Path, options: tuple[str, ...]
) -> None:
    assert program("decode", folder, *options).code == 2


@pytest.mark.parametrize("form", ["--jsonl", "--csv"])
def test_resume_reads_each_file_once_wherever_it_was_cut(
    program: Program, folder: Path, tmp_path: Path, form: str
) -> None:
    kept = tmp_path / "kept"
    ended = program("decode", folder, form, "--resume", kept)
    assert (ended.code, ended.out) == (1, "")
    whole = kept.read_bytes()
    assert whole.decode() == program("decode", folder, form).out
    second = whole.index(b"\n") + 1
    for end in (0, 3, second - 1, second, second + 20, len(whole) - 1, len(whole)):
        kept.write_bytes(whole[:end])
        assert program("decode", folder, form, "--resume", kept).code == 1
        assert kept.read_bytes() == whole


def test_resume_tells_files_of_one_masked_name_apart(program: Program, tmp_path: Path) -> None:
    place = tmp_path / "pictures"
    place.mkdir()
    for number in (2, 3):
        drawn(place / f"pay13456789012345678{number}.png".replace("345", f"34{number}", 1), DIGITS)
    kept = tmp_path / "kept.jsonl"
    program("decode", place, "--jsonl", "--resume", kept)
    whole = kept.read_text()
    kept.write_text(whole[: whole.index("\n") + 1])
    program("decode", place, "--jsonl", "--resume", kept)
    assert len(lines(kept.read_text())) == 2


@pytest.mark.parametrize(("form", "held"), [("--jsonl", "[1]\n"), ("--csv", "a,b\n"), ("--jsonl", "path\n")])
def test_resume_leaves_a_foreign_file_alone(
    program: Program, folder: Path, tmp_path: Path, form: str, held: str
) -> None:
    (tmp_path / "notes").write_text(held)
    ended = program("decode", folder, form, "--resume", tmp_path / "notes")
    assert (ended.code, "line 1" in ended.err) == (2, True)
    assert (tmp_path / "notes").read_text() == held


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no signals to a process")
def test_ctrl_c_leaves_whole_lines_and_resume_goes_on(home: Path, tmp_path: Path) -> None:
    place, kept = tmp_path / "pictures", tmp_path / "kept.jsonl"
    place.mkdir()
    drawn(place / "000.png", DIGITS)
    for number in range(1, 400):
        (place / f"{number:03}.png").hardlink_to(place / "000.png")
    command = [sys.executable, "-m", "scanrefund", "decode", str(place), "--jsonl"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0) as running:
        assert running.stdout is not None
        first = running.stdout.readline()
        running.send_signal(signal.SIGINT)
        rest, told = running.communicate(timeout=300)
    assert (running.returncode, told.decode()) == (
        130,
        "Stopped. Nothing was refunded; what was finished before stays.\n",
    )
    kept.write_bytes(first + rest)
    begun = lines(kept.read_text())
    assert 0 < len(begun) < 400
    subprocess.run([*command, "--resume", str(kept)], check=True, timeout=300)
    assert len({line["path"] for line in lines(kept.read_text())}) == 400
    assert len(lines(kept.read_text())) == 400


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no signals to a process")
def test_a_list_that_is_cut_short_is_still_a_list(home: Path, tmp_path: Path) -> None:
    drawn(tmp_path / "000.png", DIGITS)
    for number in range(1, 400):
        (tmp_path / f"{number:03}.png").hardlink_to(tmp_path / "000.png")
    command = [sys.executable, "-m", "scanrefund", "decode", str(tmp_path), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0) as running:
        assert running.stdout is not None
        begun = running.stdout.readline() + running.stdout.readline()
        running.send_signal(signal.SIGINT)
        rest, _ = running.communicate(timeout=300)
    assert running.returncode == 130
    assert 0 < len(json.loads(begun + rest)) < 400


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
def test_a_terminal_sees_how_fast_it_goes_and_for_how_long(home: Path, folder: Path) -> None:
    import pty  # noqa: PLC0415  Windows has no such module

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "scanrefund", "decode", str(folder / "a.png"), str(folder), "--jsonl"]
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, check=False, timeout=300)
    os.close(theirs)
    seen = os.read(ours, 100_000).decode()
    os.close(ours)
    assert len(lines(ended.stdout.decode())) == 4
    assert "Reading pictures" in seen
    assert "a second" in seen
    assert "3 of 4 files read." in seen
