"""What people name becomes pictures, in order, without looking ahead."""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path

import pytest

from scanrefund.errors import PictureFault
from scanrefund.sandbox.drawing import qr
from scanrefund.scan.expand import files_of, is_named, items_of
from tests.unit.scan.symbols import ALIPAY


def no_pages(path: Path) -> int:
    raise PictureFault("pdf_damaged", path=path)


def names(folder: Path, *asked: str) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in files_of(folder / one for one in asked)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "below").mkdir()
    qr(ALIPAY).save(tmp_path / "below" / "named-by-nobody", "PNG")
    for name in ("b.png", "below/a.jpg", "empty.webp", "notes.txt", "x.zip", "bill.PDF", "letter.docx"):
        (tmp_path / name).write_text("anything")
    return tmp_path


def test_a_folder_is_what_may_hold_pictures_in_the_order_of_names(folder: Path) -> None:
    below = ["below/a.jpg", "below/named-by-nobody"]
    assert names(folder, "") == ["b.png", *below, "bill.PDF", "empty.webp", "x.zip"]


def test_a_named_file_is_itself_whatever_it_is(folder: Path) -> None:
    assert names(folder, "notes.txt", "nowhere") == ["notes.txt", "nowhere"]


def test_a_pattern_that_the_shell_left_is_its_files(folder: Path) -> None:
    assert names(folder, "*.png", "**/*.jpg") == ["b.png", "below/a.jpg"]
    assert not is_named(folder / "*.bmp")
    assert is_named(folder / "*.png")


def test_a_file_whose_name_looks_like_a_pattern_is_itself(folder: Path) -> None:
    (folder / "[1].png").write_text("anything")
    assert names(folder, "[1].png") == ["[1].png"]


@pytest.mark.skipif(sys.platform == "win32" or not hasattr(os, "geteuid"), reason="needs links")
def test_a_circle_of_links_ends(folder: Path) -> None:
    (folder / "below" / "up").symlink_to(folder)
    assert len(names(folder, "below")) == 2


def test_a_path_is_looked_at_when_it_is_needed(folder: Path) -> None:
    endless = iter([folder / "b.png", pytest.fail])  # the second is no path at all
    assert next(items_of(files_of(endless), no_pages)).name.endswith("b.png")  # type: ignore[arg-type]


def test_members_of_an_archive_are_named_behind_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name in ("a.png", "sub/b.jpg", "notes.txt"):
            archive.writestr(name, name)
    items = list(items_of([tmp_path / "x.zip"], no_pages))
    assert [item.name for item in items] == [f"{tmp_path / 'x.zip'}/a.png", f"{tmp_path / 'x.zip'}/sub/b.jpg"]
    assert [(item.data, item.inner) for item in items] == [(b"a.png", False), (b"sub/b.jpg", True)]


def test_pages_of_a_pdf_are_counted_from_one(folder: Path) -> None:
    items = list(items_of([folder / "bill.PDF"], lambda _path: 2))
    assert [item.name[-7:] for item in items] == ["#page=1", "#page=2"]
    assert [(item.page, item.inner) for item in items] == [(0, False), (1, True)]


def test_what_cannot_be_opened_costs_one_item(folder: Path) -> None:
    found = [item.fault for item in items_of([folder / "bill.PDF", folder / "x.zip"], no_pages)]
    assert [fault.code for fault in found if fault] == ["pdf_damaged", "archive_damaged"]
