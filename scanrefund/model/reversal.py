"""What people do to an order as a whole: release it, cancel it, lower what it should have cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scanrefund.model.money import Money


class ReversalKind(StrEnum):
    """Which of them."""

    RELEASE = "RELEASE"  # wanted back, and may be refunded (待退款)
    EXTEND = "EXTEND"  # may be refunded although the return period is over
    CANCEL = "CANCEL"
    ADJUST = "ADJUST"


class ReversalState(StrEnum):
    """How far it is."""

    OPEN = "OPEN"  # its refund is still to come, or on its way
    DONE = "DONE"
    VAIN = "VAIN"  # its refund was refused, or ended without paying


@dataclass(frozen=True, slots=True)
class Reversal:
    """One row: a payment is never edited, what happened to its order is written beside it.

    `old` and `new` are what the order should cost before and after, the same where that does not change.
    `request_id` names the refund it became, empty where it needs none.
    """

    reversal_id: int
    order_id: str
    kind: ReversalKind
    state: ReversalState
    old: Money
    new: Money
    request_id: str
    by: str
    why: str
    at: datetime
