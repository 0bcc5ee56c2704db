"""CSV for spreadsheets: one row per code, and no cell that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Final

from scanrefund.model.printable import written_out

HEADER: Final = (
    "path",
    "status",
    "reason",
    "text",
    "kind",
    "wallet",
    "symbology",
    "confirmed",
    "engine",
    "box",
    "fingerprint",
)
_OF_CODE: Final = HEADER[3:]

# What spreadsheets take for a formula, also behind characters nobody sees (OWASP, CSV injection).
_STARTS_FORMULA: Final = frozenset("=+-@＝＋－＠\t\r\n")
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Zs"})


def rows(told: dict[str, Any]) -> list[list[str]]:
    """The rows of one file's document: one per code, or a single one where there is none."""
    start = [_cell(told[name]) for name in HEADER[:3]]
    codes = told["codes"] or [dict.fromkeys(_OF_CODE)]
    return [start + [_cell(code[name]) for name in _OF_CODE] for code in codes]


def text(lines: Iterable[Sequence[str]]) -> str:
    """Rows as CSV text with quotes where needed."""
    page = io.StringIO()
    csv.writer(page, lineterminator="\n").writerows(lines)
    return page.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " ".join(str(one) for one in value)
    return guarded(str(value))


def guarded(cell: str) -> str:
    """The cell with a leading apostrophe where a spreadsheet would see a formula."""
    seen = next((char for char in cell if not _is_invisible(char)), "")
    dangerous = seen in _STARTS_FORMULA or cell[:1] in _STARTS_FORMULA
    return ("'" if cell and dangerous else "") + written_out(cell)


def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) in _INVISIBLE
