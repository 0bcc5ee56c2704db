"""Frame after frame: what is tried when, what a hint is worth, and what is no further witness."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pytest

from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.shown import Kind, Reading, Source
from scanrefund.sandbox.drawing import code_page, ean13, qr
from scanrefund.scan.decode import MORE, BarsStep
from scanrefund.scan.frame import Frame, Grey
from scanrefund.scan.video import FULL, SLOW, WINDOW_FRAMES, VideoReader, VideoView, same_pixels
from tests.unit.scan.symbols import ALIPAY, WECHAT, grey

SEED = 20261128
START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FRAMES_A_SECOND = 15
SIZE = (720, 960)
PRODUCT = "6901234567892"


def scene(*things: tuple[Grey, tuple[int, int]], size: tuple[int, int] = SIZE) -> Grey:
    """A grey desk with things laid on it, each with its left upper corner (across, down)."""
    desk = np.full(size, 110, np.uint8)
    for thing, (left, top) in things:
        desk[top : top + thing.shape[0], left : left + thing.shape[1]] = thing
    return desk


def filmed(pixels: Grey, count: int, begin: int = 0) -> Iterator[Frame]:
    """A still scene as a camera gives it: never the same pixels twice."""
    random = np.random.default_rng(SEED + begin)
    for number in range(begin, begin + count):
        grain = random.normal(0, 2, pixels.shape)
        noisy = np.clip(pixels + grain, 0, 255).astype(np.uint8)
        yield Frame(noisy, START + timedelta(seconds=number / FRAMES_A_SECOND), "desk")


def readings(frames: Iterator[Frame]) -> list[Reading]:
    reader = VideoReader(Source.CAMERA)
    return [reader.read(frame) for frame in frames]


def code(text: str) -> Grey:
    return cv2.resize(grey(qr(text)), (210, 210), interpolation=cv2.INTER_AREA).astype(np.uint8)


def test_an_easy_code_is_read_from_its_first_frame() -> None:
    [reading] = readings(filmed(scene((code(WECHAT), (300, 200))), 1))
    assert reading.shown.code == PaymentCode(WECHAT)
    assert reading.confirmed


def test_one_round_of_slow_steps_tries_every_treatment_within_a_second() -> None:
    assert set(MORE) <= set(SLOW)
    assert len(SLOW) <= FRAMES_A_SECOND
    gaps = np.diff([place for place, step in enumerate((*SLOW, *SLOW)) if step is FULL])
    assert max(gaps) <= FRAMES_A_SECOND / 3


def test_a_code_that_only_a_treatment_reads_is_read_within_a_second() -> None:
    pale = scene((code(WECHAT), (300, 200)))
    glared = np.asarray(255 - (255 - pale.astype(np.float32)) * 0.06, np.uint8)
    frames = list(filmed(glared, FRAMES_A_SECOND))
    assert not any(FULL.run(VideoView(frame.pixels)) for frame in frames[:4])
    told = readings(iter(frames))
    assert next(reading.shown.code for reading in told if reading.confirmed) == PaymentCode(WECHAT)


def test_the_area_of_the_last_code_is_looked_at_first_and_closely() -> None:
    """The code turns light on dark, which the quick pass cannot read: the area's full pass does at once."""
    dark = np.asarray(255 - code(WECHAT), np.uint8)
    frames = [
        *filmed(scene((code(WECHAT), (300, 200))), 1),
        *filmed(scene((dark, (310, 205))), 1, begin=1),
    ]
    # Bars are due in the whole of the second frame: no step for a QR code.
    due = next(turn for turn, step in enumerate(SLOW) if isinstance(step, BarsStep)) - 1
    reader = VideoReader(Source.CAMERA)
    reader._turn = due
    assert [reader.read(one).shown.code for one in frames] == [PaymentCode(WECHAT)] * 2
    reader = VideoReader(Source.CAMERA)
    reader._turn = due
    told = [reader.read(one) for one in (frames[0], *filmed(scene((dark, (600, 480))), 1, begin=1))]
    assert told[1].shown.kind is Kind.NOTHING


def test_a_second_code_shows_though_the_first_ones_area_answers() -> None:
    one = scene((code(WECHAT), (100, 100)))
    both = scene((code(WECHAT), (100, 100)), (code(ALIPAY), (600, 400)))
    told = readings(iter([*filmed(one, 1), *filmed(both, 1, begin=1)]))
    assert {told[1].shown.code, *(rival.code for rival in told[1].rivals)} == {
        PaymentCode(WECHAT),
        PaymentCode(ALIPAY),
    }


def test_what_read_something_is_tried_again_in_every_other_frame() -> None:
    """Three frames must agree on a product barcode: without the hint one in fifteen looks for it."""
    told = readings(filmed(scene((grey(ean13(PRODUCT)), (100, 100))), 2 * WINDOW_FRAMES))
    first = next(number for number, one in enumerate(told) if one.shown.kind is not Kind.NOTHING)
    certain = next(number for number, one in enumerate(told) if one.confirmed)
    assert told[certain].shown.kind is Kind.PRODUCT_BARCODE
    assert certain - first <= 6


def test_a_hint_leaves_every_other_turn_to_the_rest() -> None:
    reader = VideoReader(Source.CAMERA)
    for frame in filmed(scene((grey(ean13(PRODUCT)), (100, 100))), 2 * WINDOW_FRAMES):
        reader.read(frame)
    upcoming = {reader._next_step() for _ in range(2 * len(SLOW))}
    assert upcoming == set(SLOW)


def test_the_same_pixels_again_are_no_further_witness() -> None:
    [first] = filmed(scene((grey(ean13(PRODUCT)), (100, 100))), 1)
    again = [Frame(first.pixels.copy(), START + timedelta(seconds=n), "desk") for n in range(40)]
    told = readings(iter([first, *again]))
    assert told[-1].shown.kind is Kind.PRODUCT_BARCODE  # every step came round
    assert not any(reading.confirmed for reading in told)
    assert {reading.taken_at for reading in told} == {START}  # a frozen code grows old


def test_the_last_frame_of_a_recording_gets_every_step() -> None:
    pale = scene((code(WECHAT), (300, 200)))
    glared = np.asarray(255 - (255 - pale.astype(np.float32)) * 0.06, np.uint8)
    reader = VideoReader(Source.PICTURE)
    [frame] = filmed(glared, 1)
    assert reader.read(frame).shown.kind is Kind.NOTHING
    assert reader.last_look().shown.code == PaymentCode(WECHAT)
    assert VideoReader(Source.PICTURE).last_look().shown.kind is Kind.NOTHING


def test_frames_are_the_same_only_if_every_pixel_is() -> None:
    one = Frame(np.zeros((100, 100), np.uint8), None, "desk")
    other = one.pixels.copy()
    assert same_pixels(one, Frame(other, START, "desk"))
    other[3, 5] = 1
    assert not same_pixels(one, Frame(other, None, "desk"))
    assert not same_pixels(one, Frame(np.zeros((50, 200), np.uint8), None, "desk"))


@pytest.mark.parametrize("size", [(60, 60), (21, 400), (2000, 3000)])
def test_any_size_of_frame_is_looked_at(size: tuple[int, int]) -> None:
    told = readings(filmed(scene(size=size), 1 if size[0] > 1000 else len(SLOW)))
    assert {reading.shown.kind for reading in told} == {Kind.NOTHING}


def test_no_reading_prints_its_code() -> None:
    page = grey(code_page("wechat", WECHAT))
    assert WECHAT not in repr(readings(iter([Frame(page, START, "desk")])))
