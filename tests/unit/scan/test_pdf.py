"""Pages of PDFs are drawn and read, in the picture child."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scanrefund.errors import PictureFault
from scanrefund.sandbox.drawing import code_page
from scanrefund.scan.look import look_at_page, pages_of
from scanrefund.scan.pdf import PAGE_PIXELS_MAX, read_page
from tests.unit.scan.symbols import ALIPAY, WECHAT

pytest.importorskip("pypdfium2")


def pdf(path: Path, *texts: str, dpi: float = 120) -> Path:
    first, *more = [code_page("wechat", text) for text in texts]
    first.save(path, save_all=True, append_images=more, resolution=dpi)
    return path


def test_every_page_is_read_by_itself(tmp_path: Path) -> None:
    path = pdf(tmp_path / "bills.pdf", WECHAT, ALIPAY)
    assert pages_of(path) == 2
    read = [{symbol.text for symbol in look_at_page(path, page).symbols} for page in range(2)]
    assert read == [{WECHAT}, {ALIPAY}]


def test_a_poster_is_drawn_coarser(tmp_path: Path) -> None:
    pixels = read_page(pdf(tmp_path / "poster.pdf", WECHAT, dpi=10), 0).pixels
    assert 0.9 * PAGE_PIXELS_MAX < pixels.size < 1.1 * PAGE_PIXELS_MAX


def test_what_is_no_pdf_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    with pytest.raises(PictureFault, match="pdf_damaged"):
        pages_of(tmp_path / "x.pdf")


def test_without_the_extra_the_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pdf(tmp_path / "bills.pdf", WECHAT)
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    with pytest.raises(PictureFault, match="pdf_extra_missing"):
        read_page(path, 0)
