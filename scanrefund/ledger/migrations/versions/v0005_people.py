"""People: staff, approvals, what each clerk has used, and who approved which refund."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"

ROLES = "'clerk', 'supervisor', 'finance', 'owner', 'auditor'"
NOBODY_HIS_OWN = "approver = '' OR approver <> clerk"
NOT_SENT_BEFORE = "approval_for = '' OR approver <> '' OR sends = 0"


def upgrade() -> None:
    _refunds()
    _staff()
    _approvals()
    _clerk_uses()


def _refunds() -> None:
    op.add_column("refunds", sa.Column("approval_for", sa.String(24), nullable=False, server_default=""))
    op.add_column("refunds", sa.Column("order_version", sa.String(16), nullable=False, server_default=""))
    # SQLite takes a new CHECK only with a new column, and copying a table that others refer to is no option.
    op.execute(
        "ALTER TABLE refunds ADD COLUMN approver VARCHAR(64) DEFAULT '' NOT NULL "
        f"CONSTRAINT ck_refunds_approver CHECK ({NOBODY_HIS_OWN}) "
        f"CONSTRAINT ck_refunds_approved CHECK ({NOT_SENT_BEFORE})"
    )


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("staff_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("pin", sa.String(length=200), nullable=False),
        sa.Column("totp", sa.String(length=200), nullable=False),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.String(length=27), nullable=True),
        sa.Column("made_at", sa.String(length=27), nullable=False),
        sa.CheckConstraint(f"role IN ({ROLES})", name=op.f("ck_staff_role")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff")),
    )


def _approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("approval_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("order_version", sa.String(length=16), nullable=False),
        sa.Column("clerk", sa.String(length=16), nullable=False),
        sa.Column("approver", sa.String(length=16), nullable=False),
        sa.Column("given_at", sa.String(length=27), nullable=False),
        sa.Column("until", sa.String(length=27), nullable=False),
        sa.Column("used_at", sa.String(length=27), nullable=True),
        sa.Column("refund_id", sa.String(length=64), nullable=False),
        sa.CheckConstraint("approver <> clerk", name=op.f("ck_approvals_approver")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"], name=op.f("fk_approvals_order_id")),
        sa.ForeignKeyConstraint(["clerk"], ["staff.staff_id"], name=op.f("fk_approvals_clerk")),
        sa.ForeignKeyConstraint(["approver"], ["staff.staff_id"], name=op.f("fk_approvals_approver")),
        sa.PrimaryKeyConstraint("approval_id", name=op.f("pk_approvals")),
    )
    op.create_index(op.f("ix_approvals_request_id"), "approvals", ["request_id"], unique=False)


def _clerk_uses() -> None:
    op.create_table(
        "clerk_uses",
        sa.Column("staff_id", sa.String(length=16), nullable=False),
        sa.Column("stretch", sa.String(length=13), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("no_code_count", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "amount_fen >= 0 AND count >= 0 AND no_code_count >= 0", name=op.f("ck_clerk_uses_uses")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.staff_id"], name=op.f("fk_clerk_uses_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "stretch", name=op.f("pk_clerk_uses")),
    )
