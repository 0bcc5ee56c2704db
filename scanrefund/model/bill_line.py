"""One line of a wallet's bill in our words, whichever wallet wrote it and in which of its formats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from scanrefund.model.wallet import Wallet


class LineKind(StrEnum):
    """What a line tells of."""

    SALE = "SALE"
    REFUND = "REFUND"


class LineState(StrEnum):
    """Where a refund stood when the bill was made; a sale in a bill is always DONE."""

    DONE = "DONE"
    ON_ITS_WAY = "ON_ITS_WAY"
    STUCK = "STUCK"  # taken from the merchant, and the customer's card or account did not take it
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class BillLine:
    """`number` is its line in the file, the first is 1. `amount_fen` is never negative.

    `fee_fen_thousandths` is what the wallet charged, negative where it gave a fee back: bills tell fees in
    thousandths of a fen. `refund_id` is the merchant's number of a refund, empty where it has none.
    """

    number: int
    kind: LineKind
    order_id: str
    wallet_order_id: str
    amount_fen: int
    refund_id: str = ""
    wallet_refund_id: str = ""
    state: LineState = LineState.DONE
    fee_fen_thousandths: int = 0


@dataclass(frozen=True, slots=True)
class BillContent:
    """A bill as it is read: its lines come while somebody takes them, and may raise BadBill until the last.

    `day` is the day the file says it is of, None where it says none before its lines. `has_sales` and
    `has_refunds` tell what this kind of bill lists at all.
    """

    wallet: Wallet
    day: date | None
    has_sales: bool
    has_refunds: bool
    lines: Iterator[BillLine] = field(repr=False)
