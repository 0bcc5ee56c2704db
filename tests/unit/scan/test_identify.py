"""Every row of the table of things shown, and the rules about what may be printed of them."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.shown import Kind
from scanrefund.model.wallet import Wallet
from scanrefund.scan.identify import TEXT_CHARS_MAX, identify, identify_typed
from scanrefund.scan.kinds import TABLE

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
    ("scanrefund:SRT_S1_0123456789abcdef0123_01.0123456789ab", Kind.SLIP, None),
    ("SCANREFUND:SRT_S1_0123456789ABCDEF0123_01.0123456789AB", Kind.SLIP, None),
    ("scanrefund:anything", Kind.SLIP, None),
    ("4220000345202611201234567890", Kind.WALLET_ORDER_NUMBER, Wallet.WECHAT),
    ("52300012345678901234567890123", Kind.WALLET_REFUND_NUMBER, Wallet.WECHAT),
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
    ("HTTPS://PAYAPP.WEIXIN.QQ.COM/QR/ABC", Kind.COLLECTION_CODE, Wallet.WECHAT),
    ("WXP://F2F0ABC", Kind.COLLECTION_CODE, Wallet.WECHAT),
    ("HTTPS://QR.95516.COM/000/123", Kind.COLLECTION_CODE, None),
    ("WEIXIN://WXPAY/BIZPAYURL?PR=ABC", Kind.BILL_TO_PAY, Wallet.WECHAT),
    ("payapp.wechatpay.cn/sjt/qr/abc", Kind.COLLECTION_CODE, Wallet.WECHAT),
    ("qr.alipay.com/fkx123abc", Kind.COLLECTION_CODE, Wallet.ALIPAY),
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
    ("77312345678901234567", Kind.MERCHANT_ORDER_NUMBER, None),  # 20 digits
    ("773123456789012345678901234567", Kind.MERCHANT_ORDER_NUMBER, None),  # 30 digits
    ("2026112077312345678901234567890", Kind.MERCHANT_ORDER_NUMBER, None),  # 31 digits, the day first
    ("202611200042731", Kind.MERCHANT_ORDER_NUMBER, None),
    ("202611200042731234", Kind.MERCHANT_ORDER_NUMBER, None),  # 18 digits, the day first
    ("A1202611200001", Kind.MERCHANT_ORDER_NUMBER, None),
    ("pos-17_2026112|*", Kind.MERCHANT_ORDER_NUMBER, None),
    ("163456789012345678", Kind.UNKNOWN_WALLET_CODE, None),
    ("773456789012345678", Kind.UNKNOWN_WALLET_CODE, None),
    ("7731234567890123456", Kind.LONG_NUMBER, None),  # 19 digits
    ("13800138000", Kind.LONG_NUMBER, None),
    ("7" * 33, Kind.LONG_NUMBER, None),
    ("VIP-0042", Kind.OTHER_TEXT, None),
    ("hello", Kind.OTHER_TEXT, None),
    ("", Kind.NOTHING, None),
    ("\r\n", Kind.NOTHING, None),
]


@pytest.mark.parametrize(("text", "kind", "wallet"), ROWS)
def test_every_row_is_named(text: str, kind: Kind, wallet: Wallet | None) -> None:
    shown = identify(text)
    assert (shown.kind, shown.wallet) == (kind, wallet)


def test_every_kind_of_the_table_has_an_example_here() -> None:
    assert {row.kind for row in TABLE} | {Kind.NOTHING} == {kind for _, kind, _ in ROWS} | {
        Kind.NOT_ASCII_DIGITS  # has tests of its own below
    }


def test_every_kind_but_the_verdicts_on_a_slip_stands_in_the_table() -> None:
    named_elsewhere = {Kind.NOTHING, Kind.OUR_SLIP, Kind.FORGED_SLIP}
    assert {row.kind for row in TABLE} == set(Kind) - named_elsewhere


@pytest.mark.parametrize(
    ("number", "day"),
    [
        ("4200002345202611201234567890", date(2026, 11, 20)),
        ("4220002345202402291234567890", date(2024, 2, 29)),
        ("4200002345202613201234567890", None),  # month 13
        ("4200002345202502291234567890", None),  # no leap year
        ("4200002345000011201234567890", None),
        ("4200002345199911201234567890", None),  # before either wallet
        ("2026112022001412345678901234", date(2026, 11, 20)),
        ("2026113122001412345678901234", None),
        ("2026112077312345678901234567890", None),  # a shop's number: whose day is it?
        ("50300012342026112067890123456", None),
        (WECHAT_CODE, None),
    ],
)
def test_a_bills_number_carries_its_day(number: str, day: date | None) -> None:
    assert identify(number).dated == day


def test_a_bills_number_without_a_day_is_still_one() -> None:
    assert identify("4200002345202613201234567890").kind is Kind.WALLET_ORDER_NUMBER


def test_a_slip_is_read_into_its_number_and_its_signature() -> None:
    shown = identify("scanrefund:SRT_S1_0123456789abcdef0123_01.0123456789ab")
    assert (shown.text, shown.signature) == ("SRT_S1_0123456789abcdef0123_01", "0123456789ab")


@pytest.mark.parametrize(
    "text",
    [
        "scanrefund:SRT_S1_0123456789abcdef0123_01",
        "scanrefund:SRT_S1_0123456789abcdef0123_01.",
        "scanrefund:SRT_S1_0123456789abcdef0123_01.0123456789abc",
        "scanrefund:SRX_S1_0123456789abcdef0123_01.0123456789ab",
        "scanrefund:",
    ],
)
def test_a_slip_out_of_form_has_no_signature(text: str) -> None:
    shown = identify(text)
    assert (shown.kind, shown.signature, shown.text) == (Kind.SLIP, "", text)


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


def check_character(seventeen: str) -> str:
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(seventeen))
    return "10X98765432"[total % 11]


@pytest.mark.parametrize(
    ("seventeen", "kind"),
    [
        ("11010119000101003", Kind.ID_CARD_NUMBER),  # Beijing
        ("15010219850817002", Kind.ID_CARD_NUMBER),  # Inner Mongolia, the last that looks like WeChat's
        ("65010120031231123", Kind.ID_CARD_NUMBER),
        ("83000019900101001", Kind.ID_CARD_NUMBER),  # a resident from Taiwan
        ("10010119000101001", Kind.PAYMENT_CODE),  # 10 is no province
        ("28010119900101003", Kind.PAYMENT_CODE),  # nor is any that Alipay's codes begin with
        ("30010119900101002", Kind.PAYMENT_CODE),
        ("11010119001301001", Kind.PAYMENT_CODE),  # month 13
        ("11010118991231002", Kind.PAYMENT_CODE),
        ("16010119900101001", Kind.UNKNOWN_WALLET_CODE),
        ("99010119900101001", Kind.UNKNOWN_WALLET_CODE),
    ],
)
def test_only_the_number_of_a_province_is_an_id_card(seventeen: str, kind: Kind) -> None:
    text = seventeen + check_character(seventeen)
    assert len(text) == 18
    assert text.isdigit()
    assert identify(text).kind is kind


@pytest.mark.parametrize("wrong", [digit for digit in "0123456789" if digit != ID_CARD[-1]])
def test_a_wrong_check_digit_makes_it_a_payment_code(wrong: str) -> None:
    assert identify(ID_CARD[:-1] + wrong).kind is Kind.PAYMENT_CODE


@pytest.mark.parametrize(
    "text", ["ID 11010519491231002X", "1101 0519 4912 3100 2X", "１１０１０５１９４９１２３１００２Ｘ"]
)
def test_an_identity_number_inside_other_text_is_not_printed(text: str) -> None:
    assert "1949" not in unicodedata.normalize("NFKC", identify(text).safe_text)


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


@pytest.mark.parametrize(
    "text", ["6212345678901234567", "0112345678901234567", "fp" + "1" * 33, "773456789012345678"]
)
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
