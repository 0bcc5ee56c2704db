"""What the ledger can show of one refund: its trips, its entries in the book, the mask of its code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, String, bindparam, select, type_coerce

from scanrefund.ledger.book import Entry
from scanrefund.ledger.schema import attempts, book, codes, refunds

# More than any refund gathers in its life; a bundle has an end.
ROWS_MAX: Final = 5_000

_TRIPS: Final = (
    select(attempts).where(attempts.c.refund_id == bindparam("this")).order_by(attempts.c.attempt_id)
)
_ENTRIES: Final = (
    select(
        book.c.number,
        type_coerce(book.c.at, String).label("at"),
        book.c.kind,
        book.c.subject,
        book.c.facts,
        book.c.previous,
        book.c.seal,
    )
    .where(book.c.subject.in_(bindparam("subjects", expanding=True)))
    .order_by(book.c.number)
)
_MASK: Final = (
    select(codes.c.masked)
    .join(refunds, refunds.c.code_fingerprint == codes.c.fingerprint)
    .where(refunds.c.refund_id == bindparam("this"))
)


@dataclass(frozen=True, slots=True)
class Trip:
    """One trip to the wallet and what it told; `message` is the wallet's own text."""

    command: str
    begun_at: datetime
    ended_at: datetime | None
    outcome: str
    code: str
    message: str
    http_status: int | None
    wallet_request_id: str
    signature: str
    body_sha256: str


def trips_of(connection: Connection, refund_id: str) -> list[Trip]:
    """Every trip of a refund, the oldest first."""
    rows = connection.execute(_TRIPS.limit(ROWS_MAX), {"this": refund_id})
    return [
        Trip(
            row.command,
            row.begun_at,
            row.ended_at,
            row.outcome or "",
            row.code,
            row.message,
            row.http_status,
            row.wallet_request_id,
            row.signature,
            row.body_sha256,
        )
        for row in rows
    ]


def entries_about(connection: Connection, *subjects: str) -> list[Entry]:
    """The book's entries about these numbers, the oldest first."""
    rows = connection.execute(_ENTRIES.limit(ROWS_MAX), {"subjects": list(subjects)})
    return [
        Entry(row.number, row.at, row.kind, row.subject, row.facts, row.previous, row.seal) for row in rows
    ]


def mask_of_code(connection: Connection, refund_id: str) -> str:
    """The payment code that was shown for a refund, masked; empty where none was, or it was purged."""
    return connection.execute(_MASK, {"this": refund_id}).scalar_one_or_none() or ""
