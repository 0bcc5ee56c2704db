"""A slip as a PDF of the paper's width, 80 mm, and as long as it needs.

Chinese is set in the fonts that every reader brings for Adobe's collections (`STSong-Light`, `MSung-Light`):
nothing is embedded, so the file stays small, and a reader without those fonts shows its own.
"""

from __future__ import annotations

import io
from typing import Final

import segno
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from scanrefund.aftercare.pdf_font import chinese_font
from scanrefund.aftercare.slip import PrintedSlip
from scanrefund.aftercare.slip_text import folded

_WIDTH: Final = 80 * mm
_MARGIN: Final = 5 * mm
_LINE: Final = 4.6 * mm
_SIZE: Final = 9
_TITLE_SIZE: Final = 14
_CODE_SIDE: Final = 34 * mm
# Columns of half a Chinese character that fit between the margins.
_COLUMNS: Final = 44


def pdf_bytes(slip: PrintedSlip, language: str) -> bytes:
    """One page. The same slip gives the same bytes."""
    font = chinese_font(language)
    rows = _rows(slip)
    height = 2 * _MARGIN + _CODE_SIDE + sum(_LINE * row.lines for row in rows)
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(_WIDTH, height), invariant=1, pageCompression=1)
    canvas.setTitle(slip.title)
    canvas.setAuthor(slip.shop or "scanrefund")
    y = height - _MARGIN
    for row in rows:
        y -= _LINE * row.lines
        row.draw(canvas, font, y)
        if row.code:
            y -= _CODE_SIDE
            _draw_code(canvas, row.code, y)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


class _Row:
    """One line of the page: centred, or a name on the left and a value on the right."""

    def __init__(self, left: str = "", right: str = "", *, size: int = _SIZE, centred: bool = False) -> None:
        self._left, self._right, self._size, self._centred = left, right, size, centred
        self.lines = size / _SIZE
        self.code = ""

    def draw(self, canvas: Canvas, font: str, y: float) -> None:
        canvas.setFont(font, self._size)
        if self._centred:
            canvas.drawCentredString(_WIDTH / 2, y, self._left)
            return
        canvas.drawString(_MARGIN, y, self._left)
        if self._right:
            place = _WIDTH - _MARGIN - stringWidth(self._right, font, self._size)
            canvas.drawString(place, y, self._right)


def _rows(slip: PrintedSlip) -> list[_Row]:
    rows = [_Row(f"*** {mark} ***", centred=True) for mark in slip.marks]
    rows += [_Row(line, centred=True) for line in folded(slip.shop, _COLUMNS)]
    rows += [_Row(slip.title, centred=True), _Row(slip.headline, size=_TITLE_SIZE, centred=True), _Row()]
    for name, value in slip.facts:
        first, *more = folded(value, _COLUMNS - 10)
        rows += [_Row(name, first), *(_Row("", line) for line in more)]
    rows.append(_Row())
    for note in slip.notes:
        rows += [_Row(line) for line in folded(note, _COLUMNS)]
    if slip.sign_here:
        rows += [_Row(), _Row(slip.sign_here), _Row(), _Row("_" * _COLUMNS)]
    code = _Row()
    code.code = slip.code
    rows.append(code)
    rows += [_Row(line, centred=True) for line in folded(slip.code_say, _COLUMNS)]
    return rows + [_Row(line, centred=True) for foot in slip.foot for line in folded(foot, _COLUMNS)]


def _draw_code(canvas: Canvas, code: str, y: float) -> None:
    modules = [bytes(row) for row in segno.make(code, error="m", micro=False).matrix_iter(border=4)]
    side = _CODE_SIDE / len(modules)
    left = (_WIDTH - _CODE_SIDE) / 2
    for down, row in enumerate(modules):
        for along, dark in enumerate(row):
            if dark:
                # A hair wider than a module: no viewer shows white seams.
                place = (left + along * side, y + _CODE_SIDE - (down + 1) * side)
                canvas.rect(*place, side * 1.02, side * 1.02, stroke=0, fill=1)
