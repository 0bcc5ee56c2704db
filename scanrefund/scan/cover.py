"""What was read is covered before a preview shows it: a picture of the page must hold no code that pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scanrefund.scan.engines import Box
from scanrefund.scan.frame import Frame
from scanrefund.scan.video import area_of


def covered(frame: Frame, places: Sequence[Box]) -> Frame:
    """The frame with each place and its surroundings in one shade; the frame itself where there are none."""
    if not places:
        return frame
    pixels = frame.pixels.copy()
    colours = None if frame.colours is None else frame.colours.copy()
    for place in places:
        left, top, right, bottom = area_of(place, pixels.shape)
        for picture in (pixels, colours):
            if picture is not None and picture[top:bottom, left:right].size:
                picture[top:bottom, left:right] = picture[top:bottom, left:right].mean(axis=(0, 1))
    return replace(frame, pixels=pixels, colours=colours)
