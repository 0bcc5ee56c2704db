"""A wallet's own message about a refund: a hint to ask, never a proof."""

from __future__ import annotations

from dataclasses import dataclass

from scanrefund.model.wallet import Wallet


@dataclass(frozen=True, slots=True)
class Notice:
    """One verified notice. `refund_id` is empty when it speaks of a payment only.

    `event` is the wallet's own word (`REFUND.SUCCESS`, `TRADE_CLOSED`). `sha256` is of the body as it came;
    the body itself names people and is not kept.
    """

    wallet: Wallet
    notice_id: str
    event: str
    order_id: str
    refund_id: str
    sha256: str
