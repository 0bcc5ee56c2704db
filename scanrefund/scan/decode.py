"""Frame → symbols: the cascade, cheapest first, stops as soon as every text in view is certain.

The order is measured, and docs/decoding.md says what each step gives and costs: a fast pass reads most
pictures, the full pass most of the rest; then every mild treatment gives a few more, on different pictures.
A barcode gets its second opinion as soon as it is read. Product barcodes are looked for last and only to be
named.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from scanrefund.scan import engines, opinion
from scanrefund.scan.confirm import is_settled
from scanrefund.scan.engines import Read, Symbol, Symbology
from scanrefund.scan.enhance import (
    Treated,
    Treatment,
    blurred,
    both,
    equalised,
    eroded,
    gamma,
    scaled,
    sharpened,
    thresholded,
    untreated,
)
from scanrefund.scan.frame import Frame
from scanrefund.scan.view import View

Pictures = Callable[[View], Sequence[Treated]]


def whole(view: View) -> Sequence[Treated]:
    return view.whole


def middle(view: View) -> Sequence[Treated]:
    return view.middle


def small(view: View) -> Sequence[Treated]:
    return view.small


def patches(view: View) -> Sequence[Treated]:
    return view.patches


def located(view: View) -> Sequence[Treated]:
    return view.located


@dataclass(frozen=True, slots=True)
class Step:
    """One try: an engine on a treated form of the picture. `name` becomes the symbols' treatment.

    An empty name is the picture untouched.
    """

    name: str
    read: Read
    of: Pictures
    treat: Treatment = untreated

    def run(self, view: View) -> list[Symbol]:
        """The symbols, with their boxes in the coordinates of the frame."""
        return [symbol for base in self.of(view) for symbol in self._read(base)]

    def _read(self, base: Treated) -> list[Symbol]:
        treated = self.treat(base.pixels)
        return [
            replace(symbol, treatment=self.name, box=base.box_in_frame(treated.box_in_frame(symbol.box)))
            for symbol in self.read(treated.pixels)
        ]


class BarsStep:
    """Bars found, laid level and averaged: the strips name their own treatment."""

    name: Final = "bars"

    def run(self, view: View) -> list[Symbol]:
        """The barcodes, with their boxes in the coordinates of the frame."""
        return opinion.bars(view.grey, view.structure)


FIRST: Final = (Step("", engines.zxing_fast, whole), Step("", engines.zxing, whole))
MORE: Final = (
    Step("patch level", engines.zxing_one_level, patches, scaled(0.5)),
    Step("patch bright", engines.zxing_patch, patches, gamma(0.5)),
    Step("patch dark", engines.zxing_patch, patches, gamma(2)),
    Step("erode", engines.zxing_qr, middle, eroded),
    Step("patch threshold zbar", engines.zbar_qr, patches, both(scaled(0.5), thresholded(21))),
    Step("located dark", engines.zxing_patch, located, gamma(2)),
    Step("located threshold", engines.zxing_patch, located, thresholded(31)),
    Step("located sharp zbar", engines.zbar_qr, located, sharpened(3)),
    BarsStep(),
    Step("clahe", engines.zxing_qr, middle, equalised),
    Step("patch blur zbar", engines.zbar_qr, patches, both(blurred(2), scaled(0.5))),
)
PRODUCTS: Final = Step("", engines.zxing_products, small)

STEPS_MAX: Final = len(FIRST) + len(MORE)


def decode(
    frame: Frame,
    *,
    steps_max: int = STEPS_MAX,
    budget_ms: float = math.inf,
    again: Collection[str] = (),
) -> list[Symbol]:
    """Every code in the frame that the cascade finds, the same text once per engine and treatment.

    `steps_max` and `budget_ms` bound the work: no step begins after either. `again` names treatments to try
    before the others, because they read something in the frame before. Once a barcode was read without
    becoming certain, treatments look for a QR code only: more reads of the same bars prove nothing, and some
    are wrong. A video has no time for every step in every frame: see `scan.video`. Raises nothing for what
    is in the picture.
    """
    view, ends = View(frame.pixels), time.perf_counter() + budget_ms / 1000
    found: list[Symbol] = []
    for step in plan(again)[:steps_max]:
        if time.perf_counter() >= ends or _is_hopeless(step, view):
            break
        read = step.run(view)
        if read and not found and not is_settled(read):
            read += opinion.second_opinion(frame.pixels, read)
        found += _worth_keeping(read, step) if found else read
        if is_settled(found):
            break
    if found or time.perf_counter() >= ends or not view.structure.shows_something:
        return found
    return PRODUCTS.run(view)


def _is_hopeless(step: Step | BarsStep, view: View) -> bool:
    """Whether only treatments are left and nothing in the picture looks like a code."""
    return step not in FIRST and not view.structure.shows_something


def _worth_keeping(read: list[Symbol], step: Step | BarsStep) -> list[Symbol]:
    """What a later step may add: everything from the untouched picture, QR codes from a treated one."""
    return [symbol for symbol in read if not step.name or symbol.symbology is Symbology.QR]


def plan(again: Collection[str] = ()) -> tuple[Step | BarsStep, ...]:
    """The steps in order; of the treatments, those in `again` come first."""
    treatments: tuple[Step | BarsStep, ...] = MORE
    return FIRST + tuple(sorted(treatments, key=lambda step: not _is_hinted(step, again)))


def _is_hinted(step: Step | BarsStep, again: Collection[str]) -> bool:
    """A treatment's name begins with its step's: strips add which part of the bars they are."""
    return any(treatment.startswith(step.name) for treatment in again)
