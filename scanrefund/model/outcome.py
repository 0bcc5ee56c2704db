"""What a trip to a wallet told us. Unknown is a result of its own, and the default."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scanrefund.model.money import Money
from scanrefund.model.order import WalletOrder


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
