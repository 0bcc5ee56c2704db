"""Drawn pages hold what they should, as a scanner sees it."""

from __future__ import annotations

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from scanrefund.sandbox.drawing import PAGE_SIZE_PX, bill_page, code128, code_page, ean13, qr


def texts(image: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(image, text_mode=zxingcpp.TextMode.Plain)]


@pytest.mark.parametrize(
    ("wallet", "digits"),
    [
        ("wechat", "134567890123456789"),
        ("alipay", "2856789012345678"),
        ("alipay", "305678901234567890123456"),
    ],
)
def test_a_payment_page_shows_the_digits_twice(wallet: str, digits: str) -> None:
    page = code_page(wallet, digits)
    assert page.size == PAGE_SIZE_PX
    assert texts(page) == [digits, digits]


def test_a_bill_shows_its_number_as_a_barcode() -> None:
    number = "4200002345202611201234567890"
    assert texts(bill_page("wechat", "可在支持的商户扫码退款", number, 1250)) == [number]


def test_the_title_is_drawn_and_differs() -> None:
    one, two = (np.array(code_page("wechat", "134567890123456789", title)) for title in ("一", "二"))
    assert not np.array_equal(one[:200], two[:200])
    assert np.array_equal(one[200:], two[200:])


@pytest.mark.parametrize("text", ["134567890123456789", "SRT_S1_0123456789abcdef0123_01"])
def test_single_codes_can_be_read(text: str) -> None:
    assert texts(qr(text)) == [text]
    assert texts(code128(text)) == [text]


def test_codes_keep_a_quiet_zone() -> None:
    for code in (qr("1", module_px=3), code128("1", module_px=3)):
        assert np.array(code)[:, :12].min() == 255


def test_a_wrong_check_digit_is_refused() -> None:
    assert texts(ean13("6901234567892")) == ["6901234567892"]
    with pytest.raises(ValueError, match="check digit"):
        ean13("6901234567891")
