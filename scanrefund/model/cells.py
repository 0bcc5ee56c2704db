"""Cells of a table for spreadsheets: no text in them is run as a formula."""

from __future__ import annotations

import unicodedata
from typing import Final

from scanrefund.model.printable import written_out

# What spreadsheets take for a formula, also behind characters nobody sees (OWASP, CSV injection).
_STARTS_FORMULA: Final = frozenset("=+-@＝＋－＠\t\r\n")
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Zs"})


def guarded(cell: str) -> str:
    """The cell with a leading apostrophe where a spreadsheet would see a formula."""
    seen = next((char for char in cell if not _is_invisible(char)), "")
    dangerous = seen in _STARTS_FORMULA or cell[:1] in _STARTS_FORMULA
    return ("'" if cell and dangerous else "") + written_out(cell)


def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) in _INVISIBLE
