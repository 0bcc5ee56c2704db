"""Barcodes that no decoder finds: look for the bars, lay them level, and average along them.

A decoder for pictures reads one line of pixels after the other. Bars are long: along them every line says
the same, and the mean of fifty noisy, scratched or stained lines is one clean line. What comes out is a
strip: a small picture with the bars upright, to be read by any engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from scanrefund.scan.engines import Box
from scanrefund.scan.frame import Grey
from scanrefund.scan.structure import CONTRAST_MIN, Plane, Structure

# Neighbouring gradients of bars point one way: 1 is all of them, 0 is none more than another.
ONE_WAY_MIN: Final = 0.55
# Bars alternate more than anything else in view: what changes less than this share of the most is not one.
SHARE_OF_STRONGEST: Final = 0.35
# Code 128 of three characters has 68 modules; fewer pixels across than this cannot show them.
ACROSS_PX_MIN: Final = 12
# A picture holds one or two barcodes: more places to look cost time on pictures without any.
PLACES_MAX: Final = 2
# The shortest Code 128, one character long, has 25 edges; a hard one loses some of them.
EDGES_MIN: Final = 20
# A line's own middle grey is that of so many pixels around: several bars of any barcode.
AROUND_PX: Final = 101
# Quiet zones: ten modules on each side; of a short code that is an eighth of its length.
MARGIN: Final = 0.13

# Two pixels of the strip for one of the picture; the edges of a tiny code lie between pixels and want more.
STRIP_WIDTH_PX: Final = (700, 1600)
STRIP_ROWS: Final = 32
STRIP_HEIGHT_PX: Final = 12
# The strips of one place: all of the bars' length, then each half, because a stain often spares one.
PARTS: Final = ("", "upper", "lower")
# The lean of bars is measured where they are still aslant: the second round finds what the first left.
LEVEL_ROUNDS: Final = 2


@dataclass(frozen=True, slots=True)
class Bars:
    """Where bars lie in a picture: their middle and the unit vector across them, in its coordinates."""

    middle: tuple[float, float]
    direction: tuple[float, float]
    across_px: float
    along_px: float

    @property
    def box(self) -> Box:
        """The upright box around the bars: left, top, width, height in whole pixels."""
        (x, y), (cosine, sine) = self.middle, self.direction
        width = abs(cosine) * self.across_px + abs(sine) * self.along_px
        height = abs(sine) * self.across_px + abs(cosine) * self.along_px
        return round(x - width / 2), round(y - height / 2), round(width), round(height)


def find_bars(seen: Structure) -> list[Bars]:
    """The places where bars lie side by side, the largest first."""
    floor = max(CONTRAST_MIN, SHARE_OF_STRONGEST * float(seen.strength.max()))
    mask = np.asarray((seen.one_way > ONE_WAY_MIN) & (seen.strength > floor), np.uint8)
    found = [bars for bars in _places(mask, seen) if bars.across_px * seen.factor >= ACROSS_PX_MIN]
    return sorted(found, key=lambda bars: -bars.across_px * bars.along_px)[:PLACES_MAX]


def _places(mask: Grey, seen: Structure) -> Iterator[Bars]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    long = (label for label in range(1, count) if np.hypot(*stats[label, 2:4]) >= ACROSS_PX_MIN)
    large = sorted(long, key=lambda label: -stats[label, cv2.CC_STAT_AREA])[: 2 * PLACES_MAX]
    for label in large:
        left, top, wide, high = stats[label, :4]
        window = np.s_[top : top + high, left : left + wide]
        inside = labels[window] == label
        angle = 0.5 * np.arctan2(seen.odd[window][inside].sum(), seen.even[window][inside].sum())
        rows, columns = np.nonzero(inside)
        yield _measured(columns + left, rows + top, float(angle), seen.factor)


def _measured(x: NDArray[np.intp], y: NDArray[np.intp], angle: float, factor: float) -> Bars:
    cosine, sine = float(np.cos(angle)), float(np.sin(angle))
    across, along = x * cosine + y * sine, y * cosine - x * sine
    low, high = _between(across, 0.005)
    # The ends along the bars are where the smoothed mask frays: the inner four fifths are bars for sure.
    near, far = _between(along, 0.1)
    middle, side = (low + high) / 2, (near + far) / 2
    at = ((middle * cosine - side * sine) / factor, (middle * sine + side * cosine) / factor)
    return Bars(
        (float(at[0]), float(at[1])),
        (cosine, sine),
        float(high - low) / factor,
        max(float(far - near), 1.0) / factor,
    )


def _between(places: NDArray[np.float64], share: float) -> tuple[float, float]:
    """The lowest and highest of the places, `share` of them left out at each end."""
    ordered = np.sort(places)
    left_out = round(share * (len(ordered) - 1))
    return float(ordered[left_out]), float(ordered[-1 - left_out])


def strips(grey: Grey, bars: Bars) -> list[Grey]:
    """The bars laid level and averaged along their length, for each of PARTS."""
    rows = _levelled(_cut_out(grey, bars))
    half = len(rows) // 2
    return [_strip(part) for part in (rows, rows[:half], rows[half:])]


def may_be_a_code(strip: Grey) -> bool:
    """Whether light and dark alternate often enough, up and down by half of the usual difference."""
    line = strip[0].astype(np.float32) - cv2.blur(strip[:1], (AROUND_PX, 1))[0]
    swing = np.sign(line) * (np.abs(line) > line.std() / 2)
    sides = swing[swing != 0]
    return int(np.count_nonzero(np.diff(sides))) >= EDGES_MIN


def _cut_out(grey: Grey, bars: Bars) -> Plane:
    """The bars with their quiet zones, upright, STRIP_ROWS high."""
    length = bars.across_px * (1 + 2 * MARGIN)
    width = int(np.clip(2 * length, *STRIP_WIDTH_PX))
    step, rise = length / width, bars.along_px / STRIP_ROWS
    (x, y), (cosine, sine) = bars.middle, bars.direction
    back = np.array([[cosine * step, -sine * rise, x], [sine * step, cosine * rise, y]])
    back[:, 2] -= back[:, :2] @ (width / 2, STRIP_ROWS / 2)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    cut = cv2.warpAffine(grey, back, (width, STRIP_ROWS), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.float32)


def _levelled(rows: Plane) -> Plane:
    """Every bar made upright. Seen from the side bars lean, more and more from one end to the other."""
    for _ in range(LEVEL_ROUNDS):
        lean = _lean(rows)
        height, width = rows.shape
        down = np.repeat(np.arange(height, dtype=np.float32)[:, None], width, axis=1)
        moved = np.arange(width, dtype=np.float32) + lean * (down - (height - 1) / 2)
        rows = np.asarray(cv2.remap(rows, moved, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
    return rows


def _lean(rows: Plane) -> Plane:
    """For every column how many pixels a bar there moves sideways from one row to the next."""
    across, down = cv2.Sobel(rows, cv2.CV_32F, 1, 0), cv2.Sobel(rows, cv2.CV_32F, 0, 1)
    weight, moved = (across * across).sum(axis=0), -(across * down).sum(axis=0)
    place = np.linspace(-1.0, 1.0, rows.shape[1])
    total = weight.sum() + 1e-6
    at = (weight * place).sum() / total
    slope = ((place - at) * moved).sum() / ((place - at) ** 2 * weight).sum().clip(1e-6)
    return np.asarray(moved.sum() / total + slope * (place - at), np.float32)


def _strip(rows: Plane) -> Grey:
    line = np.clip(rows.mean(axis=0), 0, 255).astype(np.uint8)
    return np.repeat(line[None, :], STRIP_HEIGHT_PX, axis=0)
