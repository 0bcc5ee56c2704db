"""The tables about what follows a refund: complaints, what customers think, the fee the wallet gave back."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Integer, String, Table, Text

from scanrefund.ledger.columns import Told, UtcTime
from scanrefund.ledger.schema import metadata

# Complaints. What was said and what was answered lie closed under a key outside the database, and go with
# `purge`; the rest is counted.
complaints: Final = Table(
    "complaints",
    metadata,
    Column("complaint_id", Integer, primary_key=True),
    Column("refund_id", ForeignKey("refunds.refund_id"), nullable=False, index=True),
    Column("words", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("by", Told(64), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False, index=True),
    Column("answered_by", Told(64), nullable=False),
    Column("answered_at", UtcTime),
    Column("ended_by", Told(64), nullable=False),
    Column("ended_at", UtcTime),
)

# A customer's tick: one for each refund, the last one counts. No person stands in it.
opinions: Final = Table(
    "opinions",
    metadata,
    Column("refund_id", ForeignKey("refunds.refund_id"), primary_key=True),
    Column("good", Boolean, nullable=False),
    Column("dislike", String(16), nullable=False),
    Column("at", UtcTime, nullable=False),
    CheckConstraint("NOT (good AND dislike <> '')", name="dislike"),
)

# What the wallets took or gave back for a refund, as their bills tell it: filled by `reconcile`.
refund_fees: Final = Table(
    "refund_fees",
    metadata,
    Column("refund_id", ForeignKey("refunds.refund_id"), primary_key=True),
    # Thousandths of a fen; negative: given back to the shop.
    Column("fee_fen_thousandths", BigInteger, nullable=False),
    # The day of the bill that told it.
    Column("told_on", String(10), nullable=False),
)
