"""The wallets' notices, each kept once."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("wallet", sa.String(length=16), nullable=False),
        sa.Column("notice_id", sa.String(length=64), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("refund_id", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kept_at", sa.String(length=27), nullable=False),
        sa.Column("heard_at", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint("wallet", "notice_id", name="pk_notices"),
    )
    op.create_index("ix_notices_heard_at", "notices", ["heard_at"])
