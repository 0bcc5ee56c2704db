"""An order that somebody has put on hold: nothing more of it leaves until a person has looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

# Why such an order is frozen (`Order.frozen_why`).
ON_HOLD: Final = "on_hold"


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold. `refund_id` is the refund that waits because of it, empty where none does.

    `note` is for whoever decides; it goes with `purge`. `lifted_by` and `lifted_at` are set once it is over.
    """

    hold_id: int
    order_id: str
    refund_id: str
    note: str
    by: str
    at: datetime
    lifted_by: str = ""
    lifted_at: datetime | None = None

    @property
    def subject(self) -> str:
        """What the book and the alerts call it: the refund, else the order."""
        return self.refund_id or self.order_id
