"""Text → Shown: a payment code, a number of ours or of a wallet, or something to refuse by name. Pure.

What was scanned is taken strictly: a code is ASCII digits, and only the suffix a barcode scanner adds
(CR, LF, TAB) is stripped. What a person types is normalised first. The first row that fits wins.

Sources: the wallets' documents on payment codes and bills (WeChat Pay 4011937125, Alipay trade.pay), their
public collection-code addresses, EMV QRCPS merchant mode, GB 11643 (identity numbers), GS1 (check digits).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from scanrefund.model.payment_code import PaymentCode, mask
from scanrefund.model.printable import codes_hidden, written_out
from scanrefund.model.shown import Kind, Shown
from scanrefund.model.wallet import FACTS, Wallet, wallet_of_code

TEXT_CHARS_MAX: Final = 120  # longer texts are nobody's order number and fill the page
SCANNER_SUFFIX: Final = "\r\n\t"

_NOT_SEEN: Final = frozenset({"Cc", "Cf", "Zs"})

_COLLECTION_WECHAT: Final = (
    r"wxp://(f2f|wbf2f)|https?://(wx\.tenpay\.com/f2f|payapp\.(weixin\.qq\.com|wechatpay\.cn)/"
    r"(qr|sjt/qr|materialqr/entry|qrpay/order)/|wxpay\.(tenpay\.com|wechatpay\.cn)/md/)"
)


@dataclass(frozen=True, slots=True)
class _Row:
    """A pattern of the whole text (or of its start, with `.*` at the end) and what it means."""

    pattern: re.Pattern[str]
    kind: Kind
    wallet: Wallet | None = None
    secret: bool = False


def _row(pattern: str, kind: Kind, wallet: Wallet | None = None, *, secret: bool = False) -> _Row:
    return _Row(re.compile(pattern, re.IGNORECASE | re.DOTALL), kind, wallet, secret)


def _bill_rows() -> list[_Row]:
    orders = [_Row(facts.order_number, Kind.WALLET_ORDER_NUMBER, facts.wallet) for facts in FACTS.values()]
    refunds = [
        _Row(facts.refund_number, Kind.WALLET_REFUND_NUMBER, facts.wallet)
        for facts in FACTS.values()
        if facts.refund_number
    ]
    return orders + refunds


# `secret` rows are live codes of others, or card-like numbers: they travel masked.
_ROWS: Final[tuple[_Row, ...]] = (
    *_bill_rows(),
    _Row(re.compile(r"SR[TP]_[A-Za-z0-9]{1,12}_[0-9a-f]{20}_[0-9]{2}"), Kind.OUR_REFUND_NUMBER),
    _row(r"62[0-9]{17}", Kind.OTHER_WALLET_CODE, secret=True),  # UnionPay QuickPass; JD shares it
    _Row(re.compile(r"hQVDUFYw.*", re.DOTALL), Kind.OTHER_WALLET_CODE, secret=True),  # EMV "CPV01", Base64
    _row(r"01[0-9]{17}", Kind.ECNY_CODE, secret=True),
    _row(rf"({_COLLECTION_WECHAT}).*", Kind.COLLECTION_CODE, Wallet.WECHAT),
    _row(r"https?://qr\.alipay\.com/.*", Kind.COLLECTION_CODE, Wallet.ALIPAY),
    _row(r"https?://qr\.95516\.com/.*", Kind.COLLECTION_CODE),
    _row(r"000201[0-9]{2}.*", Kind.COLLECTION_CODE),  # EMV merchant-presented
    _row(r"weixin://wxpay/bizpayurl.*", Kind.BILL_TO_PAY, Wallet.WECHAT),
    _row(r"fp[0-9a-z]{16,62}", Kind.FACE_CODE, secret=True),
    _row(r"01,[0-9]{2},[0-9]*,.*", Kind.FAPIAO),
    _row(r"(https?|weixin|alipays?)://.*|www\.[^\s]+", Kind.WEB_ADDRESS),
    _row(r"[0-9]{10,}", Kind.LONG_NUMBER),
)
_ANYTHING: Final = _row(r".*", Kind.OTHER_TEXT)


def identify(text: str, symbology: str = "") -> Shown:
    """Name a scanned text. `symbology` is the code it came from, empty for a barcode scanner's keystrokes."""
    text = text.rstrip(SCANNER_SUFFIX)
    if not text:
        return Shown(Kind.NOTHING)
    return _code_or_card(text) or _product(text, symbology) or _from_table(text)


def identify_typed(text: str) -> Shown:
    """Name what a person typed: full-width digits and blanks between groups are undone first."""
    return identify("".join(unicodedata.normalize("NFKC", text).split()))


def _code_or_card(text: str) -> Shown | None:
    """An identity number first: 18 digits of it may have the form of a WeChat payment code."""
    if _is_id_card(text):
        return Shown(Kind.ID_CARD_NUMBER, text=mask(text))
    if wallet := wallet_of_code(text):
        return Shown(Kind.PAYMENT_CODE, wallet, code=PaymentCode(text))
    if _is_nearly_digits(text):
        return Shown(Kind.NOT_ASCII_DIGITS, text=mask(_digits_of(text)))
    return None


def _product(text: str, symbology: str) -> Shown | None:
    return Shown(Kind.PRODUCT_BARCODE, text=text) if _is_product(text, symbology) else None


def _from_table(text: str) -> Shown:
    row = next((row for row in _ROWS if row.pattern.fullmatch(text)), _ANYTHING)
    return Shown(row.kind, row.wallet, text=mask(text) if row.secret else _printable(text))


def _is_nearly_digits(text: str) -> bool:
    """Whether people see digits only, but some are not ASCII, or something unseen stands around a code's."""
    seen = "".join(mark for mark in text if unicodedata.category(mark) not in _NOT_SEEN)
    return seen.isdigit() and (not seen.isascii() or (seen != text and wallet_of_code(seen) is not None))


def _is_id_card(text: str) -> bool:
    """GB 11643: six digits of place, a date, three of sequence, a check character modulo 11.

    A payment code passes by chance four times in 100,000: the customer's next code will not.
    """
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9Xx]", text) or not _is_date(text[6:14]):
        return False
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(text[:17]))
    return "10X98765432"[total % 11] == text[17].upper()


def _is_date(digits: str) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return 1900 <= born.year <= 2099


def _is_product(text: str, symbology: str) -> bool:
    """EAN and UPC bars by what they are, keystrokes by length and the GS1 check digit."""
    if symbology.startswith(("EAN", "UPC")):
        return True
    return not symbology and bool(re.fullmatch(r"[0-9]{8}|[0-9]{12,13}", text)) and _gs1_check_fits(text)


def _gs1_check_fits(digits: str) -> bool:
    weighted = (int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(weighted) % 10 == 0


def _printable(text: str) -> str:
    """The text as it may be printed: controls escaped, codes inside masked, cut to size."""
    if wallet_of_code(_digits_of(text)):
        return mask(_digits_of(text))
    plain = written_out(codes_hidden(text))
    return plain if len(plain) <= TEXT_CHARS_MAX else plain[: TEXT_CHARS_MAX - 1] + "…"


def _digits_of(text: str) -> str:
    """The digits of a text that has besides them only blanks, dashes and invisible marks; else nothing."""
    kept = (mark for mark in unicodedata.normalize("NFKC", text) if unicodedata.category(mark)[0] in "LN")
    joined = "".join(kept)
    return joined if joined.isdigit() else ""
