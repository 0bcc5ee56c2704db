"""What is printed is safe for terminals, spreadsheets and logs."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from typing import Any

import pytest
from rich.cells import cell_len

from scanrefund.cli import output, sheet
from scanrefund.cli.output import document
from scanrefund.model.cells import guarded


def test_a_file_name_that_is_no_text_is_json_that_strict_readers_take(
    capsys: pytest.CaptureFixture[str],
) -> None:
    document({"path": "photo-\udcff.png", "say": "付款码"})
    told = json.loads(capsys.readouterr().out)
    assert told == {"path": "photo-\\u{dcff}.png", "say": "付款码"}


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\u200b=1", " =1", "＝1", "\r1"])
def test_a_spreadsheet_runs_no_cell_as_a_formula(cell: str) -> None:
    assert guarded(cell).startswith("'")


@pytest.mark.parametrize("cell", ["", "a=1", "13••42", "照片/一.png", "4200"])
def test_a_harmless_cell_stays_as_it_is(cell: str) -> None:
    assert guarded(cell) == cell


def test_a_row_has_as_many_cells_as_the_header() -> None:
    code: dict[str, Any] = {
        "text": "a,b",
        "kind": "other_text",
        "wallet": None,
        "symbology": "QR",
        "confirmed": True,
    }
    code |= {"engine": "zxing-cpp", "box": [1, 2, 3, 4], "fingerprint": None}
    told = {"path": "x.png", "status": "read", "reason": None, "codes": [code]}
    text = sheet.text([sheet.HEADER, *sheet.rows(told), *sheet.rows(told | {"codes": []})])
    header, row, empty = csv.reader(io.StringIO(text))
    assert dict(zip(header, row, strict=True))["text"] == "a,b"
    assert dict(zip(header, row, strict=True))["box"] == "1 2 3 4"
    assert empty == ["x.png", "read", *[""] * (len(header) - 2)]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no broken pipes of this kind")
def test_a_reader_that_went_away_does_not_change_how_a_command_ends() -> None:
    script = (
        "import sys\n"
        "from scanrefund.cli import output\n"
        "sys.stdin.readline()\n"
        "output.say('x' * 100_000)\n"
        "sys.exit(4)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout
    assert child.stderr
    assert child.stdin
    child.stdout.close()
    child.stdin.write(b"\n")
    child.stdin.close()
    assert child.wait(120) == 4
    assert child.stderr.read() == b""
    child.stderr.close()


def test_a_table_in_a_pipe_folds_at_100_or_at_what_columns_says(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = "SRT_shop1_0065abd009780926778f_01"
    for asked, widest in (("", 100), ("80", 80), ("nonsense", 100)):
        monkeypatch.setenv("COLUMNS", asked)
        output.table(["a", "b", "c"], [(number, "word " * 60, "字" * 90)])
        told = capsys.readouterr().out
        assert max(map(cell_len, told.splitlines())) <= widest
        assert told.count("字") == 90
