"""The table of things shown: form → kind. Pure, and in an order that matters: the first row that fits wins.

1. An identity number stands before the payment codes, because 18 digits of it may have the form of WeChat's.
2. Payment codes stand before every other number.
3. What only looks like digits stands before the texts, so that it is never taken for one.
4. Numbers with a form of their own stand before the shop's numbers, and these before any number.

Sources: the wallets' documents on payment codes and bills (WeChat Pay 4011937125, Alipay trade.pay), bills of
both wallets, their public collection-code addresses, EMV QRCPS merchant and consumer mode, GB 11643 (identity
numbers), GB/T 2260 (provinces), GS1 (check digits), WeChat Pay's rule for `out_trade_no`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from scanrefund.model.shown import Kind
from scanrefund.model.slip import REFUND_NUMBER, SLIP_SCHEME
from scanrefund.model.wallet import FACTS, Wallet, WalletFacts, wallet_of_code

Test = Callable[[str, str], bool]

_NOT_SEEN: Final = frozenset({"Cc", "Cf", "Zs"})
# The first two digits of an identity number: 11–65, and those of Taiwan, Hong Kong, Macau and residents.
_PROVINCES: Final = r"(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91)"
_DAY_FIRST: Final = r"20[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"
_COLLECTION_WECHAT: Final = (
    r"wxp://(f2f|wbf2f)|(https?://)?(wx\.tenpay\.com/f2f|payapp\.(weixin\.qq\.com|wechatpay\.cn)/"
    r"(qr|sjt/qr|materialqr/entry|qrpay/order)/|wxpay\.(tenpay\.com|wechatpay\.cn)/md/)"
)


@dataclass(frozen=True, slots=True)
class Row:
    """Texts of one form and what they are.

    `pattern` is of the whole text; `also` is asked what no pattern can say (check digits, dates), with the
    text and its symbology. `secret` texts travel masked: live codes of others, numbers of people and cards.
    """

    pattern: re.Pattern[str]
    kind: Kind
    wallet: Wallet | None = None
    secret: bool = False
    also: Test = lambda _text, _symbology: True

    def fits(self, text: str, symbology: str) -> bool:
        """Whether the text, from a symbol of this symbology (empty for keystrokes), is of this form."""
        return self.pattern.fullmatch(text) is not None and self.also(text, symbology)


def row_of(text: str, symbology: str) -> Row:
    """The first row that fits."""
    return next(row for row in TABLE if row.fits(text, symbology))


def is_id_card(text: str, _symbology: str = "") -> bool:
    """GB 11643: six digits of place, a date, three of sequence, a check character modulo 11.

    A payment code of WeChat's passes by chance about four times in 100,000, Alipay's never: no province
    begins 25–30. The customer's next code will not pass.
    """
    if not _ID_CARD.fullmatch(text) or not _is_birthday(text[6:14]):
        return False
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(text[:17]))
    return "10X98765432"[total % 11] == text[17].upper()


def joined(text: str) -> str:
    """Letters and digits alone, as plain ones: what is left without blanks, dashes and invisible marks."""
    kept = (mark for mark in unicodedata.normalize("NFKC", text) if unicodedata.category(mark)[0] in "LN")
    return "".join(kept)


def _is_birthday(digits: str) -> bool:
    try:
        born = date.fromisoformat(digits)
    except ValueError:
        return False
    return 1900 <= born.year <= 2099


def _is_nearly_digits(text: str, _symbology: str) -> bool:
    """Whether people see digits only, but some are not ASCII, or something unseen stands around a code's."""
    seen = "".join(mark for mark in text if unicodedata.category(mark) not in _NOT_SEEN)
    return seen.isdigit() and (not seen.isascii() or (seen != text and wallet_of_code(seen) is not None))


def _is_product(text: str, symbology: str) -> bool:
    """EAN and UPC bars by what they are, keystrokes by length and the GS1 check digit."""
    if symbology.startswith(("EAN", "UPC")):
        return True
    return not symbology and bool(re.fullmatch(r"[0-9]{8}|[0-9]{12,13}", text)) and _gs1_check_fits(text)


def _gs1_check_fits(digits: str) -> bool:
    weighted = (int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(weighted) % 10 == 0


def _row(pattern: str, kind: Kind, wallet: Wallet | None = None, *, secret: bool = False) -> Row:
    return Row(re.compile(pattern, re.IGNORECASE | re.DOTALL), kind, wallet, secret)


def _exactly(pattern: str, kind: Kind, *, secret: bool = False) -> Row:
    return Row(re.compile(pattern, re.DOTALL), kind, secret=secret)


def _owned_by(facts: WalletFacts) -> Test:
    return lambda text, _symbology: facts.owns_code(text)


def _payment_code(facts: WalletFacts) -> Row:
    digits = re.compile(rf"[0-9]{{{facts.code_digits_min},{facts.code_digits_max}}}")
    return Row(digits, Kind.PAYMENT_CODE, facts.wallet, secret=True, also=_owned_by(facts))


_ANY: Final = re.compile(r".*", re.DOTALL)
_ID_CARD: Final = re.compile(rf"{_PROVINCES}[0-9]{{15}}[0-9Xx]")

TABLE: Final[tuple[Row, ...]] = (
    Row(_ID_CARD, Kind.ID_CARD_NUMBER, secret=True, also=is_id_card),
    *(_payment_code(facts) for facts in FACTS.values()),
    Row(_ANY, Kind.NOT_ASCII_DIGITS, secret=True, also=_is_nearly_digits),
    Row(_ANY, Kind.PRODUCT_BARCODE, also=_is_product),
    *(Row(facts.order_number, Kind.WALLET_ORDER_NUMBER, facts.wallet) for facts in FACTS.values()),
    *(
        Row(facts.refund_number, Kind.WALLET_REFUND_NUMBER, facts.wallet)
        for facts in FACTS.values()
        if facts.refund_number
    ),
    _row(rf"{SLIP_SCHEME}.*", Kind.SLIP),
    Row(REFUND_NUMBER, Kind.OUR_REFUND_NUMBER),
    _row(r"62[0-9]{17}", Kind.OTHER_WALLET_CODE, secret=True),  # UnionPay QuickPass; JD shares it
    _exactly(r"hQVDUFYw.*", Kind.OTHER_WALLET_CODE, secret=True),  # EMV consumer mode, "CPV01" in Base64
    _row(r"01[0-9]{17}", Kind.ECNY_CODE, secret=True),
    # As long as most payment codes, and no day first, as many tills number their sales: JD, banks, newcomers.
    _row(rf"(?!{_DAY_FIRST})[0-9]{{18}}", Kind.UNKNOWN_WALLET_CODE, secret=True),
    _row(rf"({_COLLECTION_WECHAT}).*", Kind.COLLECTION_CODE, Wallet.WECHAT),
    _row(r"(https?://)?qr\.alipay\.com/.*", Kind.COLLECTION_CODE, Wallet.ALIPAY),
    _row(r"(https?://)?qr\.95516\.com/.*", Kind.COLLECTION_CODE),
    _row(r"000201[0-9]{2}.*", Kind.COLLECTION_CODE),  # EMV merchant mode: its next object follows
    _row(r"weixin://wxpay/bizpayurl.*", Kind.BILL_TO_PAY, Wallet.WECHAT),
    _row(r"fp[0-9a-z]{16,62}", Kind.FACE_CODE, secret=True),
    _row(r"01,[0-9]{2},[0-9]*,.*", Kind.FAPIAO),
    _row(r"(https?|weixin|alipays?)://.*|www\.[^\s]+", Kind.WEB_ADDRESS),
    # What an acquirer or a till calls the sale: long, or its day first, or with letters.
    _row(rf"[0-9]{{20,32}}|{_DAY_FIRST}[0-9]{{6,24}}", Kind.MERCHANT_ORDER_NUMBER),
    _row(r"(?=.*[A-Z])(?=([^0-9]*[0-9]){4})[0-9A-Z_\-|*]{10,64}", Kind.MERCHANT_ORDER_NUMBER),
    _row(r"[0-9]{10,}", Kind.LONG_NUMBER),  # a membership card, a coupon, a telephone
    Row(_ANY, Kind.OTHER_TEXT),
)
