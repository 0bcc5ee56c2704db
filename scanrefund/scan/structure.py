"""How brightness changes over a picture: how much, and whether one way (bars) or both ways (a QR code)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from scanrefund.scan.frame import Grey

Plane = NDArray[np.float32]

# The picture is shrunk to this length at most: a code worth finding is then still a dense patch.
SEARCH_SIDE_PX: Final = 320
# Changes are told for every other pixel: they are summed over many anyway, and a quarter is fast to look at.
KEPT_OF_SEARCH: Final = 0.5
# Darker than this, noise looks like structure: it is added before the logarithm, which evens out shadows.
DARK_FLOOR: Final = 16.0
# Changes are summed over a twentieth of the picture's length: several modules of any code worth finding.
PATCHES_ACROSS: Final = 40
# Brightness changes by this share a pixel, at least, where there is a code at all.
CONTRAST_MIN: Final = 0.02

_LIGHT: Final = np.log(np.arange(256, dtype=np.float32) + DARK_FLOOR)


@dataclass(frozen=True, slots=True)
class Structure:
    """Planes over a picture, shrunk by `factor`. Strengths are shares of brightness changed per pixel.

    `both_ways` is the strength of the weaker of two directions at right angles. `one_way` is 1 where all
    changes point one way and 0 where none is preferred; (`even`, `odd`) point that way at twice its angle.
    """

    factor: float
    strength: Plane
    both_ways: Plane
    one_way: Plane
    even: Plane
    odd: Plane

    @property
    def shows_something(self) -> bool:
        """Whether brightness changes anywhere as much as it does in a code, however faint."""
        return float(self.strength.max()) > CONTRAST_MIN


def structure_of(grey: Grey, shrunk: float = 1.0) -> Structure:
    """The structure tensor of the picture, in words. `grey` may be `shrunk` by a factor already."""
    factor = min(SEARCH_SIDE_PX / max(grey.shape), 1.0)
    light = cv2.LUT(_shrunk(grey, factor), _LIGHT)
    across, down = (cv2.Sobel(light, cv2.CV_32F, *way, scale=0.125) for way in ((1, 0), (0, 1)))
    straight, upright = _summed(cv2.multiply(across, across)), _summed(cv2.multiply(down, down))
    odd = _summed(cv2.multiply(across, down, scale=2))
    # A running mean of squares can fall a hair below nothing.
    power = np.asarray(np.maximum(straight + upright, 0), np.float32)
    even = np.asarray(straight - upright, np.float32)
    directed = np.asarray(cv2.magnitude(even, odd), np.float32)
    return Structure(
        factor=factor * shrunk * KEPT_OF_SEARCH,
        strength=np.sqrt(power),
        both_ways=np.sqrt(np.maximum(power - directed, 0)),
        one_way=np.asarray(directed / (power + 1e-6), np.float32),
        even=even,
        odd=odd,
    )


def _shrunk(picture: MatLike, factor: float) -> MatLike:
    if factor >= 1:
        return picture
    height, width = (max(round(side * factor), 1) for side in picture.shape)
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)


def _summed(changes: MatLike) -> Plane:
    kept = _shrunk(changes, KEPT_OF_SEARCH)
    size = (2 * round(max(kept.shape) / PATCHES_ACROSS) + 1,) * 2
    return np.asarray(cv2.blur(kept, size), np.float32)
