"""What is done to a picture before it is tried again: mild and cheap, each pays on other pictures.

Sharpening turns hard barcodes into wrong digits more often: it is for QR codes, whose own checks catch that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from scanrefund.scan.engines import Box, box_around
from scanrefund.scan.frame import Grey


@dataclass(frozen=True, slots=True)
class Treated:
    """A treated picture, and the 2×3 matrix that takes its points back to the frame's."""

    pixels: Grey
    back: NDArray[np.float64]

    def box_in_frame(self, box: Box) -> Box:
        left, top, width, height = box
        corners = np.array([[left, top, 1], [left + width, top, 1], [left, top + height, 1]])
        far = np.array([[left + width, top + height, 1]])
        return box_around((np.vstack([corners, far]) @ self.back.T).tolist())


Treatment = Callable[[Grey], Treated]

# A difference is added to itself so many times: more brings the noise back too.
SHARPEN: Final = 1.5


def scaled(factor: float) -> Treatment:
    """Shrunk, below 1: moiré goes, and pyzbar reads small codes better than large ones."""

    def treat(grey: Grey) -> Treated:
        size = (max(round(grey.shape[1] * factor), 1), max(round(grey.shape[0] * factor), 1))
        back = np.array([[grey.shape[1] / size[0], 0, 0], [0, grey.shape[0] / size[1], 0]])
        return Treated(_bytes(cv2.resize(grey, size, interpolation=cv2.INTER_AREA)), back)

    return treat


def blurred(pixels: float) -> Treatment:
    """A little blur: screen stripes and sensor noise go."""
    return lambda grey: _same_place(cv2.GaussianBlur(grey, (0, 0), pixels))


def sharpened(pixels: float) -> Treatment:
    """Differences over so many pixels made larger: a code out of focus comes back a little."""

    def treat(grey: Grey) -> Treated:
        soft = cv2.GaussianBlur(grey, (0, 0), pixels)
        return _same_place(cv2.addWeighted(grey, 1 + SHARPEN, soft, -SHARPEN, 0))

    return treat


def eroded(grey: Grey) -> Treated:
    """Dark grows by a pixel on each side: thin and broken modules close."""
    return _same_place(cv2.erode(grey, np.ones((3, 3), np.uint8)))


def both(first: Treatment, then: Treatment) -> Treatment:
    """One after the other."""

    def treat(grey: Grey) -> Treated:
        one = first(grey)
        two = then(one.pixels)
        return Treated(two.pixels, (_square(one.back) @ _square(two.back))[:2])

    return treat


def gamma(power: float) -> Treatment:
    """Above 1 darker, which gives back the difference between white and glare; below 1 brighter."""
    curve = ((np.arange(256) / 255.0) ** power * 255).astype(np.uint8)
    return lambda grey: _same_place(cv2.LUT(grey, curve))


def equalised(grey: Grey) -> Treated:
    """CLAHE: contrast made even, tile by tile."""
    return _same_place(cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(grey))


def thresholded(around_px: int) -> Treatment:
    """Black or white by the neighbourhood of so many pixels, an odd number: shadows go."""
    method = cv2.ADAPTIVE_THRESH_GAUSSIAN_C
    return lambda grey: _same_place(cv2.adaptiveThreshold(grey, 255, method, cv2.THRESH_BINARY, around_px, 5))


def untreated(grey: Grey) -> Treated:
    return _same_place(grey)


def bounded(grey: Grey, pixels_max: int) -> Treated:
    """The picture shrunk to `pixels_max` where it is larger."""
    if grey.size <= pixels_max:
        return _same_place(grey)
    return scaled((pixels_max / grey.size) ** 0.5)(grey)


def _square(back: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.vstack([back, [0.0, 0.0, 1.0]])


def _same_place(pixels: object) -> Treated:
    return Treated(_bytes(pixels), np.array([[1.0, 0, 0], [0, 1.0, 0]]))


def _bytes(pixels: object) -> Grey:
    return np.ascontiguousarray(pixels, np.uint8)


def to_grey(picture: NDArray[np.generic]) -> Grey:
    """A picture as OpenCV gives it (grey, BGR, BGRA or 16 bits) as 8-bit grey."""
    if picture.dtype != np.uint8:
        picture = cv2.convertScaleAbs(np.asarray(picture, np.float32), alpha=1 / 256)
    if picture.ndim == 2:
        return _bytes(picture)
    code = cv2.COLOR_BGRA2GRAY if picture.shape[2] == 4 else cv2.COLOR_BGR2GRAY
    return _bytes(cv2.cvtColor(_bytes(picture), code))
