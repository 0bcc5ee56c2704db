"""Does the picture show anything at all? Black pictures and frozen ones, told by their pixels. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from scanrefund.scan.frame import Frame
from scanrefund.scan.video import same_pixels

# In a picture behind a lens cap hardly one pixel in a hundred is brighter; the screen of a phone in a dark
# room is.
BLACK_LEVEL_MAX: Final = 24
# Cameras begin black for a moment, and a hand covers the lens for one.
BLACK_S: Final = 2.0
# Light and sensor never repeat every pixel, but a network camera may send a still scene unchanged from one
# of its key pictures to the next: those are a second or two apart.
FROZEN_S: Final = 5.0
_SAMPLE: Final = 8
_BRIGHT_PERCENTILE: Final = 99


@dataclass(slots=True)
class Light:
    """How long the pictures have been black, or the same one."""

    _newest: Frame | None = None
    _black_since_s: float | None = None
    _same_since_s: float = 0.0

    def note(self, frame: Frame, at_s: float) -> str:
        """The trouble with the pictures up to this frame: `camera_black`, `camera_frozen` or none.

        `at_s` counts seconds from any beginning.
        """
        if self._newest is None or not same_pixels(self._newest, frame):
            self._newest, self._same_since_s = frame, at_s
            self._black_since_s = self._since(at_s) if _is_black(frame) else None
        if self._black_since_s is not None and at_s - self._black_since_s >= BLACK_S:
            return "camera_black"
        return "camera_frozen" if at_s - self._same_since_s >= FROZEN_S else ""

    def _since(self, at_s: float) -> float:
        return at_s if self._black_since_s is None else self._black_since_s


def _is_black(frame: Frame) -> bool:
    return bool(np.percentile(frame.pixels[::_SAMPLE, ::_SAMPLE], _BRIGHT_PERCENTILE) < BLACK_LEVEL_MAX)
