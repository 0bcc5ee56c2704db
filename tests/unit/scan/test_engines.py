"""Each engine by itself, and pictures that make engines choke."""

from __future__ import annotations

import numpy as np
import pytest

from scanrefund.sandbox.drawing import code128, code_page, ean13, qr
from scanrefund.scan import engines
from scanrefund.scan.engines import Engine, Symbology
from tests.unit.scan.symbols import WECHAT, grey

WITHOUT_ZBAR = not engines.available_engines()[Engine.ZBAR]


def test_zxing_reads_both_codes_of_a_page() -> None:
    found = engines.zxing(grey(code_page("wechat", WECHAT)))
    assert {(symbol.symbology, symbol.text) for symbol in found} == {
        (Symbology.QR, WECHAT),
        (Symbology.CODE_128, WECHAT),
    }


def test_the_fast_pass_does_not_turn_the_picture() -> None:
    on_its_side = grey(code128(WECHAT).rotate(90, expand=True))
    assert engines.zxing(on_its_side)
    assert not engines.zxing_fast(on_its_side)


def test_product_barcodes_are_not_read_for_money() -> None:
    product = grey(ean13("6901234567892"))
    assert engines.zxing(product) == []
    assert [symbol.symbology for symbol in engines.zxing_products(product)] == [Symbology.EAN_13]


@pytest.mark.skipif(WITHOUT_ZBAR, reason="libzbar is not installed")
def test_zbar_gives_the_second_opinion() -> None:
    [symbol] = engines.zbar(grey(code128(WECHAT)))
    assert (symbol.text, symbol.symbology, symbol.engine) == (WECHAT, Symbology.CODE_128, Engine.ZBAR)


@pytest.mark.skipif(not WITHOUT_ZBAR, reason="libzbar is installed")
def test_without_libzbar_pyzbar_reads_nothing_and_says_so() -> None:
    assert engines.zbar(grey(code128(WECHAT))) == []
    assert engines.available_engines()[Engine.ZXING]


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (2, 2), (21, 21)])
@pytest.mark.parametrize(
    "engine", [engines.zxing, engines.zxing_fast, engines.zxing_products, engines.zbar, engines.zbar_bars]
)
def test_odd_shapes_are_no_fault(shape: tuple[int, int], engine: engines.Read) -> None:
    assert engine(np.full(shape, 255, np.uint8)) == []


def test_no_engine_sees_a_code_in_noise() -> None:
    noise = np.random.default_rng(7).integers(0, 256, (300, 400)).astype(np.uint8)
    for engine in (engines.zxing, engines.zbar):
        assert engine(noise) == []


def test_the_box_is_where_the_code_is() -> None:
    [symbol] = engines.zxing(grey(qr(WECHAT, module_px=10)))
    assert all(
        abs(is_at - expected) <= 2 for is_at, expected in zip(symbol.box, (40, 40, 210, 210), strict=True)
    )


@pytest.mark.skipif(WITHOUT_ZBAR, reason="libzbar is not installed")
@pytest.mark.parametrize("text", ["付款", "東京", "Ärzte"])
def test_letters_that_libzbar_would_guess_at_are_left_to_zxing(text: str) -> None:
    assert engines.zbar(grey(qr(text))) == []
    assert [symbol.text for symbol in engines.zxing(grey(qr(text)))] == [text]


def test_a_code_that_does_not_add_up_is_located() -> None:
    page = grey(qr(WECHAT, module_px=10))
    page[140:200, 130:200] = 255 - page[140:200, 130:200]
    assert engines.zxing(page) == []
    [corners] = engines.unread_qr(page)
    assert np.abs(np.array(corners) - [(40, 40), (250, 40), (250, 250), (40, 250)]).max() <= 3
    assert engines.unread_qr(grey(qr(WECHAT))) == []


def test_one_level_reads_what_is_faint_everywhere() -> None:
    faint = grey(qr(WECHAT)) // 10 + 100
    assert [symbol.text for symbol in engines.zxing_one_level(faint)] == [WECHAT]
