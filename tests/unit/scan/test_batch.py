"""One line per file, whatever the file does to its reader."""

from __future__ import annotations

import os
from dataclasses import asdict
from itertools import chain
from pathlib import Path

import pytest
from PIL import Image

from scanrefund.model.shown import Kind
from scanrefund.sandbox.drawing import code_page, qr
from scanrefund.scan import batch
from scanrefund.scan.batch import Line, Status, decode_file, decode_files, expand
from tests.unit.scan.symbols import ALIPAY, WECHAT


def fingerprint_by_length(digits: str) -> str:
    return f"{len(digits)} digits"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "below").mkdir()
    code_page("wechat", WECHAT).save(tmp_path / "b.png")
    qr(ALIPAY).save(tmp_path / "below" / "a.jpg")
    qr(ALIPAY).save(tmp_path / "below" / "named-by-nobody", "PNG")
    Image.new("L", (50, 50), 200).save(tmp_path / "empty.webp")
    (tmp_path / "text.png").write_text("text")
    (tmp_path / "notes.txt").write_text("not looked at")
    return tmp_path


def test_a_folder_is_its_pictures_sorted_and_a_named_file_is_itself(folder: Path) -> None:
    names = [str(path.relative_to(folder)) for path in expand([folder])]
    assert names == [
        str(Path("b.png")),
        str(Path("below/a.jpg")),
        str(Path("below/named-by-nobody")),
        "empty.webp",
        "text.png",
    ]
    assert list(expand([folder / "notes.txt", folder / "nowhere"])) == [
        folder / "notes.txt",
        folder / "nowhere",
    ]


@pytest.mark.parametrize("workers", [1, 2])
def test_every_file_costs_one_line_in_order(folder: Path, workers: int) -> None:
    lines = list(decode_files([folder, folder / "nowhere.png"], workers=workers))
    assert [(line.status, line.reason) for line in lines] == [
        (Status.READ, ""),
        (Status.READ, ""),
        (Status.READ, ""),
        (Status.NOTHING, ""),
        (Status.BROKEN, "picture_not_a_picture"),
        (Status.BROKEN, "picture_missing"),
    ]


def test_a_payment_code_is_masked_with_a_fingerprint(folder: Path) -> None:
    [line] = decode_files([folder / "b.png"], workers=1, fingerprint=fingerprint_by_length)
    [code] = line.codes
    assert (code.text, code.fingerprint) == ("13••••••••••••••89", "18 digits")
    assert (code.kind, code.wallet, code.symbology, code.confirmed) == (
        Kind.PAYMENT_CODE,
        "wechat",
        "QR",
        True,
    )
    assert WECHAT not in repr(asdict(line))


def test_a_payment_code_is_revealed_only_when_asked(folder: Path) -> None:
    [line] = decode_files([folder / "b.png"], workers=1, reveal=True)
    assert line.codes[0].text == WECHAT


def test_two_payment_codes_in_one_picture_are_refused(tmp_path: Path) -> None:
    both = Image.new("L", (800, 400), 255)
    both.paste(qr(WECHAT), (0, 0))
    both.paste(qr(ALIPAY), (420, 0))
    both.save(tmp_path / "both.png")
    line = decode_file(tmp_path / "both.png")
    assert (line.status, line.reason, len(line.codes)) == (Status.REFUSED, "codes_conflict", 2)


def test_a_refused_format_is_refused_and_not_broken(tmp_path: Path) -> None:
    qr(WECHAT).save(tmp_path / "a.gif")
    line = decode_file(tmp_path / "a.gif")
    assert (line.status, line.reason) == (Status.REFUSED, "picture_format_refused")
    assert line.gaps["format"] == "GIF"


def _die_at_the_second(path: Path) -> Line:
    if path.name == "2":
        os._exit(9)
    return Line(str(path), Status.NOTHING)


def test_a_file_that_kills_its_process_costs_its_own_line() -> None:
    paths = [Path(str(number)) for number in range(5)]
    lines = list(batch._over_processes(_die_at_the_second, iter(paths), workers=2))
    assert [line.path for line in lines] == ["0", "1", "2", "3", "4"]
    assert [line.reason for line in lines] == ["", "", "picture_killed_decoder", "", ""]


def test_files_are_taken_as_they_are_needed() -> None:
    endless = chain([Path("nowhere")], (pytest.fail("read ahead") for _ in [0]))
    assert next(decode_files(endless, workers=1)).reason == "picture_missing"
