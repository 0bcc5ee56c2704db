"""The slip on paper: as bytes for a printer and as a PDF, read back as a printer and a phone would."""

from __future__ import annotations

import re

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from scanrefund.aftercare.slip_escpos import escpos_bytes, escpos_lines
from scanrefund.aftercare.slip_pdf import pdf_bytes
from scanrefund.say.catalogue import LANGUAGES
from tests.unit.aftercare.test_slip import CODE, a_slip

# Store the data of a QR code, then print it: GS ( k, cn 49, fn 80 and 81.
STORE = re.compile(rb"\x1d\(k(..)1P0", re.DOTALL)


def test_a_printer_gets_chinese_of_two_bytes_and_no_yen_sign_of_four() -> None:
    told = escpos_bytes(a_slip(), 48)
    assert "退款金额".encode("gb18030") in told
    assert "￥25.00".encode("gb18030") in told
    assert "¥".encode("gb18030") not in told
    assert told.startswith(b"\x1b@")
    assert b"\x1dV" in told[-8:]


def test_what_a_printer_has_no_character_for_becomes_a_question_mark() -> None:
    assert b"?" in escpos_bytes(a_slip(reason="😀"), 48)
    assert "😀".encode("gb18030") not in escpos_bytes(a_slip(reason="😀"), 48)


def test_plain_lines_are_folded_at_the_papers_edge_and_the_paper_is_cut() -> None:
    told = escpos_lines("退款单号 " * 20, 32)
    # Chinese takes two bytes and two columns.
    lines = [line.removeprefix(b"\x1c&") for line in told.split(b"\n") if "退".encode("gb18030") in line]
    assert len(lines) > 4
    assert max(map(len, lines[1:])) <= 32
    assert b"\x1dV" in told[-8:]


def test_a_drawer_opens_only_where_that_is_asked_for() -> None:
    # ESC p, the first of the two drawers.
    assert b"\x1bp\x00" in escpos_lines("cash", 32, opens_drawer=True)
    assert b"\x1bp" not in escpos_lines("cash", 32)


def test_the_printer_draws_the_signed_code_itself() -> None:
    told = escpos_bytes(a_slip(), 48)
    found = STORE.search(told)
    assert found is not None
    length = int.from_bytes(found[1], "little") - 3
    assert told[found.end() : found.end() + length] == CODE.encode()


def test_a_printer_that_cannot_gets_the_code_as_dots() -> None:
    told = escpos_bytes(a_slip(), 48, code_as_picture=True)
    assert STORE.search(told) is None
    dots = b"".join(
        told[
            found.end() : found.end()
            + int.from_bytes(found[1], "little") * int.from_bytes(found[2], "little")
        ]
        for found in re.finditer(rb"\x1dv0\x00(..)(..)", told, re.DOTALL)
    )
    width = 8 * int.from_bytes(re.search(rb"\x1dv0\x00(..)", told, re.DOTALL)[1], "little")  # type: ignore[index]
    picture = Image.frombytes("1", (width, len(dots) * 8 // width), bytes(255 - byte for byte in dots))
    assert [code.text for code in zxingcpp.read_barcodes(picture.convert("L"))] == [CODE]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pdf_is_one_page_whose_words_and_code_can_be_read(language: str) -> None:
    slip = a_slip(language, number=2)
    page = pypdfium2.PdfDocument(pdf_bytes(slip, language))
    assert len(page) == 1
    text = page[0].get_textpage().get_text_bounded()
    assert slip.headline in text
    assert slip.marks[0] in text
    picture = page[0].render(scale=3).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [CODE]


def test_the_same_slip_is_the_same_file() -> None:
    assert pdf_bytes(a_slip(), "zh-Hans") == pdf_bytes(a_slip(), "zh-Hans")
