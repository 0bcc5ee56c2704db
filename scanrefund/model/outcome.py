"""What a trip to a wallet told us. Unknown is a result of its own, and the default."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from scanrefund.model.money import Money
from scanrefund.model.order import WalletOrder

# A code of ours, followed by `:` and how many seconds this computer's clock is off.
CLOCK_SKEW: Final = "clock_skew"


class Outcome(StrEnum):
    """Few, closed, and each with one consequence in `dispatch/next_step.py`."""

    SUCCEEDED = "SUCCEEDED"  # the wallet proved that the customer has the money
    PROCESSING = "PROCESSING"  # accepted, on its way
    NOT_SENT = "NOT_SENT"  # provably nothing left this machine
    UNKNOWN = "UNKNOWN"  # anything that proves nothing
    ABSENT = "ABSENT"  # an ask found no refund under this number
    DECLINED = "DECLINED"  # no, and a repeat will not change it
    HELD = "HELD"  # no, but people can cure it
    ABNORMAL = "ABNORMAL"  # accepted, stuck at the wallet
    CLOSED = "CLOSED"  # the wallet proved that it did not and will not happen
    RETURNED_TO_MERCHANT = "RETURNED_TO_MERCHANT"  # done for the wallet, but the customer has nothing


class Signature(StrEnum):
    """What the signature of an answer said."""

    VERIFIED = "VERIFIED"
    MISSING = "MISSING"
    WRONG = "WRONG"
    UNKNOWN_KEY = "UNKNOWN_KEY"  # made with a key we do not hold: nobody can say whether it is theirs
    NO_ANSWER = "NO_ANSWER"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a send or an ask.

    `code` is the wallet's own code, or our word for what the wire did (`timeout`, `bad_signature`, …).
    `message` is the wallet's text, for people: nothing branches on it. `amount` is what the wallet says
    it refunds under this number. `alarm` asks a person to look, whatever the outcome.
    """

    outcome: Outcome
    code: str = ""
    message: str = ""
    http_status: int | None = None
    wallet_request_id: str = ""
    signature: Signature = Signature.NO_ANSWER
    wallet_refund_id: str = ""
    amount: Money | None = None
    received_account: str = ""
    settled_at: datetime | None = None
    alarm: bool = False
    wait_s: int = 0


class OrderLook(StrEnum):
    """How asking the wallet for an order ended."""

    FOUND = "FOUND"
    NOT_FOUND = "NOT_FOUND"
    NOT_ASKED = "NOT_ASKED"  # the wallet could not be asked, or gave no proof


@dataclass(frozen=True, slots=True)
class OrderAnswer:
    """The wallet's own word on an order; `order` is set exactly when `look` is FOUND."""

    look: OrderLook
    order: WalletOrder | None = None
    code: str = ""
    message: str = ""


class Closing(StrEnum):
    """How closing an unpaid order at the wallet ended."""

    CLOSED = "CLOSED"
    REFUSED = "REFUSED"  # it was paid, or its state does not allow it
    NOT_FOUND = "NOT_FOUND"
    UNKNOWN = "UNKNOWN"  # not asked, or no proof


@dataclass(frozen=True, slots=True)
class CloseAnswer:
    """The wallet's word on closing an order that nobody paid."""

    closing: Closing
    code: str = ""
    message: str = ""


class PayerLook(StrEnum):
    """How asking a wallet whose payment code this is ended."""

    FOUND = "FOUND"
    CODE_REFUSED = "CODE_REFUSED"  # not theirs, expired or used: no living code was shown
    NOT_ASKED = "NOT_ASKED"  # could not be asked, or gave no proof
    NOT_OFFERED = "NOT_OFFERED"  # this wallet, or this set-up, has no such call


@dataclass(frozen=True, slots=True)
class PayerAnswer:
    """Whose payment code was shown. `payer_id` is set exactly when `look` is FOUND, and never prints."""

    look: PayerLook
    payer_id: str = field(default="", repr=False)
    code: str = ""
    message: str = ""
