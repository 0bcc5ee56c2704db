from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import Inspector

from scanrefund.ledger.schema_after import metadata
from tests.unit.builders import open_ledger


def described(inspector: Inspector) -> dict[str, Any]:
    """Everything the database knows of our tables, without Alembic's own."""
    tables = sorted(set(inspector.get_table_names()) - {"alembic_version"})
    return {
        table: {
            "columns": [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)],
            "primary": inspector.get_pk_constraint(table),
            "unique": sorted(inspector.get_unique_constraints(table), key=str),
            "foreign": inspector.get_foreign_keys(table),
            "indexes": sorted(inspector.get_indexes(table), key=str),
            "checks": sorted(inspector.get_check_constraints(table), key=str),
        }
        for table in tables
    }


def test_migrations_build_the_tables_of_the_schema(tmp_path: Path) -> None:
    made = create_engine(f"sqlite:///{tmp_path / 'made.sqlite3'}")
    metadata.create_all(made)
    open_ledger(tmp_path / "migrated.sqlite3").close()
    migrated = create_engine(f"sqlite:///{tmp_path / 'migrated.sqlite3'}")
    assert described(inspect(migrated)) == described(inspect(made))
    assert set(described(inspect(made))) == set(metadata.tables)
    for engine in (made, migrated):
        engine.dispose()
