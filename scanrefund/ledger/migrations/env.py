"""Alembic's entry: run the steps on the connection the ledger hands over, inside its transaction."""

from alembic import context

from scanrefund.ledger.schema_after import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
