"""Black pictures and frozen ones."""

from __future__ import annotations

import numpy as np

from scanrefund.scan.frame import Frame, Grey
from scanrefund.scan.light import BLACK_S, FROZEN_S, Light

SEED = 20261123
RANDOM = np.random.default_rng(SEED)


def noisy(level: int, spread: int = 4) -> Frame:
    pixels: Grey = RANDOM.integers(level, level + spread, (240, 320), np.uint8)
    return Frame(pixels, None, "desk")


def troubles(frames: list[Frame], frame_s: float = 0.1) -> list[str]:
    light = Light()
    return [light.note(frame, number * frame_s) for number, frame in enumerate(frames)]


def test_a_lit_picture_is_no_trouble() -> None:
    assert set(troubles([noisy(90) for _ in range(80)])) == {""}


def test_a_black_picture_is_told_after_a_moment_and_until_it_is_lit() -> None:
    told = troubles([*(noisy(2) for _ in range(25)), noisy(90)])
    first = told.index("camera_black")
    assert first == round(BLACK_S / 0.1)
    assert set(told[first:-1]) == {"camera_black"}
    assert told[-1] == ""


def test_a_hand_before_the_lens_is_no_trouble() -> None:
    dark = round(BLACK_S / 0.1)
    assert set(troubles([*(noisy(2) for _ in range(dark)), noisy(90), noisy(2)])) == {""}


def test_a_phone_in_a_dark_room_is_no_black_picture() -> None:
    frames = [noisy(2) for _ in range(40)]
    for frame in frames:
        frame.pixels[100:140, 100:140] = 200
    assert set(troubles(frames)) == {""}


def test_the_same_pixels_for_long_are_a_frozen_picture() -> None:
    still = noisy(90)
    told = troubles([*[Frame(still.pixels.copy(), None, "desk") for _ in range(52)], noisy(90)])
    assert told.index("camera_frozen") == round(FROZEN_S / 0.1)
    assert told[-2:] == ["camera_frozen", ""]


def test_one_pixel_that_changes_is_enough_to_be_alive() -> None:
    frames = [noisy(90)] * 1
    for number in range(60):
        pixels = frames[0].pixels.copy()
        pixels[7, 9] = number
        frames.append(Frame(pixels, None, "desk"))
    assert set(troubles(frames)) == {""}


def test_a_lens_cap_is_black_and_not_frozen() -> None:
    black = Frame(np.zeros((240, 320), np.uint8), None, "desk")
    assert set(troubles([black] * 80)) == {"", "camera_black"}
