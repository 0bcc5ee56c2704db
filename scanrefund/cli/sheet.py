"""CSV for spreadsheets: one row per code, and no cell that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

from scanrefund.model.cells import guarded

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


def rows(told: dict[str, Any]) -> list[list[str]]:
    """The rows of one file's document: one per code, or a single one where there is none."""
    start = [cell(told[name]) for name in HEADER[:3]]
    codes = told["codes"] or [dict.fromkeys(_OF_CODE)]
    return [start + [cell(code[name]) for name in _OF_CODE] for code in codes]


def text(lines: Iterable[Sequence[str]]) -> str:
    """Rows as CSV text with quotes where needed."""
    page = io.StringIO()
    csv.writer(page, lineterminator="\n").writerows(lines)
    return page.getvalue()


def cell(value: Any) -> str:
    """A value as the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " ".join(str(one) for one in value)
    return guarded(str(value))
