"""A slip as the bytes of a receipt printer (ESC/POS), Chinese in GB18030.

Printers know the two-byte part of GB18030. `¥` has four bytes there, which they print as rubbish: it goes out
as the full-width `￥`. What has no two bytes either (an emoji in a shop's name) becomes `?`.
"""

from __future__ import annotations

from typing import Final

import segno
from escpos.printer import Dummy
from PIL import Image

from scanrefund.aftercare.slip import PrintedSlip
from scanrefund.aftercare.slip_text import fact_lines, folded

# FS &: characters of two bytes from here on.
_TWO_BYTES: Final = b"\x1c&"
_FEED_LINES: Final = 2
# Dots of one module of the code: 0.6 mm on a printer of 8 dots a millimetre, which every camera reads.
_MODULE_DOTS: Final = 5
_ERROR_LEVEL_M: Final = 1
# Where drawers are wired on a printer with one of them.
_DRAWER_PIN: Final = 2


def escpos_bytes(slip: PrintedSlip, columns: int, *, code_as_picture: bool = False) -> bytes:
    """The slip from reset to cut. `code_as_picture` is for printers that cannot draw a QR code themselves."""
    printer = _Paper()
    printer.hw("INIT")
    printer.set(align="center", bold=True)
    for mark in slip.marks:
        printer.lines(f"*** {mark} ***")
    printer.lines(*folded(slip.shop, columns), slip.title)
    printer.set(align="center", bold=True, double_height=True, double_width=True)
    printer.lines(slip.headline)
    printer.set(align="left", bold=False, normal_textsize=True)
    printer.lines("-" * columns)
    for name, value in slip.facts:
        printer.lines(*fact_lines(name, _printable(value), columns))
    printer.lines("-" * columns)
    for note in slip.notes:
        printer.lines(*folded(note, columns))
    if slip.sign_here:
        printer.lines("", slip.sign_here, "", "_" * columns)
    printer.set(align="center", normal_textsize=True)
    _draw_code(printer, slip.code, as_picture=code_as_picture)
    printer.lines(
        *folded(slip.code_say, columns), *(line for foot in slip.foot for line in folded(foot, columns))
    )
    printer.lines(*[""] * _FEED_LINES)
    printer.cut()
    return bytes(printer.output)


def escpos_lines(text: str, columns: int, *, opens_drawer: bool = False) -> bytes:
    """Plain lines from reset to cut, folded where they are too long; the drawer opens before the first."""
    printer = _Paper()
    printer.hw("INIT")
    if opens_drawer:
        printer.cashdraw(_DRAWER_PIN)
    printer.set(align="left", bold=False, normal_textsize=True)
    for line in text.splitlines():
        printer.lines(*(folded(_printable(line), columns) if line.strip() else [""]))
    printer.lines(*[""] * _FEED_LINES)
    printer.cut()
    return bytes(printer.output)


class _Paper(Dummy):  # type: ignore[misc]  # the library tells no types
    """Collects what a printer would get; Chinese goes past the library's code pages."""

    def lines(self, *lines: str) -> None:
        for line in lines:
            self._raw(_TWO_BYTES + _encoded(line) + b"\n")


def _encoded(line: str) -> bytes:
    pieces = (mark.encode("gb18030") for mark in _printable(line))
    return b"".join(piece if len(piece) <= 2 else b"?" for piece in pieces)


def _printable(text: str) -> str:
    return text.replace("¥", "￥")


def _draw_code(printer: _Paper, code: str, *, as_picture: bool) -> None:
    if not as_picture:
        printer.qr(code, native=True, size=_MODULE_DOTS, ec=_ERROR_LEVEL_M)
        return
    modules = [bytes(row) for row in segno.make(code, error="m", micro=False).matrix_iter(border=4)]
    dots = Image.new("1", (len(modules[0]), len(modules)), 1)
    dots.putdata([0 if dark else 1 for row in modules for dark in row])
    side = len(modules) * _MODULE_DOTS
    printer.image(dots.resize((side, side), Image.Resampling.NEAREST), impl="bitImageRaster")
