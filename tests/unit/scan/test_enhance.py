"""Treatments keep the place of things, and stay within their bounds."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scanrefund.scan import enhance
from scanrefund.scan.enhance import Treatment
from scanrefund.scan.view import MIDDLE_PIXELS_MAX

ALL = [
    enhance.scaled(0.5),
    enhance.blurred(1.0),
    enhance.gamma(2),
    enhance.equalised,
    enhance.thresholded(31),
    enhance.sharpened(4),
    enhance.eroded,
    enhance.both(enhance.scaled(0.5), enhance.thresholded(21)),
]


@pytest.mark.parametrize("treat", ALL)
@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (80, 60)])
def test_a_treatment_gives_bytes_for_any_shape(treat: Treatment, shape: tuple[int, int]) -> None:
    pixels = treat(np.full(shape, 128, np.uint8)).pixels
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous


@pytest.mark.parametrize(
    ("treat", "here", "there"),
    [
        (enhance.scaled(0.5), (10, 20, 30, 40), (20, 40, 60, 80)),
        (enhance.both(enhance.scaled(0.5), enhance.scaled(0.5)), (10, 5, 20, 10), (40, 20, 80, 40)),
        (enhance.blurred(1.0), (10, 20, 30, 40), (10, 20, 30, 40)),
    ],
)
def test_a_box_is_taken_back_to_the_frame(
    treat: Treatment, here: tuple[int, int, int, int], there: tuple[int, int, int, int]
) -> None:
    assert treat(np.zeros((200, 300), np.uint8)).box_in_frame(here) == there


def test_large_pictures_are_treated_small() -> None:
    large = np.zeros((5000, 4000), np.uint8)
    small = enhance.bounded(large, MIDDLE_PIXELS_MAX)
    assert small.pixels.size <= MIDDLE_PIXELS_MAX * 1.01
    assert small.box_in_frame((0, 0, small.pixels.shape[1], small.pixels.shape[0])) == (0, 0, 4000, 5000)


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 3), (4, 4, 4)])
def test_any_camera_picture_becomes_grey(shape: tuple[int, ...]) -> None:
    assert enhance.to_grey(np.full(shape, 200, np.uint8)).tolist() == [[200] * 4] * 4


def test_sixteen_bits_become_eight() -> None:
    assert enhance.to_grey(np.full((2, 2), 51200, np.uint16)).tolist() == [[200, 200]] * 2


@pytest.mark.parametrize("shape", [(10, 30_000), (30_000, 10), (21, 119_000), (1, 2_500_000), (1_200, 2_000)])
@pytest.mark.parametrize("treat", ALL)
def test_no_treatment_makes_a_picture_larger(treat: Treatment, shape: tuple[int, int]) -> None:
    treated = treat(np.full(shape, 128, np.uint8)).pixels
    assert treated.size <= math.prod(shape)
