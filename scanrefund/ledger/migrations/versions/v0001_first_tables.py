"""The first tables: orders, refunds, attempts, moves, codes, the book."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# The book and the moves are only ever added to, whoever holds the database.
APPEND_ONLY = ("book", "moves")

STATES = (
    "'WAIT_APPROVAL', 'READY', 'SENDING', 'UNKNOWN', 'PROCESSING', 'ABNORMAL', "
    "'HELD', 'SUCCEEDED', 'RETURNED_TO_MERCHANT', 'CLOSED', 'CANCELLED', 'PAID_OTHER_WAY', 'EXTERNAL'"
)


def upgrade() -> None:
    op.create_table(
        "book",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_book")),
    )
    op.create_index(op.f("ix_book_subject"), "book", ["subject"], unique=False)
    op.create_table(
        "codes",
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("wallet", sa.String(length=16), nullable=False),
        sa.Column("masked", sa.String(length=64), nullable=False),
        sa.Column("first_seen_at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_codes")),
    )
    op.create_table(
        "meta",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_meta")),
    )
    op.create_table(
        "orders",
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("wallet", sa.String(length=16), nullable=False),
        sa.Column("wallet_order_id", sa.String(length=64), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", sa.String(length=27), nullable=True),
        sa.Column("told_state", sa.String(length=16), nullable=False),
        sa.Column("cancelled_at", sa.String(length=27), nullable=True),
        sa.Column("cancelled_why", sa.Text(), nullable=False),
        sa.Column("payer_fingerprint", sa.String(length=32), nullable=False),
        sa.Column("extra", sa.Text(), nullable=False),
        sa.Column("wallet_reserved_fen", sa.BigInteger(), nullable=False),
        sa.Column("customer_reserved_fen", sa.BigInteger(), nullable=False),
        sa.Column("frozen_why", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.String(length=27), nullable=False),
        sa.CheckConstraint("told_state IN ('UNPAID', 'PAID', 'RELEASED')", name=op.f("ck_orders_told_state")),
        sa.CheckConstraint("amount_fen > 0 AND amount_fen <= 100000000", name=op.f("ck_orders_amount")),
        sa.CheckConstraint(
            "customer_reserved_fen BETWEEN 0 AND amount_fen", name=op.f("ck_orders_customer_cap")
        ),
        sa.CheckConstraint("wallet_reserved_fen BETWEEN 0 AND amount_fen", name=op.f("ck_orders_wallet_cap")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_orders")),
    )
    op.create_index(op.f("ix_orders_wallet_order_id"), "orders", ["wallet_order_id"], unique=False)
    op.create_table(
        "refunds",
        sa.Column("refund_id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("code_fingerprint", sa.String(length=32), nullable=True),
        sa.Column("wallet", sa.String(length=16), nullable=False),
        sa.Column("wallet_order_id", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("order_amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("clerk", sa.String(length=64), nullable=False),
        sa.Column("counter", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("asks", sa.Integer(), nullable=False),
        sa.Column("ever_unknown", sa.Boolean(), nullable=False),
        sa.Column("not_sent_only", sa.Boolean(), nullable=False),
        sa.Column("absent_asks", sa.Integer(), nullable=False),
        sa.Column("declined_code", sa.String(length=128), nullable=False),
        sa.Column("last_sent_at", sa.String(length=27), nullable=True),
        sa.Column("next_try_at", sa.String(length=27), nullable=True),
        sa.Column("next_command", sa.String(length=8), nullable=True),
        sa.Column("ended_at", sa.String(length=27), nullable=True),
        sa.Column("outcome", sa.String(length=24), nullable=True),
        sa.Column("wallet_code", sa.String(length=128), nullable=False),
        sa.Column("wallet_refund_id", sa.String(length=64), nullable=False),
        sa.Column("received_account", sa.String(length=128), nullable=False),
        sa.Column("lease_owner", sa.String(length=64), nullable=False),
        sa.Column("lease_until", sa.String(length=27), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            f"state IN ({STATES})",
            name=op.f("ck_refunds_state"),
        ),
        sa.CheckConstraint("amount_fen > 0 AND amount_fen <= 100000000", name=op.f("ck_refunds_amount")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"], name=op.f("fk_refunds_order_id")),
        sa.PrimaryKeyConstraint("refund_id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("code_fingerprint", name=op.f("uq_refunds_code_fingerprint")),
        sa.UniqueConstraint("order_id", "sequence", name=op.f("uq_refunds_order_id")),
        sa.UniqueConstraint("request_id", name=op.f("uq_refunds_request_id")),
    )
    op.create_index("ix_refunds_due", "refunds", ["next_try_at"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("refund_id", sa.String(length=64), nullable=False),
        sa.Column("command", sa.String(length=8), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("begun_at", sa.String(length=27), nullable=False),
        sa.Column("ended_at", sa.String(length=27), nullable=True),
        sa.Column("outcome", sa.String(length=24), nullable=True),
        sa.Column("code", sa.String(length=128), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("wallet_request_id", sa.String(length=128), nullable=False),
        sa.Column("signature", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.refund_id"], name=op.f("fk_attempts_refund_id")),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_refund_id"), "attempts", ["refund_id"], unique=False)
    op.create_table(
        "moves",
        sa.Column("move_id", sa.Integer(), nullable=False),
        sa.Column("refund_id", sa.String(length=64), nullable=False),
        sa.Column("old_state", sa.String(length=24), nullable=False),
        sa.Column("new_state", sa.String(length=24), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("cause", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.refund_id"], name=op.f("fk_moves_refund_id")),
        sa.PrimaryKeyConstraint("move_id", name=op.f("pk_moves")),
    )
    op.create_index(op.f("ix_moves_refund_id"), "moves", ["refund_id"], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        _forbid_changes_on_postgres()
    else:
        _forbid_changes_on_sqlite()


def _forbid_changes_on_sqlite() -> None:
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def _forbid_changes_on_postgres() -> None:
    op.execute(
        "CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; "
        "END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
