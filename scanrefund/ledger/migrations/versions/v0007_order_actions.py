"""What people do to an order, what the till is told of it, what was looked at for a refund."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("orders", sa.Column("window_until", sa.String(27), nullable=True))
    _reversals()
    _marks()
    _evidence()


def _reversals() -> None:
    op.create_table(
        "reversals",
        sa.Column("reversal_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("old_fen", sa.BigInteger(), nullable=False),
        sa.Column("new_fen", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("ended_at", sa.String(length=27), nullable=True),
        sa.CheckConstraint("new_fen >= 0 AND new_fen <= old_fen", name=op.f("ck_reversals_lower")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"], name=op.f("fk_reversals_order_id")),
        sa.PrimaryKeyConstraint("reversal_id", name=op.f("pk_reversals")),
        sa.UniqueConstraint("request_id", name=op.f("uq_reversals_request_id")),
    )
    op.create_index(op.f("ix_reversals_order_id"), "reversals", ["order_id"], unique=False)


def _marks() -> None:
    op.create_table(
        "marks",
        sa.Column("mark_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("refund_id", sa.String(length=64), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("order_state", sa.String(length=16), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("refunded_fen", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.String(length=27), nullable=True),
        sa.Column("told_at", sa.String(length=27), nullable=True),
        sa.Column("trouble", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"], name=op.f("fk_marks_order_id")),
        sa.PrimaryKeyConstraint("mark_id", name=op.f("pk_marks")),
    )
    op.create_index(op.f("ix_marks_order_id"), "marks", ["order_id"], unique=False)
    op.create_index(op.f("ix_marks_next_try_at"), "marks", ["next_try_at"], unique=False)


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        sa.Column("refund_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("photo_sha256", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.refund_id"], name=op.f("fk_evidence_refund_id")),
        sa.PrimaryKeyConstraint("evidence_id", name=op.f("pk_evidence")),
    )
    op.create_index(op.f("ix_evidence_refund_id"), "evidence", ["refund_id"], unique=False)
