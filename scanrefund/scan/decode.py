"""Frame → symbols: the cascade, cheapest first, stops as soon as every text in view is certain.

The order is measured: a fast pass reads most pictures, the full pass most of the rest; then every mild
treatment gives a few more, on different pictures. pyzbar is asked early when a barcode needs a second
opinion, late when nothing was read. Product barcodes are looked for last and only to be named.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from scanrefund.scan import engines
from scanrefund.scan.confirm import is_settled
from scanrefund.scan.engines import Read, Symbol, Symbology
from scanrefund.scan.enhance import (
    Treatment,
    blurred,
    bounded,
    darkened,
    equalised,
    eroded,
    rotated,
    scaled,
    thresholded,
    untreated,
)
from scanrefund.scan.frame import Frame, Grey


@dataclass(frozen=True, slots=True)
class Step:
    """One try: an engine on a treated picture. `name` becomes the symbols' treatment; empty is untouched."""

    name: str
    read: Read
    treat: Treatment = untreated

    def run(self, grey: Grey) -> list[Symbol]:
        """The symbols, with their boxes in the coordinates of `grey`."""
        base = bounded(grey) if self.name else untreated(grey)
        treated = self.treat(base.pixels)
        return [
            replace(symbol, treatment=self.name, box=base.box_in_frame(treated.box_in_frame(symbol.box)))
            for symbol in self.read(treated.pixels)
        ]


FIRST: Final = (Step("", engines.zxing_fast), Step("", engines.zxing))
SECOND_OPINION: Final = Step("", engines.zbar)
MORE: Final = (
    Step("half", engines.zxing, scaled(0.5)),
    Step("blur", engines.zxing, blurred),
    Step("gamma", engines.zxing, darkened),
    Step("clahe", engines.zxing, equalised),
    Step("erode", engines.zxing, eroded),
    Step("threshold", engines.zxing, thresholded),
    Step("turn", engines.zxing, rotated(-10)),
    Step("half zbar", engines.zbar, scaled(0.5)),
    Step("double", engines.zxing_qr, scaled(2)),
    Step("turn more", engines.zxing, rotated(45)),
    SECOND_OPINION,
    Step("opencv", engines.opencv_qr),
)
PRODUCTS: Final = Step("", engines.zxing_products)

STEPS_MAX: Final = len(FIRST) + len(MORE)
# At 15 frames a second a 720p frame leaves 66 ms: two first passes and two tries more stay far below.
STEPS_MAX_VIDEO: Final = len(FIRST) + 2
# Looking for product barcodes costs as much as three full passes: a video does it now and then.
PRODUCTS_EVERY_FRAMES: Final = 5


def decode(frame: Frame, *, steps_max: int = STEPS_MAX, turn: int = 0) -> list[Symbol]:
    """Every code in the frame that the cascade finds, the same text once per engine and treatment.

    `steps_max` bounds the work. `turn` counts the frames of a video: each frame tries other treatments, so
    that a few steps per frame come round to all of them. Once a barcode was read without becoming certain,
    treatments look for a QR code only: more reads of the same bars prove nothing, and some are wrong. Raises
    nothing for what is in the picture.
    """
    found: list[Symbol] = []
    for step in plan(turn)[:steps_max]:
        read = step.run(frame.pixels)
        if read and not found and not is_settled(read):
            read += SECOND_OPINION.run(frame.pixels)
        found += _worth_keeping(read, step) if found else read
        if is_settled(found):
            break
    if not found and turn % PRODUCTS_EVERY_FRAMES == 0:
        found = PRODUCTS.run(frame.pixels)
    return found


def _worth_keeping(read: list[Symbol], step: Step) -> list[Symbol]:
    """What a later step may add: everything from the untouched picture, QR codes from a treated one."""
    return [symbol for symbol in read if not step.name or symbol.symbology is Symbology.QR]


def plan(turn: int = 0) -> tuple[Step, ...]:
    """The steps in order; `turn` rotates the treatments."""
    start = 2 * turn % len(MORE)
    return FIRST + MORE[start:] + MORE[:start]
