"""Each language's font, under the names that readers of PDF know."""

from __future__ import annotations

import pytest
from reportlab.pdfbase.pdfmetrics import getFont

from scanrefund.aftercare.pdf_font import chinese_font


@pytest.mark.parametrize(
    ("language", "font"), [("zh-Hans", "STSong-Light"), ("zh-Hant", "MSung-Light"), ("en", "STSong-Light")]
)
def test_every_language_has_a_chinese_font_that_is_ready(language: str, font: str) -> None:
    assert chinese_font(language) == font
    assert getFont(font).fontName == font
