"""What people and found facts need: waiting, release, linked rows, facts beyond the cap, looked-up orders."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NO = sa.text("false")


def upgrade() -> None:
    op.add_column("orders", sa.Column("looked_up_at", sa.String(length=27), nullable=True))
    op.add_column("refunds", sa.Column("not_before", sa.String(length=27), nullable=True))
    op.add_column("refunds", sa.Column("odd_answers", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("refunds", sa.Column("released", sa.Boolean(), nullable=False, server_default=NO))
    op.add_column("refunds", sa.Column("instead_of", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("refunds", sa.Column("beyond_cap", sa.Boolean(), nullable=False, server_default=NO))
