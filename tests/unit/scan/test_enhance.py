"""Treatments keep the place of things, and stay within their bounds."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scanrefund.scan import enhance
from scanrefund.scan.enhance import ENLARGED_FROM_PIXELS_MAX, TURNED_PIXELS_MAX, Treatment
from scanrefund.scan.view import MIDDLE_PIXELS_MAX

ALL = [
    enhance.scaled(0.5),
    enhance.scaled(2),
    enhance.rotated(-10),
    enhance.rotated(45),
    enhance.blurred(1.0),
    enhance.gamma(2),
    enhance.equalised,
    enhance.eroded,
    enhance.thresholded(31),
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
        (enhance.scaled(2), (10, 20, 30, 40), (5, 10, 15, 20)),
        (enhance.blurred(1.0), (10, 20, 30, 40), (10, 20, 30, 40)),
    ],
)
def test_a_box_is_taken_back_to_the_frame(
    treat: Treatment, here: tuple[int, int, int, int], there: tuple[int, int, int, int]
) -> None:
    assert treat(np.zeros((200, 300), np.uint8)).box_in_frame(here) == there


def test_a_turned_spot_is_found_where_it_was() -> None:
    picture = np.zeros((200, 300), np.uint8)
    picture[40:44, 250:254] = 255
    turned = enhance.rotated(-10)(picture)
    row, column = np.unravel_index(int(turned.pixels.argmax()), turned.pixels.shape)
    left, top, _, _ = turned.box_in_frame((int(column), int(row), 0, 0))
    assert abs(left - 251) <= 3
    assert abs(top - 41) <= 3


def test_large_pictures_are_treated_small() -> None:
    large = np.zeros((5000, 4000), np.uint8)
    small = enhance.bounded(large, MIDDLE_PIXELS_MAX)
    assert small.pixels.size <= MIDDLE_PIXELS_MAX * 1.01
    assert small.box_in_frame((0, 0, small.pixels.shape[1], small.pixels.shape[0])) == (0, 0, 4000, 5000)


def test_large_pictures_are_not_enlarged() -> None:
    large = np.zeros((1000, ENLARGED_FROM_PIXELS_MAX // 1000 + 1), np.uint8)
    assert enhance.scaled(2)(large).pixels.size == large.size


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 3), (4, 4, 4)])
def test_any_camera_picture_becomes_grey(shape: tuple[int, ...]) -> None:
    assert enhance.to_grey(np.full(shape, 200, np.uint8)).tolist() == [[200] * 4] * 4


def test_sixteen_bits_become_eight() -> None:
    assert enhance.to_grey(np.full((2, 2), 51200, np.uint16)).tolist() == [[200, 200]] * 2


@pytest.mark.parametrize("shape", [(10, 30_000), (30_000, 10), (21, 119_000), (1, 2_500_000), (1_200, 2_000)])
@pytest.mark.parametrize("treat", ALL)
def test_no_treatment_makes_a_picture_larger_than_the_limit(treat: Treatment, shape: tuple[int, int]) -> None:
    treated = treat(np.full(shape, 128, np.uint8)).pixels
    assert treated.size <= max(TURNED_PIXELS_MAX, math.prod(shape))


def test_a_picture_of_usual_shape_is_turned() -> None:
    assert enhance.rotated(45)(np.full((800, 3_100), 128, np.uint8)).pixels.shape[0] > 2_000
