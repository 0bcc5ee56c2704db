"""Frame after frame to readings: the area of the last code, a quick pass, and one slow step in turn.

A picture gets every step of the cascade at once, a video one frame at a time: what a hard code needs comes
round within a second, and no frame costs more than two plain passes on average. What a step reads is its
hint: it is tried again in every other frame, because three frames may confirm a barcode. What is certain
enough for money, `confirm` alone decides.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final

import numpy as np

from scanrefund.model.shown import Reading, Source
from scanrefund.scan import engines, opinion
from scanrefund.scan.choose import nothing, reading_of
from scanrefund.scan.confirm import Symbols, is_settled, weigh
from scanrefund.scan.decode import FIRST, MORE, PRODUCTS, BarsStep, Step, decode
from scanrefund.scan.engines import PRODUCT_SYMBOLOGIES, Box, Symbol, Symbology
from scanrefund.scan.enhance import Treated, scaled, untreated
from scanrefund.scan.frame import Frame, Grey
from scanrefund.scan.view import MIDDLE_PIXELS_MAX, SMALL_PIXELS_MAX, View

# One second of a 15-frame webcam: long enough for three frames to agree, short enough for one customer.
WINDOW_FRAMES: Final = 15
# How long a treatment that read something is tried first, and the area of a code is looked at first.
HINT_FRAMES: Final = 8
# A hand moves a code by less than its own size between two looks.
AREA_MARGIN: Final = 0.5
AREA_MARGIN_PX_MIN: Final = 48
# Every coordinate is looked at when two frames may be the same; first, one pixel in so many each way.
_SAMPLE: Final = 16

AREA: Final = "area"
QUICK, FULL = FIRST

SlowStep = Step | BarsStep


def _slow_steps() -> tuple[SlowStep, ...]:
    """The full pass before every fourth treatment, because it reads most; products once, to be named."""
    treatments: tuple[SlowStep, ...] = MORE
    mixed: list[SlowStep] = []
    for number, step in enumerate(treatments):
        mixed += [step] if number % 4 else [FULL, step]
    return (*mixed, PRODUCTS)


SLOW: Final = _slow_steps()


class VideoView(View):
    """A view whose smaller forms are shrunk by whole numbers: that costs a tenth of any other factor."""

    @cached_property
    def middle(self) -> Sequence[Treated]:
        return [_shrunk(self.grey, MIDDLE_PIXELS_MAX)]

    @cached_property
    def small(self) -> Sequence[Treated]:
        return [_shrunk(self.grey, SMALL_PIXELS_MAX)]


def _shrunk(grey: Grey, pixels_max: int) -> Treated:
    factor = math.ceil(math.sqrt(grey.size / pixels_max))
    return untreated(grey) if factor <= 1 else scaled(1 / factor)(grey)


class VideoReader:
    """The readings of one source, in the order of its frames. Holds the symbols of the last frames only."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._window: deque[Symbols] = deque(maxlen=WINDOW_FRAMES)
        self._newest: Frame | None = None
        self._turn = -1

    def read(self, frame: Frame) -> Reading:
        """What the frame shows, judged with those before it: Kind.NOTHING where no code is read.

        A frame with the very pixels of the one before is no further witness: another slow step is tried on
        it, as on the same picture, and its time stays that of the first.
        """
        if self._newest is not None and same_pixels(self._newest, frame):
            known = self._window.pop()
            self._window.append(_each_once([*known, *self._slowly(VideoView(frame.pixels), known)]))
        else:
            self._newest = frame
            self._window.append(self._look(frame))
        return self._judged()

    @property
    def places(self) -> list[Box]:
        """Where codes were read in the last few frames, in pixels of a frame, whatever they say."""
        return list({symbol.box: None for symbols in self._recent() for symbol in symbols})

    def last_look(self) -> Reading:
        """The last frame of a recording once more, with every step: no other will come."""
        if self._newest is None:
            return nothing(self._source, None)
        known = self._window.pop()
        more = [] if is_settled(known) else decode(self._newest)
        self._window.append(_each_once([*known, *more]))
        return self._judged()

    def _judged(self) -> Reading:
        taken_at = self._newest.taken_at if self._newest else None
        return reading_of(weigh(self._window, still=False), self._source, taken_at)

    def _look(self, frame: Frame) -> list[Symbol]:
        """The area of the last code, the whole frame quickly (a second code must show), then slowly."""
        view = VideoView(frame.pixels)
        found = [*self._near(frame.pixels), *QUICK.run(view)]
        if found and not is_settled(found):
            found += opinion.second_opinion(frame.pixels, found)
        return _each_once([*found, *self._slowly(view, found)])

    def _near(self, grey: Grey) -> list[Symbol]:
        """What the quick pass reads around the places of the last codes, else the full one."""
        box = next((_around(symbols) for symbols in self._recent() if symbols), None)
        if box is None:
            return []
        left, top, right, bottom = area_of(box, grey.shape)
        crop = np.ascontiguousarray(grey[top:bottom, left:right])
        if not crop.size:
            return []
        return [_moved(symbol, left, top) for symbol in engines.zxing_fast(crop) or engines.zxing(crop)]

    def _slowly(self, view: View, found: Symbols) -> list[Symbol]:
        """One slow step, unless all in view is certain or the picture shows nothing it could find."""
        if is_settled(found):
            return []
        step = self._next_step()
        if step is not FULL and not view.structure.shows_something:
            return []
        read = step.run(view)
        if found:
            return [symbol for symbol in read if step is FULL or symbol.symbology is Symbology.QR]
        return read if not read or is_settled(read) else [*read, *opinion.second_opinion(view.grey, read)]

    def _next_step(self) -> SlowStep:
        """The next in turn; in every other frame, one that read something a moment ago."""
        self._turn += 1
        hinted = [step for step in SLOW if self._is_hinted(step)]
        place = self._turn // 2
        if hinted and self._turn % 2:
            return hinted[place % len(hinted)]
        return SLOW[(place if hinted else self._turn) % len(SLOW)]

    def _is_hinted(self, step: SlowStep) -> bool:
        recent = [symbol for symbols in self._recent() for symbol in symbols]
        if step is PRODUCTS:
            return any(symbol.symbology in PRODUCT_SYMBOLOGIES for symbol in recent)
        # A treatment's name begins with its step's: strips add which part of the bars they are.
        return bool(step.name) and any(symbol.treatment.startswith(step.name) for symbol in recent)

    def _recent(self) -> Iterable[Symbols]:
        """The symbols of the last few frames, the newest first."""
        return list(self._window)[: -HINT_FRAMES - 1 : -1]


def same_pixels(one: Frame, other: Frame) -> bool:
    """Whether two frames are one picture given twice: light and sensor never repeat every pixel."""
    if one.pixels is other.pixels:
        return True
    if one.pixels.shape != other.pixels.shape:
        return False
    sample = (slice(None, None, _SAMPLE),) * 2
    return np.array_equal(one.pixels[sample], other.pixels[sample]) and np.array_equal(
        one.pixels, other.pixels
    )


def _each_once(symbols: Sequence[Symbol]) -> list[Symbol]:
    return list(dict.fromkeys(symbols))


def _around(symbols: Symbols) -> Box:
    """The box around all the symbols."""
    left, top = min(symbol.box[0] for symbol in symbols), min(symbol.box[1] for symbol in symbols)
    right = max(symbol.box[0] + symbol.box[2] for symbol in symbols)
    bottom = max(symbol.box[1] + symbol.box[3] for symbol in symbols)
    return left, top, right - left, bottom - top


def area_of(box: Box, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the box with its margin, as far as the frame goes."""
    left, top, width, height = box
    margin = max(round(AREA_MARGIN * max(width, height)), AREA_MARGIN_PX_MIN)
    right, bottom = min(left + width + margin, shape[1]), min(top + height + margin, shape[0])
    return max(left - margin, 0), max(top - margin, 0), max(right, 0), max(bottom, 0)


def _moved(symbol: Symbol, left: int, top: int) -> Symbol:
    """A symbol of the cut-out area, by its name apart from the untouched picture's."""
    box = (symbol.box[0] + left, symbol.box[1] + top, *symbol.box[2:])
    return replace(symbol, box=box, treatment=AREA)
