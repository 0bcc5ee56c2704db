"""The book and the moves grow at their end only; what the self test found is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

LAST = "SELECT COALESCE(MAX(number), 0) FROM book"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _append_at_the_end_on_postgres()
    else:
        _append_at_the_end_on_sqlite()
    op.create_table(
        "self_tests",
        sa.Column("self_test_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("counter", sa.String(length=64), nullable=False),
        sa.Column("ready", sa.Boolean(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("self_test_id", name=op.f("pk_self_tests")),
    )


def _append_at_the_end_on_sqlite() -> None:
    # INSERT OR REPLACE deletes without asking the triggers against DELETE.
    op.execute(
        "CREATE TRIGGER book_at_the_end BEFORE INSERT ON book "
        f"WHEN NEW.number <> ({LAST}) + 1 BEGIN SELECT RAISE(ABORT, 'book is append-only'); END"
    )
    op.execute(
        "CREATE TRIGGER moves_no_replace BEFORE INSERT ON moves "
        "WHEN EXISTS (SELECT 1 FROM moves WHERE move_id = NEW.move_id) "
        "BEGIN SELECT RAISE(ABORT, 'moves is append-only'); END"
    )


def _append_at_the_end_on_postgres() -> None:
    op.execute(
        "CREATE FUNCTION book_at_the_end() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NEW.number <> ({LAST}) + 1 THEN "
        "RAISE EXCEPTION 'book is append-only' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        "RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER book_at_the_end BEFORE INSERT ON book FOR EACH ROW EXECUTE FUNCTION book_at_the_end()"
    )
