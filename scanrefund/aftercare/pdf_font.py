"""The Chinese fonts of our PDFs: Adobe's own names, which every reader brings along. Nothing is embedded."""

from __future__ import annotations

from typing import Final

from scanrefund.errors import UsageFault

_TRADITIONAL: Final = {"zh-Hant": "MSung-Light"}
# An English sheet has a Chinese font too: names are Chinese all the same.
_ANY: Final = "STSong-Light"


def chinese_font(language: str) -> str:
    """The font's name, ready to be used. Raises UsageFault receipt_extra_missing without reportlab."""
    try:
        from reportlab.pdfbase import cidfonts, pdfmetrics  # noqa: PLC0415  (an extra, and slow to load)
    except ImportError:
        raise UsageFault("receipt_extra_missing") from None
    name = _TRADITIONAL.get(language, _ANY)
    pdfmetrics.registerFont(cidfonts.UnicodeCIDFont(name))
    return name
