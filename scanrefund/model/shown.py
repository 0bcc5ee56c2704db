"""What a scan turned out to be, when, and where from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.wallet import Wallet


class Kind(StrEnum):
    """Everything a customer or clerk may show. Only PAYMENT_CODE opens a refund.

    SLIP has the form of our slip; `slip_check.py` makes OUR_SLIP or FORGED_SLIP of it.
    """

    PAYMENT_CODE = "payment_code"
    WALLET_ORDER_NUMBER = "wallet_order_number"
    WALLET_REFUND_NUMBER = "wallet_refund_number"
    OUR_REFUND_NUMBER = "our_refund_number"
    SLIP = "slip"
    OUR_SLIP = "our_slip"
    FORGED_SLIP = "forged_slip"
    MERCHANT_ORDER_NUMBER = "merchant_order_number"
    COLLECTION_CODE = "collection_code"
    BILL_TO_PAY = "bill_to_pay"
    FACE_CODE = "face_code"
    OTHER_WALLET_CODE = "other_wallet_code"
    UNKNOWN_WALLET_CODE = "unknown_wallet_code"
    ECNY_CODE = "ecny_code"
    PRODUCT_BARCODE = "product_barcode"
    ID_CARD_NUMBER = "id_card_number"
    FAPIAO = "fapiao"
    WEB_ADDRESS = "web_address"
    NOT_ASCII_DIGITS = "not_ascii_digits"
    LONG_NUMBER = "long_number"
    OTHER_TEXT = "other_text"
    NOTHING = "nothing"


# What leads to one refund of ours. A forged slip does not, whatever number it bears.
NAMES_REFUND: Final = frozenset({Kind.OUR_REFUND_NUMBER, Kind.OUR_SLIP})


class Source(StrEnum):
    """Where light or keys came from."""

    CAMERA = "camera"
    PICTURE = "picture"
    SCANNER = "scanner"
    TYPED = "typed"


@dataclass(frozen=True, slots=True)
class Shown:
    """One text and what it is.

    Exactly one of `code` and `text` is filled: a payment code travels as a PaymentCode and nowhere else,
    an ID-card-like number travels masked. `dated` is the day a bill's number says it was paid on (in China's
    time): a hint, never a proof. `signature` is what a SLIP says of itself, unchecked; its `text` is the
    refund number.
    """

    kind: Kind
    wallet: Wallet | None = None
    text: str = ""
    code: PaymentCode | None = None
    dated: date | None = None
    signature: str = ""

    @property
    def safe_text(self) -> str:
        """The text as it may be printed, logged and stored."""
        return self.code.masked if self.code else self.text


@dataclass(frozen=True, slots=True)
class Reading:
    """What one presentation gave: the shown thing, its source, its time, and whether it is certain.

    `taken_at` is None for a picture without a time. `rivals` are other payment codes in the same view.
    `confirmed` is the verdict of `scan/confirm.py`: an unconfirmed text never enters a refund.
    """

    shown: Shown
    source: Source
    taken_at: datetime | None
    confirmed: bool = True
    rivals: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the ledger knows of a payment code: first seen when, and which refund it is bound to."""

    first_seen_at: datetime
    refund_id: str | None = None
