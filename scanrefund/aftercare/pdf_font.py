"""The Chinese font of our PDFs: the machine's own, embedded, so that every reader shows the same.

Where the machine has none that can be embedded (reportlab takes TrueType outlines alone), the PDF
names one as Adobe does, and most readers bring it along.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from reportlab.pdfbase import cidfonts, pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

_TRADITIONAL: Final = {"zh-Hant": "MSung-Light"}
# An English sheet has a Chinese font too: names are Chinese all the same.
_ANY: Final = "STSong-Light"
# What stands on our sheets beside Chinese: a font for other fonts' gaps lacks some of these.
WANTED: Final = "Az09¥·–…□“”退款凭證"

# Fonts with simplified and traditional characters, where Windows, macOS, Debian and Fedora keep them.
PLACES: Final = (
    Path("C:/Windows/Fonts/msyh.ttc"),
    Path("C:/Windows/Fonts/simsun.ttc"),
    Path("/System/Library/Fonts/STHeiti Light.ttc"),
    Path("/System/Library/Fonts/Supplemental/Arial Unicode.ttf"),
    Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"),
    Path("/usr/share/fonts/wqy-microhei/wqy-microhei.ttc"),
    Path("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf"),
    Path("/usr/share/fonts/google-droid-sans-fonts/DroidSansFallbackFull.ttf"),
)


def chinese_font(language: str, places: Iterable[Path] = PLACES, wanted: str = WANTED) -> str:
    """The font's name, ready to be used: the first of the places that holds all that is wanted and can be
    embedded, else a reader's own.
    """
    name = next(filter(None, (_embedded(place, wanted) for place in places)), "")
    if not name:
        name = _TRADITIONAL.get(language, _ANY)
        pdfmetrics.registerFont(cidfonts.UnicodeCIDFont(name))
    return name


@cache
def _embedded(place: Path, wanted: str) -> str:
    """The name of the font that lies here, once it is read; empty where there is none that will do."""
    if not place.is_file():
        return ""
    try:
        font = TTFont(f"scanrefund-{place.stem}", place)
    except (TTFError, OSError):
        return ""
    if any(ord(char) not in font.face.charToGlyph for char in wanted):
        return ""
    pdfmetrics.registerFont(font)
    return str(font.fontName)
