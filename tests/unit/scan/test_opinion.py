"""The second opinion on bars: who is asked, about what, and where the answer lies."""

from __future__ import annotations

import numpy as np
import pytest

from scanrefund.sandbox.drawing import code128, qr
from scanrefund.scan import engines, opinion
from scanrefund.scan.confirm import is_settled
from scanrefund.scan.decode import decode
from scanrefund.scan.engines import Engine, Symbology, available_engines
from scanrefund.scan.frame import Frame, Grey
from scanrefund.scan.opinion import second_opinion
from scanrefund.scan.structure import structure_of
from tests.unit.scan.symbols import WECHAT, bars, grey, qr_code

WITH_ZBAR = pytest.mark.skipif(not available_engines()[Engine.ZBAR], reason="libzbar is not installed")


def table_with_bars() -> Grey:
    table = np.full((600, 900), 180, np.uint8)
    page = grey(code128(WECHAT, 3, 120))
    table[300 : 300 + page.shape[0], 200 : 200 + page.shape[1]] = page
    return table


@WITH_ZBAR
def test_pyzbar_is_asked_about_the_bars_and_answers_in_the_picture_s_coordinates() -> None:
    table = table_with_bars()
    [read] = engines.zxing_fast(table)
    [second] = second_opinion(table, [read])
    assert (second.text, second.engine, second.treatment) == (WECHAT, Engine.ZBAR, "")
    assert abs(second.box[0] - read.box[0]) < 20
    assert is_settled([read, second])


@WITH_ZBAR
def test_a_still_picture_of_bars_alone_is_certain() -> None:
    assert is_settled(decode(Frame(table_with_bars(), None, "")))


def test_nobody_is_asked_about_a_qr_code_or_letters_that_pyzbar_does_not_know() -> None:
    assert second_opinion(table_with_bars(), [qr_code(WECHAT), bars("óóóó1234")]) == []


def test_strips_are_asked_where_the_picture_itself_says_nothing() -> None:
    rng = np.random.default_rng(3)
    noisy = np.clip(table_with_bars() * 0.3 + 90 + rng.normal(0, 40, (600, 900)), 0, 255).astype(np.uint8)
    box = (210, 310, 460, 100)
    assert not engines.zbar(noisy)
    found = second_opinion(noisy, [bars(WECHAT, box=box)])
    assert {(symbol.text, symbol.symbology) for symbol in found} == {(WECHAT, Symbology.CODE_128)}
    assert all(symbol.treatment.startswith("bars") for symbol in found)


@pytest.mark.parametrize(("text", "found"), [("*", False), ("12", False), ("123456", True)])
def test_strips_tell_nothing_of_a_character_or_two(text: str, found: bool) -> None:
    page = grey(code128(text, 6, 160))
    assert (text in {symbol.text for symbol in opinion.bars(page, structure_of(page))}) is found


def test_a_box_outside_the_picture_has_no_second_opinion() -> None:
    assert second_opinion(grey(qr(WECHAT)), [bars(WECHAT, box=(5000, 5000, 10, 10))]) == []
