"""Barcodes read by more than one eye: the second opinion on bars that were read, and bars nobody has read.

Everything here gives symbols; whether they are enough to be believed, `confirm` alone decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np

from scanrefund.scan import engines
from scanrefund.scan.bars import PARTS, Bars, find_bars, may_be_a_code, strips
from scanrefund.scan.engines import Box, Symbol, Symbology
from scanrefund.scan.frame import Grey
from scanrefund.scan.structure import Structure, structure_of

# pyzbar needs the quiet zones, ten modules a side: an eighth of a short code, and never less than this.
CROP_MARGIN: Final = 0.15
CROP_MARGIN_PX_MIN: Final = 24
# What an engine reports as the place of a barcode may be two lines of pixels: strips want more of the bars.
CROP_HEIGHT_SHARE: Final = 0.3


def second_opinion(grey: Grey, symbols: Iterable[Symbol]) -> list[Symbol]:
    """What pyzbar says to the barcodes among `symbols`, and both engines to their levelled strips.

    pyzbar sees the picture as it is, cut to the bars: that costs a tenth of the whole picture. It knows no
    letters beyond ASCII in a barcode, so it is not asked about those.
    """
    boxes = dict.fromkeys(one.box for one in symbols if _is_asked(one))
    return [found for box in boxes for found in _on_crop(grey, box)]


def _is_asked(symbol: Symbol) -> bool:
    return symbol.symbology is Symbology.CODE_128 and symbol.text.isascii()


def _on_crop(grey: Grey, box: Box) -> list[Symbol]:
    left, top, right, bottom = _around(box, grey.shape)
    crop = np.ascontiguousarray(grey[top:bottom, left:right])
    if not crop.size:
        return []
    seen = engines.zbar(crop)
    found = seen or bars(crop, structure_of(crop))
    return [_moved(symbol, left, top) for symbol in found if symbol.symbology is Symbology.CODE_128]


def _around(box: Box, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    left, top, width, height = box
    margin = max(round(CROP_MARGIN * max(width, height)), CROP_MARGIN_PX_MIN)
    return (
        max(left - margin, 0),
        max(top - margin, 0),
        min(left + width + margin, shape[1]),
        min(top + height + margin, shape[0]),
    )


def _moved(symbol: Symbol, left: int, top: int) -> Symbol:
    return replace(symbol, box=(symbol.box[0] + left, symbol.box[1] + top, *symbol.box[2:]))


def bars(grey: Grey, seen: Structure) -> list[Symbol]:
    """Bars found, laid level and averaged, read by zxing-cpp and pyzbar: the first place that says something.

    Once any strip of a place is read all of them are, by both engines: a contradiction must show.
    """
    for place in find_bars(seen):
        found = _read_strips(grey, place)
        if any(len(one.text) >= engines.BARS_CHARACTERS_MIN for one in found):
            return found
    return []


def _read_strips(grey: Grey, place: Bars) -> list[Symbol]:
    levelled = strips(grey, place)
    if not may_be_a_code(levelled[0]):
        return []
    if not any(map(engines.zxing_bars, levelled)) and not engines.zbar_bars(levelled[0]):
        return []
    return [
        replace(symbol, treatment=f"bars {part}".strip(), box=place.box)
        for part, strip in zip(PARTS, levelled, strict=True)
        for read in (engines.zxing_bars, engines.zbar_bars)
        for symbol in read(strip)
    ]
