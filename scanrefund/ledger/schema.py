"""The tables. Their rules stand here as CHECK and UNIQUE, so that no code path can talk its way around them.

`migrations/` builds the same tables step by step; a test compares the two.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from scanrefund.ledger.columns import Told, UtcTime
from scanrefund.model.money import AMOUNT_FEN_MAX
from scanrefund.model.refund import RefundState
from scanrefund.model.staff import Role

metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

# As long as the longest number of ours, an order's.
SUBJECT_CHARS_MAX: Final = 64

_STATES: Final = ", ".join(f"'{state}'" for state in RefundState)
_ROLES: Final = ", ".join(f"'{role}'" for role in Role)

meta: Final = Table(
    "meta",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

orders: Final = Table(
    "orders",
    metadata,
    Column("order_id", String(64), primary_key=True),
    Column("wallet", String(16), nullable=False),
    Column("wallet_order_id", String(64), nullable=False, index=True),
    Column("amount_fen", BigInteger, nullable=False),
    Column("paid_at", UtcTime),
    # What the outside said: UNPAID, PAID or RELEASED. Every other order state follows from rows.
    Column("told_state", String(16), nullable=False),
    Column("cancelled_at", UtcTime),
    Column("cancelled_why", Text, nullable=False, default=""),
    Column("payer_fingerprint", String(32), nullable=False, default=""),
    Column("extra", Text, nullable=False, default="{}"),
    # What the wallet has moved or may still move back, and what the customer has or may still get.
    Column("wallet_reserved_fen", BigInteger, nullable=False, default=0),
    Column("customer_reserved_fen", BigInteger, nullable=False, default=0),
    Column("frozen_why", Text, nullable=False, default=""),
    Column("kept_at", UtcTime, nullable=False),
    # When the wallet was last asked for every refund number this order can have.
    Column("looked_up_at", UtcTime),
    # A person lets the order be refunded until then, although the shop's return period is over.
    Column("window_until", UtcTime),
    CheckConstraint(f"amount_fen > 0 AND amount_fen <= {AMOUNT_FEN_MAX}", name="amount"),
    CheckConstraint("wallet_reserved_fen BETWEEN 0 AND amount_fen", name="wallet_cap"),
    CheckConstraint("customer_reserved_fen BETWEEN 0 AND amount_fen", name="customer_cap"),
    CheckConstraint("told_state IN ('UNPAID', 'PAID', 'RELEASED')", name="told_state"),
)

refunds: Final = Table(
    "refunds",
    metadata,
    Column("refund_id", String(64), primary_key=True),
    Column("order_id", ForeignKey("orders.order_id"), nullable=False),
    # 1–99: a number of ours. −1…−99: paid another way instead of that one. Below: found at the wallet
    # under a number that is not ours.
    Column("sequence", Integer, nullable=False),
    Column("request_id", String(64), nullable=False),
    # One code proves one presence: a second refund under the same code cannot be written.
    Column("code_fingerprint", String(32)),
    Column("wallet", String(16), nullable=False),
    Column("wallet_order_id", String(64), nullable=False),
    Column("account", String(64), nullable=False),
    Column("order_amount_fen", BigInteger, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("clerk", Told(64), nullable=False, default=""),
    Column("counter", String(64), nullable=False, default=""),
    Column("body", LargeBinary, nullable=False),
    Column("state", String(24), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("sends", Integer, nullable=False, default=0),
    Column("asks", Integer, nullable=False, default=0),
    Column("ever_unknown", Boolean, nullable=False, default=False),
    Column("not_sent_only", Boolean, nullable=False, default=True),
    Column("absent_asks", Integer, nullable=False, default=0),
    Column("declined_code", Told(128), nullable=False, default=""),
    Column("last_sent_at", UtcTime),
    Column("next_try_at", UtcTime),
    Column("next_command", String(8)),
    Column("ended_at", UtcTime),
    Column("outcome", String(24)),
    Column("wallet_code", Told(128), nullable=False, default=""),
    Column("wallet_refund_id", Told(64), nullable=False, default="", index=True),
    Column("received_account", Told(128), nullable=False, default=""),
    Column("lease_owner", String(64), nullable=False, default=""),
    Column("lease_until", UtcTime),
    Column("epoch", Integer, nullable=False, default=0),
    # The wallet wants time between two refunds of one order.
    Column("not_before", UtcTime),
    Column("odd_answers", Integer, nullable=False, server_default="0"),
    Column("released", Boolean, nullable=False, server_default=false()),
    Column("instead_of", String(64), nullable=False, server_default=""),
    # A fact from the wallet that the caps could not hold: it stands here, and the order is frozen.
    Column("beyond_cap", Boolean, nullable=False, server_default=false()),
    # Why a second person had to agree, who did, and the order he was asked about; empty where nobody had to.
    Column("approval_for", String(24), nullable=False, server_default=""),
    Column("order_version", String(16), nullable=False, server_default=""),
    Column("approver", Told(64), nullable=False, server_default=""),
    # How a customer was paid by hand, and what the bank calls its transfer; both empty for a wallet's refund.
    Column("method", String(8), nullable=False, server_default=""),
    Column("bank_reference", String(64), nullable=False, server_default=""),
    UniqueConstraint("request_id"),
    UniqueConstraint("code_fingerprint"),
    UniqueConstraint("order_id", "sequence"),
    CheckConstraint(f"amount_fen > 0 AND amount_fen <= {AMOUNT_FEN_MAX}", name="amount"),
    CheckConstraint(f"state IN ({_STATES})", name="state"),
    # Nobody approves his own refund, and no byte of one leaves before somebody has approved it.
    CheckConstraint("approver = '' OR approver <> clerk", name="approver"),
    CheckConstraint("approval_for = '' OR approver <> '' OR sends = 0", name="approved"),
    Index("ix_refunds_due", "next_try_at"),
)

attempts: Final = Table(
    "attempts",
    metadata,
    Column("attempt_id", Integer, primary_key=True),
    Column("refund_id", ForeignKey("refunds.refund_id"), nullable=False, index=True),
    Column("command", String(8), nullable=False),
    Column("account", String(64), nullable=False),
    Column("body_sha256", String(64), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("begun_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("outcome", String(24)),
    Column("code", Told(128), nullable=False, default=""),
    Column("message", Text, nullable=False, default=""),
    Column("http_status", Integer),
    Column("wallet_request_id", Told(128), nullable=False, default=""),
    Column("signature", String(16), nullable=False, default=""),
)

moves: Final = Table(
    "moves",
    metadata,
    Column("move_id", Integer, primary_key=True),
    Column("refund_id", ForeignKey("refunds.refund_id"), nullable=False, index=True),
    Column("old_state", String(24), nullable=False),
    Column("new_state", String(24), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("cause", Told(128), nullable=False),
)

codes: Final = Table(
    "codes",
    metadata,
    Column("fingerprint", String(32), primary_key=True),
    Column("wallet", String(16), nullable=False),
    Column("masked", String(64), nullable=False),
    Column("first_seen_at", UtcTime, nullable=False),
)

# What a wallet told us by itself, each once. Its body names people and is not kept.
notices: Final = Table(
    "notices",
    metadata,
    Column("wallet", String(16), primary_key=True),
    Column("notice_id", Told(64), primary_key=True),
    Column("event", Told(64), nullable=False),
    Column("order_id", Told(64), nullable=False),
    Column("refund_id", Told(64), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("kept_at", UtcTime, nullable=False),
    # When the wallet was asked because of it; until then it waits for the worker.
    Column("heard_at", UtcTime, index=True),
)

# Who works here. A person stays for ever; what was signed with a staff id must keep its meaning.
staff: Final = Table(
    "staff",
    metadata,
    Column("staff_id", String(16), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("role", String(16), nullable=False),
    Column("active", Boolean, nullable=False),
    # argon2id over the peppered PIN, and the closed secret of the codes of the moment.
    Column("pin", String(200), nullable=False),
    Column("totp", String(200), nullable=False, default=""),
    # The last step whose code was taken: each serves once.
    Column("totp_step", BigInteger, nullable=False, default=0),
    # Tries begun since the last that was right; a try counts before it is judged.
    Column("tries", Integer, nullable=False, default=0),
    Column("locked_until", UtcTime),
    Column("made_at", UtcTime, nullable=False),
    # The keyed hash of the badge's secret; empty without one.
    Column("badge", String(64), nullable=False, server_default=""),
    CheckConstraint(f"role IN ({_ROLES})", name="role"),
)

# A second person's word on one wish: good for these numbers only, for five minutes, once.
approvals: Final = Table(
    "approvals",
    metadata,
    Column("approval_id", Integer, primary_key=True),
    Column("request_id", String(64), nullable=False, index=True),
    Column("order_id", ForeignKey("orders.order_id"), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("order_version", String(16), nullable=False),
    Column("clerk", ForeignKey("staff.staff_id"), nullable=False),
    Column("approver", ForeignKey("staff.staff_id"), nullable=False),
    Column("given_at", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("used_at", UtcTime),
    Column("refund_id", String(64), nullable=False, default=""),
    CheckConstraint("approver <> clerk", name="approver"),
)

# What a customer has drawn to agree to a refund: closed under a key outside the database, one for each.
signatures: Final = Table(
    "signatures",
    metadata,
    Column("refund_id", ForeignKey("refunds.refund_id"), primary_key=True),
    Column("closed", Text, nullable=False),
    Column("signed_at", UtcTime, nullable=False),
)

# What each clerk has refunded in one day (`2026-11-23`) or hour (`2026-11-23T18`) of the shop.
clerk_uses: Final = Table(
    "clerk_uses",
    metadata,
    Column("staff_id", ForeignKey("staff.staff_id"), primary_key=True),
    Column("stretch", String(13), primary_key=True),
    Column("amount_fen", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("no_code_count", Integer, nullable=False),
    CheckConstraint("amount_fen >= 0 AND count >= 0 AND no_code_count >= 0", name="uses"),
)

book: Final = Table(
    "book",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("subject", String(SUBJECT_CHARS_MAX), nullable=False, index=True),
    Column("facts", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("seal", String(64), nullable=False),
)
