"""The Chinese fonts of our PDFs: Adobe's own names, which every reader brings along. Nothing is embedded."""

from __future__ import annotations

from typing import Final

from reportlab.pdfbase import cidfonts, pdfmetrics

_TRADITIONAL: Final = {"zh-Hant": "MSung-Light"}
# An English sheet has a Chinese font too: names are Chinese all the same.
_ANY: Final = "STSong-Light"


def chinese_font(language: str) -> str:
    """The font's name, ready to be used."""
    name = _TRADITIONAL.get(language, _ANY)
    pdfmetrics.registerFont(cidfonts.UnicodeCIDFont(name))
    return name
