"""Aftercare: how often a slip was printed, how a customer wants to hear, what is to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

DUE_OR_ENDED = "(next_try_at IS NULL) = (sent_at IS NOT NULL OR given_up_at IS NOT NULL)"


def upgrade() -> None:
    _prints()
    _contacts()
    _outbox()


def _prints() -> None:
    op.create_table(
        "prints",
        sa.Column("refund_id", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.String(length=27), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_prints_count")),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.refund_id"], name=op.f("fk_prints_refund_id")),
        sa.PrimaryKeyConstraint("refund_id", name=op.f("pk_prints")),
    )


def _contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("closed", sa.Text(), nullable=False),
        sa.Column("masked", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("kept_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"], name=op.f("fk_contacts_order_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_contacts")),
    )
    op.create_index(op.f("ix_contacts_kept_at"), "contacts", ["kept_at"], unique=False)


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("message_id", sa.String(length=160), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.String(length=27), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.String(length=27), nullable=True),
        sa.Column("sent_at", sa.String(length=27), nullable=True),
        sa.Column("given_up_at", sa.String(length=27), nullable=True),
        sa.Column("trouble", sa.String(length=128), nullable=False),
        sa.CheckConstraint("sent_at IS NULL OR given_up_at IS NULL", name=op.f("ck_outbox_one_end")),
        sa.CheckConstraint(DUE_OR_ENDED, name=op.f("ck_outbox_due_or_ended")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_subject"), "outbox", ["subject"], unique=False)
    op.create_index(op.f("ix_outbox_next_try_at"), "outbox", ["next_try_at"], unique=False)
