"""The sale: what was paid, and how much of it may still go back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from scanrefund.model.money import ZERO, Money
from scanrefund.model.wallet import Wallet

# So many refunds of one order may come to nothing in a row; then it takes no more here. Books that are an old
# copy can have lost all of them: a look-up sees behind them because there are never more.
IN_VAIN_MAX: Final = 5


class OrderState(StrEnum):
    """Where an order is. The first three come from outside; the rest follow from rows."""

    UNPAID = "UNPAID"
    PAID = "PAID"
    RELEASED = "RELEASED"
    PARTLY_REFUNDED = "PARTLY_REFUNDED"
    REFUNDED = "REFUNDED"
    CANCELLED = "CANCELLED"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True)
class Order:
    """One sale as the ledger holds it, with the sums its refunds leave.

    `wallet_reserved` counts what the wallet has moved or may still move back, `refunded` only what is
    proved to have reached the customer. `payer_fingerprint` is a keyed hash: the payer's id is not kept.
    `refund_count` counts refunds under numbers of ours, `last_sequence` is the highest of them, `in_vain` how
    many numbers in a row up to that one came to nothing.
    `looked_up_at` is when the wallet was last asked for every number this order can have. `window_until` is
    until when a person lets it be refunded although the shop's return period is over.
    """

    order_id: str
    wallet: Wallet
    wallet_order_id: str
    amount: Money
    paid_at: datetime | None
    state: OrderState
    payer_fingerprint: str = ""
    cancelled_at: datetime | None = None
    cancelled_why: str = ""
    wallet_reserved: Money = ZERO
    customer_reserved: Money = ZERO
    refunded: Money = ZERO
    refund_count: int = 0
    last_sequence: int = 0
    in_vain: int = 0
    open_refund_id: str | None = None
    last_refund_at: datetime | None = None
    frozen_why: str = ""
    looked_up_at: datetime | None = None
    window_until: datetime | None = None
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def remaining(self) -> Money:
        """What may still be refunded: paid, less everything reserved."""
        return self.amount - max(self.wallet_reserved, self.customer_reserved)

    @property
    def version(self) -> str:
        """16 hex digits that change with every fact a refund depends on: what somebody approved was this."""
        facts = (
            *(self.order_id, self.wallet, self.wallet_order_id, self.amount.fen, self.paid_at, self.state),
            *(self.cancelled_at, self.wallet_reserved.fen, self.customer_reserved.fen, self.refunded.fen),
            *(self.refund_count, self.last_sequence, self.open_refund_id, self.frozen_why),
        )
        return hashlib.sha256("\x1f".join(map(str, facts)).encode()).hexdigest()[:16]


class WalletOrderState(StrEnum):
    """What the wallet itself says of the payment."""

    PAID = "PAID"
    UNPAID = "UNPAID"
    CLOSED = "CLOSED"
    FINISHED = "FINISHED"


@dataclass(frozen=True, slots=True)
class WalletOrder:
    """The payment as the wallet's own order query tells it."""

    order_id: str
    wallet_order_id: str
    amount: Money
    state: WalletOrderState
    payer_id: str = ""
    paid_at: datetime | None = None
