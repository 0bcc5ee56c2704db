"""What customers sign, and badges that name people."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("staff", sa.Column("badge", sa.String(64), nullable=False, server_default=""))
    op.create_table(
        "signatures",
        sa.Column("refund_id", sa.String(length=64), nullable=False),
        sa.Column("closed", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.refund_id"], name=op.f("fk_signatures_refund_id")),
        sa.PrimaryKeyConstraint("refund_id", name=op.f("pk_signatures")),
    )
