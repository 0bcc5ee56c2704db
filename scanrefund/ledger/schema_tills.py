"""The tables of the HTTP API: tills with what is kept of their tokens, and the keys they have used."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, String, Table

from scanrefund.ledger.columns import UtcTime
from scanrefund.ledger.schema import metadata

# Whoever makes or compares every table takes `metadata` from here: it holds these tables too.
__all__ = ["metadata", "till_calls", "tills"]

tills: Final = Table(
    "tills",
    metadata,
    Column("till_id", String(16), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("clerk", String(16), nullable=False, default=""),
    # A keyed hash of its token, in hex. The token itself is shown once and kept nowhere.
    Column("token_hash", String(32), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
)

# One idempotency key of a till stands for one call: the same key with another body is another wish.
till_calls: Final = Table(
    "till_calls",
    metadata,
    Column("till_id", ForeignKey("tills.till_id"), primary_key=True),
    Column("key_hash", String(32), primary_key=True),
    Column("call_hash", String(32), nullable=False),
    Column("bound_at", UtcTime, nullable=False, index=True),
)
