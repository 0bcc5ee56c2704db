"""The people in the ledger: rows read and written inside a transaction. Sign-ins are in `sign_ins.py`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from scanrefund.errors import Bug, UsageFault
from scanrefund.ledger.schema import staff
from scanrefund.model.staff import Permission, Role, Staff

# Statements are made once: SQLAlchemy takes longer to make one than the database to run it.
_ONE: Final = select(staff).where(staff.c.staff_id == bindparam("this"))
# Held until the transaction ends: nobody is disabled while his word is being used.
_ONE_HELD: Final = _ONE.with_for_update(read=True)
_ONE_LOCKED: Final = _ONE.with_for_update()
_ANY: Final = select(staff.c.staff_id).limit(1)
_ALL: Final = select(staff).order_by(staff.c.made_at, staff.c.staff_id)


def any_of(connection: Connection) -> bool:
    """Whether this ledger knows anybody."""
    return connection.execute(_ANY).first() is not None


def load(connection: Connection, staff_id: str, *, lock: bool = False) -> Staff | None:
    """One person, or None."""
    row = connection.execute(_ONE_HELD if lock else _ONE, {"this": staff_id}).one_or_none()
    return person(row) if row else None


def permitted(connection: Connection, by: str, permission: Permission) -> Staff:
    """Who decides, his row held until the transaction ends. Raises UsageFault when he may not, or no more."""
    person = load(connection, by, lock=True)
    if person is None or not person.may(permission):
        raise UsageFault("not_permitted", permission=permission.value)
    return person


def permitted_on(connection: Connection, by: str, permission: Permission, clerk: str) -> None:
    """The same for a second person on a refund of `clerk`'s. Nothing in a ledger without staff."""
    if not any_of(connection):
        return
    if by == clerk:
        raise UsageFault("own_refund")
    permitted(connection, by, permission)


def locked_row(connection: Connection, staff_id: str) -> Row[Any] | None:
    """One person's whole row, locked against every other writer where the database can."""
    return connection.execute(_ONE_LOCKED, {"this": staff_id}).one_or_none()


def everybody(connection: Connection) -> list[Staff]:
    """Everybody, in the order they came."""
    return [person(row) for row in rows(connection)]


def rows(connection: Connection) -> list[Row[Any]]:
    """Everybody's row, in the order they came."""
    return list(connection.execute(_ALL))


def add(connection: Connection, new: Staff, pin: str, now: datetime) -> None:
    """Write a new person down."""
    row = {"staff_id": new.staff_id, "name": new.name, "role": new.role.value, "active": new.active}
    connection.execute(insert(staff), {**row, "pin": pin, "made_at": now})


def change(connection: Connection, staff_id: str, **news: object) -> Staff:
    """Change a person who must be there, and give him back as he now is."""
    connection.execute(update(staff).where(staff.c.staff_id == staff_id).values(news))
    after = load(connection, staff_id)
    if after is None:
        raise Bug("staff_vanished", staff_id=staff_id)
    return after


def person(row: Row[Any]) -> Staff:
    """A row as the person it tells of."""
    return Staff(row.staff_id, row.name, Role(row.role), bool(row.active))
