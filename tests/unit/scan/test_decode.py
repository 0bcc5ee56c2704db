"""The cascade: what it reads, where it stops, what it costs."""

from __future__ import annotations

import numpy as np
import pytest

from scanrefund.sandbox.drawing import code128, code_page, ean13, qr
from scanrefund.sandbox.photograph import photograph
from scanrefund.scan.decode import (
    FIRST,
    MORE,
    STEPS_MAX,
    _is_hopeless,
    _worth_keeping,
    decode,
    plan,
)
from scanrefund.scan.engines import Symbology
from scanrefund.scan.frame import Frame
from scanrefund.scan.view import View
from tests.unit.scan.symbols import ALIPAY, WECHAT, bars, frame, grey, qr_code


def test_the_page_gives_its_qr_code_and_its_barcode() -> None:
    found = decode(frame(code_page("wechat", WECHAT)))
    assert {symbol.text for symbol in found} == {WECHAT}
    assert {symbol.symbology for symbol in found} == {Symbology.QR, Symbology.CODE_128}


@pytest.mark.parametrize("seed", range(4))
def test_a_hard_photograph_is_read(seed: int) -> None:
    photo = photograph(code_page("alipay", ALIPAY), seed, hardness=0.8)
    assert ALIPAY in {symbol.text for symbol in decode(frame(photo))}


def test_a_barcode_lying_on_its_side_is_read() -> None:
    assert decode(frame(code128(WECHAT).rotate(90, expand=True)))[0].text == WECHAT


def test_what_the_first_passes_lose_a_treatment_finds() -> None:
    glared = grey(qr(ALIPAY, module_px=4)) // 12 + 232
    assert decode(Frame(glared, None, ""), steps_max=STEPS_MAX)[0].text == ALIPAY


def test_a_box_lies_in_the_frame_whatever_the_treatment() -> None:
    image = qr(ALIPAY, module_px=8)
    view = View(grey(image))
    for step in FIRST + MORE:
        for symbol in step.run(view):
            left, top, width, height = symbol.box
            assert 0 <= left + width / 2 - image.width / 2 + 20 <= 40, step.name
            assert 0 <= top + height / 2 - image.height / 2 + 20 <= 40, step.name


def test_a_product_barcode_is_looked_for_when_nothing_else_is_there() -> None:
    [symbol] = decode(frame(ean13("6901234567892")))
    assert (symbol.text, symbol.symbology) == ("6901234567892", Symbology.EAN_13)


def test_nothing_is_read_where_nothing_is() -> None:
    assert decode(frame(code_page("wechat", WECHAT).crop((0, 0, 1080, 200)))) == []


def test_to_an_uncertain_barcode_a_treated_picture_adds_qr_codes_only() -> None:
    read = [bars(WECHAT), qr_code(WECHAT)]
    assert _worth_keeping(read, FIRST[1]) == read
    assert _worth_keeping(read, MORE[0]) == read[1:]


def test_no_step_begins_after_the_budget() -> None:
    page = frame(code_page("wechat", WECHAT))
    assert decode(page, budget_ms=0) == []
    assert decode(page, budget_ms=60_000)


def test_where_nothing_looks_like_a_code_no_treatment_is_tried() -> None:
    assert not any(_is_hopeless(step, View(grey(qr(WECHAT)))) for step in plan())
    empty = View(np.full((480, 640), 90, np.uint8))
    assert [_is_hopeless(step, empty) for step in plan()] == [False] * len(FIRST) + [True] * len(MORE)


def test_what_a_frame_hints_is_tried_first_in_the_next() -> None:
    names = [step.name for step in plan(again={"bars upper"})]
    assert names[len(FIRST)] == "bars"


def test_a_dark_small_code_in_a_large_picture_is_cut_out_and_read() -> None:
    table = np.full((1400, 1800), 12, np.uint8)
    code = grey(qr(WECHAT, module_px=4)) // 6
    table[900 : 900 + code.shape[0], 1200 : 1200 + code.shape[1]] = code
    assert {symbol.text for symbol in decode(Frame(table, None, ""))} == {WECHAT}
