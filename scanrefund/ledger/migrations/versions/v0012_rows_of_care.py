"""How a customer was paid by hand, orders on hold, complaints, opinions, fees, applicants."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("refunds", sa.Column("method", sa.String(8), nullable=False, server_default=""))
    op.add_column("refunds", sa.Column("bank_reference", sa.String(64), nullable=False, server_default=""))
    _make_holds()
    _make_complaints()
    _make_opinions()
    _make_refund_fees()
    _make_applicants()


def _make_holds() -> None:
    op.create_table(
        "holds",
        sa.Column("hold_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("refund_id", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("lifted_by", sa.String(length=64), nullable=False),
        sa.Column("lifted_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"], name=op.f("fk_holds_order_id")),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_holds")),
    )
    op.create_index(op.f("ix_holds_order_id"), "holds", ["order_id"])
    op.create_index(op.f("ix_holds_lifted_at"), "holds", ["lifted_at"])


def _make_complaints() -> None:
    op.create_table(
        "complaints",
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("refund_id", sa.String(length=64), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("due_at", sa.String(length=27), nullable=False),
        sa.Column("answered_by", sa.String(length=64), nullable=False),
        sa.Column("answered_at", sa.String(length=27), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=False),
        sa.Column("ended_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.refund_id"], name=op.f("fk_complaints_refund_id")),
        sa.PrimaryKeyConstraint("complaint_id", name=op.f("pk_complaints")),
    )
    op.create_index(op.f("ix_complaints_refund_id"), "complaints", ["refund_id"])
    op.create_index(op.f("ix_complaints_due_at"), "complaints", ["due_at"])


def _make_opinions() -> None:
    op.create_table(
        "opinions",
        sa.Column("refund_id", sa.String(length=64), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.Column("dislike", sa.String(length=16), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.CheckConstraint("NOT (good AND dislike <> '')", name=op.f("ck_opinions_dislike")),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.refund_id"], name=op.f("fk_opinions_refund_id")),
        sa.PrimaryKeyConstraint("refund_id", name=op.f("pk_opinions")),
    )


def _make_refund_fees() -> None:
    op.create_table(
        "refund_fees",
        sa.Column("refund_id", sa.String(length=64), nullable=False),
        sa.Column("fee_fen_thousandths", sa.BigInteger(), nullable=False),
        sa.Column("told_on", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.refund_id"], name=op.f("fk_refund_fees_refund_id")),
        sa.PrimaryKeyConstraint("refund_id", name=op.f("pk_refund_fees")),
    )


def _make_applicants() -> None:
    op.create_table(
        "applicants",
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("closed", sa.Text(), nullable=False),
        sa.Column("masked", sa.String(length=8), nullable=False),
        sa.Column("kept_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"], name=op.f("fk_applicants_order_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_applicants")),
    )
