"""The rows about the people of one wish, read in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from scanrefund.ledger import approvals, clerk_uses, staff
from scanrefund.ledger.approvals import Given
from scanrefund.model.staff import Staff, Used


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose wish it is, under which name, and the shop's day and hour it falls in."""

    clerk: str
    request_id: str
    day: str
    hour: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger knows of a wish's people. `clerk` is None for a staff id nobody has."""

    clerk: Staff | None
    given: Given | None
    approver: Staff | None
    used_today: Used
    used_this_hour: Used
    everybody: tuple[Staff, ...]


def look(connection: Connection, asked: Asked, *, lock: bool) -> Known | None:
    """Read it all, None in a ledger without staff.

    With `lock` nobody can be disabled, and nothing be used, before the transaction ends.
    """
    if not staff.any_of(connection):
        return None
    clerk = staff.load(connection, asked.clerk, lock=lock)
    given = approvals.newest(connection, asked.request_id)
    approver = staff.load(connection, given.approver, lock=lock) if given else None
    day = hour = Used()
    if clerk is not None:
        day = clerk_uses.used(connection, clerk.staff_id, asked.day, lock=lock)
        hour = clerk_uses.used(connection, clerk.staff_id, asked.hour, lock=lock)
    return Known(clerk, given, approver, day, hour, tuple(staff.everybody(connection)))
