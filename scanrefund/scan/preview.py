"""A frame as a small JPEG, for a page that shows what the camera sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import cv2
import numpy as np

from scanrefund.scan.frame import Frame

WIDTH_PX_MAX: Final = 640
_QUALITY: Final = 75


@dataclass(frozen=True, slots=True)
class Preview:
    """A JPEG at most WIDTH_PX_MAX wide. `number` counts the frames of a camera; the next is larger.

    What was read in the frame is covered (`cover.py`); a code that is still being read may be in it: it is
    shown to whoever stands at the counter, and kept nowhere.
    """

    number: int
    jpeg: bytes = field(repr=False)
    taken_at: datetime | None


def as_preview(number: int, frame: Frame) -> Preview:
    """Coloured where the camera is."""
    picture = frame.pixels if frame.colours is None else frame.colours
    height, width = picture.shape[:2]
    if width > WIDTH_PX_MAX:
        size = (WIDTH_PX_MAX, max(round(height * WIDTH_PX_MAX / width), 1))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return Preview(number, jpeg.tobytes(), frame.taken_at)
