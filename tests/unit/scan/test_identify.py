"""Every row of the table of things shown, and the rules about what may be printed of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.shown import Kind
from scanrefund.model.wallet import Wallet
from scanrefund.scan.identify import TEXT_CHARS_MAX, identify, identify_typed

WECHAT_CODE = "134567890123456789"
# Passes GB 11643 and begins like a WeChat payment code.
ID_CARD = "110101190001010014"

ROWS = [
    (WECHAT_CODE, Kind.PAYMENT_CODE, Wallet.WECHAT),
    ("103456789012345678", Kind.PAYMENT_CODE, Wallet.WECHAT),
    ("153456789012345678", Kind.PAYMENT_CODE, Wallet.WECHAT),
    ("2856789012345678", Kind.PAYMENT_CODE, Wallet.ALIPAY),
    ("285678901234567890", Kind.PAYMENT_CODE, Wallet.ALIPAY),
    ("305678901234567890123456", Kind.PAYMENT_CODE, Wallet.ALIPAY),
    ("4200002345202611201234567890", Kind.WALLET_ORDER_NUMBER, Wallet.WECHAT),
    ("2026112022001412345678901234", Kind.WALLET_ORDER_NUMBER, Wallet.ALIPAY),
    ("50300012345678901234567890123", Kind.WALLET_REFUND_NUMBER, Wallet.WECHAT),
    ("SRT_S1_0123456789abcdef0123_01", Kind.OUR_REFUND_NUMBER, None),
    ("SRP_counter1_0123456789abcdef0123_12", Kind.OUR_REFUND_NUMBER, None),
    ("wxp://f2f0abc", Kind.COLLECTION_CODE, Wallet.WECHAT),
    ("wxp://wbf2f0abc", Kind.COLLECTION_CODE, Wallet.WECHAT),
    ("https://wx.tenpay.com/f2f?t=abc", Kind.COLLECTION_CODE, Wallet.WECHAT),
    ("https://payapp.weixin.qq.com/qr/abc", Kind.COLLECTION_CODE, Wallet.WECHAT),
    ("https://payapp.weixin.qq.com/sjt/qr/abc", Kind.COLLECTION_CODE, Wallet.WECHAT),
    ("https://payapp.weixin.qq.com/materialqr/entry/abc", Kind.COLLECTION_CODE, Wallet.WECHAT),
    ("https://payapp.wechatpay.cn/qrpay/order/abc", Kind.COLLECTION_CODE, Wallet.WECHAT),
    ("https://wxpay.tenpay.com/md/abc", Kind.COLLECTION_CODE, Wallet.WECHAT),
    ("https://wxpay.wechatpay.cn/md/abc", Kind.COLLECTION_CODE, Wallet.WECHAT),
    ("https://qr.alipay.com/fkx123abc", Kind.COLLECTION_CODE, Wallet.ALIPAY),
    ("HTTPS://QR.ALIPAY.COM/FKX123ABC", Kind.COLLECTION_CODE, Wallet.ALIPAY),
    ("https://qr.alipay.com/tsx123", Kind.COLLECTION_CODE, Wallet.ALIPAY),
    ("https://qr.95516.com/000/123", Kind.COLLECTION_CODE, None),
    ("00020101021126", Kind.COLLECTION_CODE, None),
    ("weixin://wxpay/bizpayurl?pr=abc", Kind.BILL_TO_PAY, Wallet.WECHAT),
    ("6212345678901234567", Kind.OTHER_WALLET_CODE, None),
    ("hQVDUFYwMWETTwegAAADMwEBUA==", Kind.OTHER_WALLET_CODE, None),
    ("0112345678901234567", Kind.ECNY_CODE, None),
    ("fp1234567890abcdefgh", Kind.FACE_CODE, None),
    ("6901234567892", Kind.PRODUCT_BARCODE, None),
    ("96385074", Kind.PRODUCT_BARCODE, None),
    ("036000291452", Kind.PRODUCT_BARCODE, None),
    (ID_CARD, Kind.ID_CARD_NUMBER, None),
    ("01,10,,12345678,12.50,20261120,,ABCD,", Kind.FAPIAO, None),
    ("https://example.com/", Kind.WEB_ADDRESS, None),
    ("www.example.com", Kind.WEB_ADDRESS, None),
    ("77312345678901234567", Kind.LONG_NUMBER, None),
    ("163456789012345678", Kind.LONG_NUMBER, None),
    ("hello", Kind.OTHER_TEXT, None),
    ("", Kind.NOTHING, None),
    ("\r\n", Kind.NOTHING, None),
]


@pytest.mark.parametrize(("text", "kind", "wallet"), ROWS)
def test_every_row_is_named(text: str, kind: Kind, wallet: Wallet | None) -> None:
    shown = identify(text)
    assert (shown.kind, shown.wallet) == (kind, wallet)


@pytest.mark.parametrize(
    "text",
    [
        "6901234567891",  # wrong check digit
        "690123456789",  # 12 digits, wrong check digit
        "12345678901234567",  # 17 digits
        "1345678901234567890",  # 19 digits
        "134567890123456789A",
        " 134567890123456789",
        "134567890123456789 ",
        "1345 6789 0123 4567 89",
        "134567890123456789\n134567890123456789",
        "110101190013010010",  # month 13
    ],
)
def test_near_misses_have_another_name(text: str) -> None:
    kind = identify(text).kind
    assert kind not in {Kind.PRODUCT_BARCODE, Kind.ID_CARD_NUMBER}
    assert kind is not Kind.PAYMENT_CODE or text == "110101190013010010"


@pytest.mark.parametrize("suffix", ["\r", "\n", "\r\n", "\t"])
def test_the_scanners_suffix_is_stripped(suffix: str) -> None:
    assert identify(WECHAT_CODE + suffix).code == PaymentCode(WECHAT_CODE)


@pytest.mark.parametrize("zero", ["０", "٠", "०"])
def test_digits_of_other_scripts_are_never_a_code_when_scanned(zero: str) -> None:
    shown = identify("".join(chr(ord(zero) + int(digit)) for digit in WECHAT_CODE))
    assert shown.kind is Kind.NOT_ASCII_DIGITS
    assert shown.code is None
    assert "•" * 14 in shown.safe_text


def test_one_foreign_digit_is_enough_to_refuse() -> None:
    assert identify("１" + WECHAT_CODE[1:]).kind is Kind.NOT_ASCII_DIGITS


@pytest.mark.parametrize(
    "typed", ["１３４５６７８９０１２３４５６７８９", "1345 6789 0123 4567 89", " 134567890123456789 "]
)
def test_typed_digits_are_normalised_first(typed: str) -> None:
    assert identify_typed(typed).code == PaymentCode(WECHAT_CODE)


@pytest.mark.parametrize("number", [ID_CARD, "11010519491231002X", "11010519491231002x"])
def test_an_identity_number_travels_masked(number: str) -> None:
    shown = identify(number)
    assert shown.kind is Kind.ID_CARD_NUMBER
    assert shown.safe_text == f"11{'•' * 14}{number[-2:]}"


@pytest.mark.parametrize(
    ("text", "wallet"), [(WECHAT_CODE, Wallet.WECHAT), ("285678901234567890", Wallet.ALIPAY)]
)
@pytest.mark.parametrize(
    "around", ["{}?", "https://example.com/?code={}", "order {} of today", "{}\u200b", "<{}>"]
)
def test_a_payment_code_inside_other_text_is_not_printed(text: str, wallet: Wallet, around: str) -> None:
    shown = identify(around.format(text))
    assert shown.kind is not Kind.PAYMENT_CODE
    assert text not in repr(shown)


@pytest.mark.parametrize("text", ["1345 6789 0123 4567 89", "1345-6789-0123-4567-89"])
def test_a_payment_code_in_groups_is_not_printed(text: str) -> None:
    assert identify(text).safe_text == "13••••••••••••••89"


@pytest.mark.parametrize("text", ["6212345678901234567", "0112345678901234567", "fp" + "1" * 33])
def test_other_wallets_live_codes_travel_masked(text: str) -> None:
    assert identify(text).safe_text == text[:2] + "•" * (len(text) - 4) + text[-2:]


def test_control_characters_are_escaped() -> None:
    assert identify("a\x1b[31mb\u202ec\x00").safe_text == r"a\u{1b}[31mb\u{202e}c\u{0}"


def test_long_text_is_cut() -> None:
    cut = identify("a" * 5000).safe_text
    assert len(cut) == TEXT_CHARS_MAX
    assert cut.endswith("…")


@pytest.mark.parametrize(("symbology", "kind"), [("EAN-13", Kind.PRODUCT_BARCODE), ("QR", Kind.LONG_NUMBER)])
def test_only_product_bars_or_keys_make_a_product(symbology: str, kind: Kind) -> None:
    assert identify("6901234567892", symbology).kind is kind


@given(st.text(max_size=300))
def test_any_text_has_a_name_and_prints_safely(text: str) -> None:
    shown = identify(text)
    assert (shown.code is None) or shown.text == ""
    assert len(shown.safe_text) <= max(TEXT_CHARS_MAX, len(text))
    assert not any(mark in shown.safe_text for mark in "\x1b\r\n\x00\u202e")


@given(st.from_regex(r"\A(1[0-5][0-9]{16}|(2[5-9]|30)[0-9]{14,22})\Z"))
def test_a_payment_code_never_shows_its_middle(text: str) -> None:
    assert text[2:-2] not in repr(identify(text))
