"""Tills with their tokens' hashes, the keys of their calls, and refunds found by the wallet's number."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "tills",
        sa.Column("till_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("clerk", sa.String(length=16), nullable=False),
        sa.Column("token_hash", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.String(length=27), nullable=False),
        sa.Column("revoked_at", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint("till_id", name=op.f("pk_tills")),
    )
    op.create_table(
        "till_calls",
        sa.Column("till_id", sa.String(length=16), nullable=False),
        sa.Column("key_hash", sa.String(length=32), nullable=False),
        sa.Column("call_hash", sa.String(length=32), nullable=False),
        sa.Column("bound_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["till_id"], ["tills.till_id"], name=op.f("fk_till_calls_till_id")),
        sa.PrimaryKeyConstraint("till_id", "key_hash", name=op.f("pk_till_calls")),
    )
    op.create_index(op.f("ix_till_calls_bound_at"), "till_calls", ["bound_at"], unique=False)
    op.create_index(op.f("ix_refunds_wallet_refund_id"), "refunds", ["wallet_refund_id"], unique=False)
