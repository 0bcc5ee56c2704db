"""How brightness changes over a picture: how much, and whether one way (bars) or both ways (a QR code)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from scanrefund.scan.frame import Grey

Plane = NDArray[np.float32]

# The picture is shrunk to this length at most: a code worth finding is then still a dense patch.
SEARCH_SIDE_PX: Final = 320
# Darker than this, noise looks like structure: it is added before the logarithm, which evens out shadows.
DARK_FLOOR: Final = 16.0
# Changes are summed over a twentieth of the picture's length: several modules of any code worth finding.
PATCHES_ACROSS: Final = 40
# Brightness changes by this share a pixel, at least, where there is a code at all.
CONTRAST_MIN: Final = 0.02


@dataclass(frozen=True, slots=True)
class Structure:
    """Planes over a picture shrunk by `factor`. Strengths are shares of brightness changed per pixel.

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
    small = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) if factor < 1 else grey
    light = cv2.log(np.asarray(small, np.float32) + DARK_FLOOR)
    across, down = (cv2.Sobel(light, cv2.CV_32F, *way, scale=0.125) for way in ((1, 0), (0, 1)))
    size = (2 * round(max(small.shape) / PATCHES_ACROSS) + 1,) * 2
    straight, upright = cv2.blur(across * across, size), cv2.blur(down * down, size)
    odd = np.asarray(cv2.blur(2 * across * down, size), np.float32)
    # A running mean of squares can fall a hair below nothing.
    power = np.asarray(np.maximum(straight + upright, 0), np.float32)
    even = np.asarray(straight - upright, np.float32)
    directed = np.asarray(cv2.magnitude(even, odd), np.float32)
    return Structure(
        factor=factor * shrunk,
        strength=np.sqrt(power),
        both_ways=np.sqrt(np.maximum(power - directed, 0)),
        one_way=np.asarray(directed / (power + 1e-6), np.float32),
        even=even,
        odd=odd,
    )
