"""Sheets and slips as plain text, for a shop without the extra `receipt` and for any printer at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from scanrefund.aftercare.paper import PaperSlip, Sheet
from scanrefund.aftercare.slip_text import folded

# A4 in the usual letters; a Chinese character takes two.
_COLUMNS: Final = 76
_PAGE: Final = "\f"
_LINE: Final = "_" * 24


def pack_text(sheets: Sequence[Sheet], slips: Sequence[PaperSlip] = ()) -> str:
    """Each sheet and each slip on a page of its own."""
    pages = [_sheet(sheet) for sheet in sheets] + [_slip(slip) for slip in slips]
    return _PAGE.join("\n".join(lines) + "\n" for lines in pages)


def _sheet(sheet: Sheet) -> list[str]:
    lines = [*(f"*** {mark} ***" for mark in sheet.marks), sheet.title, "=" * _COLUMNS]
    for part in sheet.parts:
        lines += ["", *folded(part.heading, _COLUMNS)]
        lines += [f"  {line}" for text in part.lines for line in folded(text, _COLUMNS - 2)]
    return lines


def _slip(slip: PaperSlip) -> list[str]:
    lines = [slip.number, slip.title, slip.shop, "=" * _COLUMNS]
    for name in (name for pair in slip.fields for name in pair):
        lines += ["", f"{name}: {_LINE}"]
    lines += ["", slip.ticks, "", *folded(slip.warning, _COLUMNS), "- " * (_COLUMNS // 2), slip.number]
    lines += folded(slip.stub, _COLUMNS)
    return lines + [f"{name}: {_LINE}" for name in slip.stub_fields]
