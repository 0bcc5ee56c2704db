"""How much of everything the ledger holds, and what was alarming lately; no row of it."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, String, func, select, text, type_coerce

from scanrefund.ledger import book as entries
from scanrefund.ledger.behind import since
from scanrefund.ledger.schema import attempts, book, refunds
from scanrefund.ledger.schema_after import metadata

ALARMS_MAX: Final = 200

_BY_STATE: Final = select(refunds.c.state, func.count().label("refunds")).group_by(refunds.c.state)
_BY_OUTCOME: Final = (
    select(refunds.c.wallet, attempts.c.command, attempts.c.outcome, attempts.c.code, func.count())
    .join(refunds, refunds.c.refund_id == attempts.c.refund_id)
    .group_by(refunds.c.wallet, attempts.c.command, attempts.c.outcome, attempts.c.code)
    .order_by(func.count().desc())
    .limit(ALARMS_MAX)
)
_ALARMS: Final = (
    select(book.c.number, type_coerce(book.c.at, String).label("at"), book.c.subject, book.c.facts)
    .where(book.c.kind == "alarm")
    .order_by(book.c.number.desc())
    .limit(ALARMS_MAX)
)


def inventory(connection: Connection) -> dict[str, Any]:
    """Rows by table, refunds by state, how trips ended, the newest alarms; for whoever helps from afar."""
    behind = since(connection)
    number, seal = entries.head(connection)
    return {
        "database": connection.dialect.name,
        "tables_version": connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one(),
        "rows": {table.name: _rows(connection, table.name) for table in metadata.sorted_tables},
        "refunds": {row.state: row.refunds for row in connection.execute(_BY_STATE)},
        "trips": [list(row) for row in connection.execute(_BY_OUTCOME)],
        "book": {"head": f"{number}:{seal}", "behind_since": behind.isoformat() if behind else None},
        "alarms": [[row.number, row.at, row.subject, row.facts] for row in connection.execute(_ALARMS)],
    }


def _rows(connection: Connection, table: str) -> int:
    return connection.execute(select(func.count()).select_from(metadata.tables[table])).scalar_one()
