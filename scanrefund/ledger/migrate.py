"""The tables' versions, run by the program itself. Alembic is loaded only when there is something to do."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, insert, inspect, select, text

from scanrefund.errors import KeyFault, LedgerFault
from scanrefund.keys import Keys
from scanrefund.ledger.engine import reading, retried, writing
from scanrefund.ledger.postgres import alone_to_migrate
from scanrefund.ledger.schema import meta

NEWEST: Final = "0012"

# The name of the fact that says which key the people's PINs are under.
PEOPLE_KEY: Final = "people_key"


def bring_up_to_date(engine: Engine) -> None:
    """Make or migrate the tables. Raises LedgerFault for one newer than this program, or not ours."""
    version = _version(engine)
    if version == NEWEST:
        return
    if version is not None and version > NEWEST:
        raise LedgerFault("ledger_newer", version=version, newest=NEWEST)
    _upgrade(engine)


def recall(connection: Connection, name: str, first_value: str) -> str:
    """A fact that is written once and read ever after."""
    value = known(connection, name)
    if value is None:
        connection.execute(insert(meta).values(name=name, value=first_value))
        return first_value
    return value


def known(connection: Connection, name: str) -> str | None:
    """A fact that was written once, or None."""
    return connection.execute(select(meta.c.value).where(meta.c.name == name)).scalar_one_or_none()


@retried
def refuse_foreign_keys(engine: Engine, keys: Keys) -> None:
    """Bind the ledger to the keys of its first start. Raises KeyFault for any others."""
    with writing(engine) as connection:
        same = recall(connection, "keys", keys.check_value()) == keys.check_value()
        people = known(connection, PEOPLE_KEY) in (None, keys.people_check_value())
        if not (same and people):
            raise KeyFault("keys_foreign", url=engine.url.render_as_string())


def _version(engine: Engine) -> str | None:
    with reading(engine) as connection:
        tables = inspect(connection).get_table_names()
        if tables and "alembic_version" not in tables:
            raise LedgerFault("ledger_foreign", path=engine.url.database)
        if not tables:
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _upgrade(engine: Engine) -> None:
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with writing(engine) as connection:
        # Of two counters that start at once the second finds nothing left to do.
        alone_to_migrate(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
