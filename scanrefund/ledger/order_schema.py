"""The tables about orders as a whole: what people did to them, what the till is told, what was looked at."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Integer, String, Table, Text

from scanrefund.ledger.columns import Told, UtcTime
from scanrefund.ledger.schema import metadata

# What people did to an order as a whole: a payment is never edited, each of these is a row beside it.
reversals: Final = Table(
    "reversals",
    metadata,
    Column("reversal_id", Integer, primary_key=True),
    Column("order_id", ForeignKey("orders.order_id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("state", String(8), nullable=False),
    Column("old_fen", BigInteger, nullable=False),
    Column("new_fen", BigInteger, nullable=False),
    # The refund it becomes is asked for under this name.
    Column("request_id", String(64), unique=True),
    Column("by", Told(64), nullable=False),
    Column("why", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    CheckConstraint("new_fen >= 0 AND new_fen <= old_fen", name="lower"),
)

# What the till is to be told, written with the change itself. `next_try_at` is empty once it was told or
# nobody tries any more; `told_at` says which.
marks: Final = Table(
    "marks",
    metadata,
    Column("mark_id", Integer, primary_key=True),
    Column("order_id", ForeignKey("orders.order_id"), nullable=False, index=True),
    Column("refund_id", String(64), nullable=False, default=""),
    Column("event", String(40), nullable=False),
    Column("order_state", String(16), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("refunded_fen", BigInteger, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("next_try_at", UtcTime, index=True),
    Column("told_at", UtcTime),
    Column("trouble", Told(128), nullable=False, default=""),
)

# Orders that somebody has put on hold, with a note to whoever decides; the note is not in the book.
holds: Final = Table(
    "holds",
    metadata,
    Column("hold_id", Integer, primary_key=True),
    Column("order_id", ForeignKey("orders.order_id"), nullable=False, index=True),
    Column("refund_id", String(64), nullable=False),
    Column("note", Text, nullable=False),
    Column("by", Told(64), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("lifted_by", Told(64), nullable=False),
    Column("lifted_at", UtcTime, index=True),
)

# What was looked at for a refund. A photograph lies closed up in the data folder; here is only its hash.
evidence: Final = Table(
    "evidence",
    metadata,
    Column("evidence_id", Integer, primary_key=True),
    Column("refund_id", ForeignKey("refunds.refund_id"), nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("photo_sha256", String(64), nullable=False, default=""),
    Column("by", Told(64), nullable=False),
    Column("at", UtcTime, nullable=False),
)
