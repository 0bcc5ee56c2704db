"""Where a picture looks like a QR code, and such places cut out, laid level and made square.

A code that is small, dark or seen from the side in a large picture is lost among the rest. Cut out and
brought to one size it costs a fraction of the picture to try again, and a treatment sees nothing but it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from scanrefund.scan.enhance import Treated, scaled
from scanrefund.scan.frame import Grey
from scanrefund.scan.structure import CONTRAST_MIN, Structure

Corners = NDArray[np.float32]

# A code changes brightness both ways nearly as much as anything in view does.
SHARE_OF_STRONGEST: Final = 0.3
# Smaller patches, in pixels of the search, are corners and letters.
PATCH_PX_MIN: Final = 15
SIDE_PX_MIN: Final = 3.5
# A photograph shows one code, and perhaps one thing that looks like one; more would cost every empty picture.
REGIONS_MAX: Final = 2
# The quiet zone around a code, on each side an eighth of it.
MARGIN: Final = 1.25
# A code of 45 modules then has eight pixels each; larger codes fill a picture and are read without this.
CROP_SIDE_PX: Final = 360
# The smallest QR code has so many modules a side.
MODULES_MIN: Final = 21
# Around a code whose corners are known, a share of the crop on each side.
QUIET: Final = 1 / 6
# A larger code is shrunk before it is made square: picking pixels out of it would leave its grain.
ENOUGH_PX: Final = 1.5 * CROP_SIDE_PX


def crops(grey: Grey, seen: Structure) -> list[Treated]:
    """The patches that look like a QR code, the largest first: each a square of CROP_SIDE_PX."""
    return [_cut_out(grey, corners) for corners in _regions(seen)]


def is_of_use(corners: Corners) -> bool:
    """Whether a pixel a module fits between the corners: what falls together is no code."""
    sides = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1)
    return bool(sides.min() >= MODULES_MIN and cv2.contourArea(corners) >= MODULES_MIN**2 / 2)


def squared(grey: Grey, corners: Corners) -> Treated:
    """A code whose four corners are known, clockwise from its top left, as a square with its quiet zone."""
    near, far = CROP_SIDE_PX * QUIET, CROP_SIDE_PX * (1 - QUIET)
    square = np.array([(near, near), (far, near), (far, far), (near, far)], np.float32)
    sides = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1)
    shrunk = scaled(min(1.0, ENOUGH_PX / float(sides.max())))(grey)
    onto = cv2.getPerspectiveTransform((corners / shrunk.back[0, 0]).astype(np.float32), square)
    cut = cv2.warpPerspective(
        shrunk.pixels, onto, (CROP_SIDE_PX, CROP_SIDE_PX), borderMode=cv2.BORDER_REPLICATE
    )
    back = cv2.getAffineTransform(square[:3], corners[:3].astype(np.float32))
    return Treated(np.asarray(cut, np.uint8), np.asarray(back, np.float64))


def _regions(seen: Structure) -> Iterator[Corners]:
    """The four corners of each patch in pixels of the picture, its margin included."""
    floor = max(CONTRAST_MIN, SHARE_OF_STRONGEST * float(seen.both_ways.max()))
    mask = cv2.morphologyEx(
        np.asarray(seen.both_ways > floor, np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)
    )
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    large = sorted(outlines, key=cv2.contourArea, reverse=True)[:REGIONS_MAX]
    for outline in large:
        middle, size, angle = cv2.minAreaRect(outline)
        if cv2.contourArea(outline) >= PATCH_PX_MIN and min(size) >= SIDE_PX_MIN:
            wide = (size[0] * MARGIN, size[1] * MARGIN)
            yield np.asarray(cv2.boxPoints((middle, wide, angle)) / seen.factor, np.float32)


def _cut_out(grey: Grey, corners: Corners) -> Treated:
    """The patch as a square: one that is seen from the side is stretched back to its shape."""
    side = CROP_SIDE_PX - 1
    square = np.array([[0, side], [0, 0], [side, 0]], np.float32)
    onto = cv2.getAffineTransform(corners[:3], square)
    cut = cv2.warpAffine(grey, onto, (CROP_SIDE_PX, CROP_SIDE_PX), borderMode=cv2.BORDER_REPLICATE)
    return Treated(np.asarray(cut, np.uint8), np.asarray(cv2.invertAffineTransform(onto), np.float64))
