"""Our books as the matching takes them: one wallet's, on days of Beijing's clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from scanrefund.aftercare.matching_rules import OurRefund, OurSale
from scanrefund.ledger.bookings import BOOKED, BookedRefund, BookedSale
from scanrefund.model.wallet import Wallet
from scanrefund.wallets.reading import BEIJING


def our_refunds(found: Iterator[BookedRefund] | list[BookedRefund], wallet: Wallet) -> Iterator[OurRefund]:
    """One wallet's refunds, on the days of Beijing's clock."""
    for one in found:
        if one.wallet is wallet:
            yield OurRefund(
                refund_id=one.refund_id,
                order_id=one.order_id,
                amount_fen=one.amount_fen,
                state=one.state,
                is_booked=one.state in BOOKED,
                day=beijing_day(one.at),
                since=one.made_at.astimezone(BEIJING).date(),
            )


def our_sales(found: Iterator[BookedSale] | list[BookedSale], wallet: Wallet) -> Iterator[OurSale]:
    """One wallet's orders, on the days of Beijing's clock."""
    for one in found:
        if one.wallet is wallet:
            yield OurSale(one.order_id, one.amount_fen, beijing_day(one.paid_at))


def beijing_day(at: datetime | None) -> date | None:
    """The day of Beijing's clock on which a moment falls."""
    return at.astimezone(BEIJING).date() if at else None
