"""Bars are found, laid level, and averaged: what no decoder reads line by line is read then."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from scanrefund.sandbox.drawing import code128, qr
from scanrefund.scan import engines, opinion
from scanrefund.scan.bars import PARTS, find_bars, strips
from scanrefund.scan.frame import Grey
from scanrefund.scan.structure import structure_of
from tests.unit.scan.symbols import WECHAT, grey


def read(picture: Grey) -> set[str]:
    return {symbol.text for symbol in opinion.bars(picture, structure_of(picture))}


def laid(degrees: float, module_px: int = 3, keystone: float = 0.0) -> Grey:
    """A barcode in the middle of a grey table, turned, its right end `keystone` nearer."""
    page = grey(code128(WECHAT, module_px))
    height, width = page.shape
    across, down = width / 2, height / 2
    ends = np.array([[-across, -down], [across, -down], [across, down], [-across, down]])
    ends[1:3, 1] *= 1 + keystone
    angle = np.radians(degrees)
    placed = ends @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) + 400
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    onto = cv2.getPerspectiveTransform(corners, placed.astype(np.float32))
    return np.asarray(cv2.warpPerspective(page, onto, (800, 800), borderValue=190), np.uint8)


@pytest.mark.parametrize("degrees", [0, 8, 37, 90, 133, 180])
def test_bars_are_read_however_they_lie(degrees: float) -> None:
    assert read(laid(degrees)) == {WECHAT}


def test_bars_seen_from_the_side_are_laid_level() -> None:
    assert read(laid(12, keystone=0.5)) == {WECHAT}


def test_noise_that_hides_every_line_is_averaged_away() -> None:
    rng = np.random.default_rng(5)
    noisy = np.clip(laid(3, module_px=2) * 0.4 + 80 + rng.normal(0, 50, (800, 800)), 0, 255).astype(np.uint8)
    assert not engines.zxing(noisy)
    assert read(noisy) == {WECHAT}


def test_a_place_says_where_in_the_picture_its_bars_are() -> None:
    [place] = find_bars(structure_of(laid(0)))
    left, top, width, height = place.box
    assert abs(left + width / 2 - 400) < 12
    assert abs(top + height / 2 - 400) < 12
    assert len(strips(laid(0), place)) == len(PARTS)


def test_a_box_of_a_shrunken_structure_lies_in_the_whole_picture() -> None:
    picture = laid(0)
    half = np.ascontiguousarray(picture[::2, ::2])
    [whole], [small] = find_bars(structure_of(picture)), find_bars(structure_of(half, 0.5))
    assert abs(whole.middle[0] - small.middle[0]) < 12
    assert abs(whole.across_px - small.across_px) < 30


def test_there_are_no_bars_in_a_qr_code_or_on_an_empty_table() -> None:
    assert read(grey(qr(WECHAT))) == set()
    assert find_bars(structure_of(np.full((480, 640), 120, np.uint8))) == []


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (400, 1), (30, 30)])
def test_odd_shapes_hold_no_bars(shape: tuple[int, int]) -> None:
    assert read(np.full(shape, 200, np.uint8)) == set()
