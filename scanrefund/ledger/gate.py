"""The last look before a byte may leave, in the transaction that would commit to it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from scanrefund.ledger import behind, holds, overfull
from scanrefund.model.refund import Refund


def kept_back(connection: Connection, refund: Refund, now: datetime) -> str | None:
    """None where a refund may be sent. Else it waits from now on, and this is the alarm to raise, if any.

    Where too much of its order is promised it waits for a person, as where somebody put its order
    on hold; where the books are behind for the look-up.
    """
    if holds.keeps_back(connection, refund):
        holds.wait(connection, refund, now)
        return ""
    if overfull.is_overfull(connection, refund.order_id):
        return "order_overfull" if overfull.hold_back(connection, refund, now) else ""
    if behind.stops(connection, refund.order_id):
        behind.wait(connection, refund, now)
        return ""
    return None
