"""The trips of one refund as they are read afterwards: what the wallet said, word for word but for codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, select

from scanrefund.ledger.schema import attempts

_OF: Final = select(attempts).where(attempts.c.refund_id == bindparam("this")).order_by(attempts.c.attempt_id)


@dataclass(frozen=True, slots=True)
class Trip:
    """One trip. `code` is the wallet's own, or our word for what the wire did; `message` is its own text.

    `outcome` is what our table makes of it; None while the trip is under way.
    """

    begun_at: datetime
    ended_at: datetime | None
    command: str
    outcome: str | None
    code: str
    message: str
    http_status: int | None
    wallet_request_id: str
    signature: str


def trips_of(connection: Connection, refund_id: str) -> list[Trip]:
    """The trips of a refund, oldest first."""
    return [
        Trip(
            row.begun_at,
            row.ended_at,
            row.command,
            row.outcome,
            row.code,
            row.message,
            row.http_status,
            row.wallet_request_id,
            row.signature,
        )
        for row in connection.execute(_OF, {"this": refund_id})
    ]
