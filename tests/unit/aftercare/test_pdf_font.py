"""The font of a PDF: the machine's own, embedded, or under the names that readers of PDF know."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import reportlab
from reportlab.pdfbase.pdfmetrics import getFont
from reportlab.pdfgen.canvas import Canvas

from scanrefund.aftercare.pdf_font import chinese_font

# A font that comes with reportlab; it knows no Chinese.
VERA = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"


@pytest.mark.parametrize(
    ("language", "font"), [("zh-Hans", "STSong-Light"), ("zh-Hant", "MSung-Light"), ("en", "STSong-Light")]
)
def test_without_a_font_on_the_machine_a_readers_own_is_named(language: str, font: str) -> None:
    assert chinese_font(language, ()) == font
    assert getFont(font).fontName == font


def test_the_first_font_that_can_be_embedded_is_embedded(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    name = chinese_font("zh-Hans", (tmp_path / "none.ttf", broken, VERA), "Az09")
    assert name == "scanrefund-Vera"
    page = io.BytesIO()
    canvas = Canvas(page)
    canvas.setFont(name, 12)
    canvas.drawString(10, 10, "Refund 09")
    canvas.save()
    assert b"/FontFile2" in page.getvalue()


def test_a_font_without_our_characters_is_passed_over() -> None:
    assert chinese_font("zh-Hant", (VERA,)) == "MSung-Light"
