"""What was read is covered in every preview: nobody pays with a picture of the page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
import pytest
from PIL import Image

from scanrefund.sandbox.drawing import code128, qr
from scanrefund.scan import engines
from scanrefund.scan.cover import covered
from scanrefund.scan.frame import Frame, Grey
from scanrefund.scan.live import Live
from scanrefund.scan.presence import Announced
from scanrefund.scan.preview import Preview
from tests.unit.scan.cameras import WAIT_S, Played, Plug, grainy, heard
from tests.unit.scan.symbols import WECHAT, grey

DESK = (720, 1280)


def phone(drawn: Grey, at: tuple[int, int]) -> Grey:
    """A code on a bright screen on a dark desk."""
    desk = np.full(DESK, 90, np.uint8)
    (top, left), (height, width) = at, drawn.shape
    desk[top : top + height, left : left + width] = drawn
    return desk


@pytest.mark.parametrize("draw", [qr, partial(code128, module_px=6)], ids=["qr", "bars"])
def test_a_code_that_is_told_is_in_no_preview(draw: Callable[[str], Image.Image]) -> None:
    """A hand that moves: the code is covered where it is, and not where it was."""
    drawn = grey(draw(WECHAT))
    film = [grainy(phone(drawn, (60 + 12 * step, 80 + 20 * step)), step) for step in range(8)]
    with Live("desk", Plug(Played(film, live=False))) as camera:
        listener = camera.listen()
        camera.start()
        shown: list[Preview] = []
        while (preview := camera.preview(shown[-1].number if shown else 0, WAIT_S)) is not None:
            shown.append(preview)
        told = [one for one in heard(listener) if isinstance(one, Announced)]
    assert [one.reading.shown.code.reveal() for one in told if one.reading.shown.code] == [WECHAT]
    assert shown
    for preview in shown:
        picture = cv2.imdecode(np.frombuffer(preview.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
        assert engines.zxing(np.asarray(picture, np.uint8)) == []


def test_colours_are_covered_too_and_the_frame_itself_is_not_touched() -> None:
    pixels = np.arange(100, dtype=np.uint8).reshape(10, 10).repeat(40, 0).repeat(40, 1)
    frame = Frame(pixels, None, "desk", np.dstack([pixels] * 3))
    seen = covered(frame, [(180, 180, 40, 40)])
    assert seen.colours is not None
    assert np.unique(seen.pixels[160:240, 160:240]).size == 1
    assert np.unique(seen.colours[160:240, 160:240]).size == 1
    assert (seen.pixels[:100] == pixels[:100]).all()
    assert np.unique(frame.pixels).size == 100
    assert covered(frame, []) is frame


def test_a_place_at_the_edge_or_beyond_it_is_no_trouble() -> None:
    frame = Frame(np.full((50, 60), 7, np.uint8), None, "desk")
    for place in [(-30, -30, 20, 20), (55, 45, 40, 40), (500, 500, 10, 10)]:
        assert covered(frame, [place]).pixels.shape == (50, 60)
