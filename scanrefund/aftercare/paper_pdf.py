"""Sheets, slips and the poster as A4 pages (extra `receipt`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any, Final

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import (
    HRFlowable,
    KeepInFrame,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
)

from scanrefund.aftercare.paper import PaperSlip, Part, Sheet
from scanrefund.aftercare.pdf_font import chinese_font

_MARGIN: Final = 42
_SLIPS_ON_A_PAGE: Final = 2
# Room to write by hand, in points.
ROW_HEIGHT: Final = 32
# What is asked for, and the room to write it: a label has two lines at most.
_PAIRS: Final = (0.2, 0.3, 0.2, 0.3)
_PLAIN: Final = 9
_READ: Final = 11
_POSTER: Final = 15


def write_pack(out: IO[bytes], sheets: Sequence[Sheet], slips: Sequence[PaperSlip], language: str) -> None:
    """The sheets, one a page, then the slips, two a page."""
    font = chinese_font(language)
    parts: list[Any] = []
    for sheet in sheets:
        parts += [*_sheet(sheet, _READ), PageBreak()]
    for number, slip in enumerate(slips, start=1):
        parts += _slip(slip, font)
        parts.append(PageBreak() if number % _SLIPS_ON_A_PAGE == 0 else Spacer(1, ROW_HEIGHT))
    _paper(out, sheets[0].title).build(parts)


def write_poster(out: IO[bytes], sheet: Sheet) -> None:
    """One page, to be read from a metre."""
    parts = _sheet(sheet, _POSTER)
    paper = _paper(out, sheet.title)
    # A long policy is set smaller: half a poster on a second page would be lost.
    paper.build([KeepInFrame(paper.width - 12, paper.height - 12, parts, mode="shrink")])


def _paper(out: IO[bytes], title: str) -> Any:
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), _MARGIN)
    return SimpleDocTemplate(out, pagesize=A4, title=title, invariant=1, **margins)


def _sheet(sheet: Sheet, size: int) -> list[Any]:
    language = sheet.parts[0].font
    parts = [_paragraph(f"*** {mark} ***", language, size) for mark in sheet.marks]
    parts += [_paragraph(sheet.title, language, 2 * size), Spacer(1, size)]
    return parts + [one for part in sheet.parts for one in _part(part, size)]


def _part(part: Part, size: int) -> list[Any]:
    lines = [_paragraph(line, part.font, size) for line in part.lines]
    return [Spacer(1, size * 0.6), _paragraph(part.heading, part.font, round(size * 1.35)), *lines]


def _slip(slip: PaperSlip, font: str) -> list[Any]:
    head = _grid([[slip.title, slip.shop, slip.number]], font, (0.4, 0.36, 0.24), size=_READ)
    rows = [[left, "", right, ""] for left, right in slip.fields]
    stub = [slip.stub_fields[:2], slip.stub_fields[2:]]
    return [
        head,
        _grid(rows, font, _PAIRS, lined=True),
        _text(slip.ticks, font, _PLAIN),
        _text(slip.warning, font, _PLAIN),
        HRFlowable(width="100%", dash=(3, 3), spaceBefore=6, spaceAfter=4),
        _text(f"{slip.number} · {slip.stub}", font, _PLAIN),
        _grid([[left, "", right, ""] for left, right in stub], font, _PAIRS, lined=True),
    ]


def _grid(
    rows: list[list[str]], font: str, shares: Sequence[float], *, lined: bool = False, size: int = _PLAIN
) -> Any:
    width = A4[0] - 2 * _MARGIN - 12
    cells = [[_text(cell, font, size) for cell in row] for row in rows]
    style = [("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    line: list[Any] = [("GRID", (0, 0), (-1, -1), 0.5, colors.grey)] if lined else []
    heights = ROW_HEIGHT if lined else None
    return Table(cells, colWidths=[width * share for share in shares], rowHeights=heights, style=style + line)


def _paragraph(text: str, language: str, size: int) -> Any:
    return _text(text, chinese_font(language), size)


def _text(text: str, font: str, size: int) -> Any:
    # Chinese breaks between any two characters; English words stay whole.
    wrap = None if text.isascii() else "CJK"
    style = ParagraphStyle("any", fontName=font, fontSize=size, leading=round(size * 1.4), wordWrap=wrap)
    return Paragraph(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"), style)
