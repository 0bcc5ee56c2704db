"""The tables around the money: what tills, customers and accountants are told, and what was found."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
)

from scanrefund.ledger import care_schema, order_schema
from scanrefund.ledger.columns import Told, UtcTime
from scanrefund.ledger.schema import SUBJECT_CHARS_MAX, metadata

# Whoever makes or compares every table takes `metadata` from here: it holds these tables too.
__all__ = [
    "applicants",
    "care_schema",
    "contacts",
    "metadata",
    "order_schema",
    "outbox",
    "prints",
    "self_tests",
    "sign_offs",
    "till_calls",
    "tills",
]

# How often a refund's slip was printed: from the second time on it is a copy, and says so.
prints: Final = Table(
    "prints",
    metadata,
    Column("refund_id", ForeignKey("refunds.refund_id"), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    CheckConstraint("count >= 0", name="count"),
)

# How an order's customer wants to hear of it: closed with a key that is not in this ledger, and taken out by
# `purge`. Messages that wait for it then stay unsent.
contacts: Final = Table(
    "contacts",
    metadata,
    Column("order_id", ForeignKey("orders.order_id"), primary_key=True),
    Column("channel", String(8), nullable=False),
    Column("closed", Text, nullable=False),
    Column("masked", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("kept_at", UtcTime, nullable=False, index=True),
)

# Who asked for an order's refund: closed and taken out as its contact is.
applicants: Final = Table(
    "applicants",
    metadata,
    Column("order_id", ForeignKey("orders.order_id"), primary_key=True),
    Column("closed", Text, nullable=False),
    Column("masked", String(8), nullable=False),
    Column("kept_at", UtcTime, nullable=False),
)

# What is to be told, written with what happened; delivered when it can be, or given up.
outbox: Final = Table(
    "outbox",
    metadata,
    Column("message_id", String(160), primary_key=True),
    Column("channel", String(8), nullable=False),
    Column("event", String(40), nullable=False),
    Column("subject", String(SUBJECT_CHARS_MAX), nullable=False, index=True),
    Column("made_at", UtcTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try_at", UtcTime, index=True),
    Column("sent_at", UtcTime),
    Column("given_up_at", UtcTime),
    Column("trouble", Told(128), nullable=False),
    CheckConstraint("sent_at IS NULL OR given_up_at IS NULL", name="one_end"),
    CheckConstraint(
        "(next_try_at IS NULL) = (sent_at IS NOT NULL OR given_up_at IS NOT NULL)", name="due_or_ended"
    ),
)

# What each self test found, for `doctor --history`; no person, no order stands in it.
self_tests: Final = Table(
    "self_tests",
    metadata,
    Column("self_test_id", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("counter", String(64), nullable=False),
    Column("ready", Boolean, nullable=False),
    Column("findings", Text, nullable=False),
)

# Days that somebody has reconciled and signed, each wallet and the till by itself (`scope`).
sign_offs: Final = Table(
    "sign_offs",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("scope", String(16), primary_key=True),
    Column("signed_by", Told(64), nullable=False),
    Column("signed_at", UtcTime, nullable=False),
    # Of the bill's text as it came, and of what was compared and came out.
    Column("bill_sha256", String(64), nullable=False),
    Column("content_sha256", String(64), nullable=False),
    Column("theirs_fen", BigInteger, nullable=False),
    Column("ours_fen", BigInteger, nullable=False),
    Column("differences", Integer, nullable=False),
    CheckConstraint("signed_by <> ''", name="signed"),
)

# Tills that call by the HTTP API.
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
