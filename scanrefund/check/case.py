"""Everything the ladder looks at, gathered beforehand: the ladder itself asks nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scanrefund.check.limits import Limits
from scanrefund.check.people import People
from scanrefund.model.money import ZERO, Money
from scanrefund.model.order import Order
from scanrefund.model.outcome import OrderAnswer
from scanrefund.model.shown import Reading, Sighting


class PayerCheck(StrEnum):
    """What the wallet says of the person who shows the code."""

    NOT_ASKED = "not_asked"
    SAME = "same"
    OTHER = "other"
    NO_LIVING_CODE = "no_living_code"  # the wallet refuses the code itself
    NOT_KNOWN = "not_known"  # this wallet cannot tell, or gave no proof


@dataclass(frozen=True, slots=True)
class Case:
    """One wish for a refund, with its evidence.

    `asked_amount` is what the clerk typed, None for all that remains. `sighting` is what the ledger knows
    of the shown payment code, None where none was shown. `wallet_says` is the wallet's own word on the
    order, None where it was not asked. `is_behind` says that the wallet may hold refunds of the order that
    our books do not. `failed_checks` are those of this counter's last self test, None
    where it was never tested. `people` is None in a ledger without staff, which knows no rules about people.
    """

    now: datetime
    limits: Limits
    order_id: str
    order: Order | None
    asked_amount: Money | None
    reason: str
    reading: Reading | None
    sighting: Sighting | None
    wallet_says: OrderAnswer | None
    is_behind: bool = False
    failed_checks: frozenset[str] | None = None
    payer: PayerCheck = PayerCheck.NOT_ASKED
    people: People | None = None

    @property
    def amount(self) -> Money:
        """What would be refunded: the typed amount, else all that remains of the order."""
        if self.asked_amount is not None:
            return self.asked_amount
        return self.order.remaining if self.order else ZERO
