"""Tills and the keys of their calls: each method is one transaction, in the book with who did it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from scanrefund.errors import UsageFault
from scanrefund.ledger import staff
from scanrefund.ledger.book import Facts
from scanrefund.ledger.engine import retried
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.postgres import BOOK_LOCK, alone
from scanrefund.ledger.schema_after import till_calls, tills
from scanrefund.model.printable import written_out
from scanrefund.model.staff import Permission, Staff
from scanrefund.model.till import Till

# A till that has not had its answer by then asks by the order's number; refunds keep their request for ever.
CALLS_KEPT: Final = timedelta(days=30)
TILL_ID_CHARS_MAX: Final = 16


@dataclass(frozen=True, slots=True)
class KeptTill:
    """A till with what is kept of its token."""

    till: Till
    token_hash: str = field(repr=False)


class Tills:
    """The tills of this ledger. Changes raise UsageFault when the rules do not allow them."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def find(self, till_id: str) -> KeptTill | None:
        """One till, revoked or not, or None."""
        with self._ledger.reading() as connection:
            row = connection.execute(select(tills).where(tills.c.till_id == till_id)).one_or_none()
        return KeptTill(_till(row), row.token_hash) if row else None

    def listed(self) -> list[Till]:
        """Every till, in the order they came."""
        with self._ledger.reading() as connection:
            rows = connection.execute(select(tills).order_by(tills.c.made_at, tills.c.till_id))
            return [_till(row) for row in rows]

    def next_id(self) -> str:
        """The id that the next till gets. Tills never vanish."""
        with self._ledger.reading() as connection:
            return f"t{connection.execute(select(func.count()).select_from(tills)).scalar_one() + 1}"

    @retried
    def add(self, new: Till, token_hash: str, by: str) -> bool:
        """Write a new till down; False when its id was taken meanwhile.

        Where staff is known `by` needs staff.manage, and the till a clerk who may refund.
        """
        with self._ledger.writing() as connection:
            alone(connection, BOOK_LOCK)
            clerk = _answerable(connection, new.clerk, by)
            if connection.execute(select(tills.c.till_id).where(tills.c.till_id == new.till_id)).first():
                return False
            row = {"till_id": new.till_id, "name": new.name, "clerk": new.clerk, "made_at": new.made_at}
            connection.execute(insert(tills), row | {"token_hash": token_hash})
            facts: Facts = {"by": by, "clerk": clerk.staff_id if clerk else ""}
            self._ledger.enter(connection, new.made_at, "till_added", new.till_id, facts)
        return True

    @retried
    def revoke(self, till_id: str, now: datetime, by: str) -> Till:
        """Let a till's token open nothing any more. One that was revoked before stays as it is."""
        with self._ledger.writing() as connection:
            if staff.any_of(connection):
                staff.permitted(connection, by, Permission.STAFF_MANAGE)
            found = connection.execute(select(tills).where(tills.c.till_id == till_id)).one_or_none()
            if found is None:
                raise UsageFault("till_unknown", till_id=written_out(till_id[:TILL_ID_CHARS_MAX]))
            if found.revoked_at is None:
                connection.execute(update(tills).where(tills.c.till_id == till_id).values(revoked_at=now))
                self._ledger.enter(connection, now, "till_revoked", till_id, {"by": by})
            after = connection.execute(select(tills).where(tills.c.till_id == till_id)).one()
        return _till(after)

    @retried
    def bind(self, till_id: str, key_hash: str, call_hash: str, now: datetime) -> bool:
        """Bind a key to one call; True the first time, False for the same call again.

        Raises UsageFault idempotency_key_reused for another call under the same key.
        """
        with self._ledger.writing() as connection:
            alone(connection, BOOK_LOCK)
            connection.execute(delete(till_calls).where(till_calls.c.bound_at < now - CALLS_KEPT))
            mine = (till_calls.c.till_id == till_id, till_calls.c.key_hash == key_hash)
            bound = connection.execute(select(till_calls.c.call_hash).where(*mine)).scalar_one_or_none()
            if bound is None:
                row = {"till_id": till_id, "key_hash": key_hash, "call_hash": call_hash, "bound_at": now}
                connection.execute(insert(till_calls), row)
                return True
        if bound != call_hash:
            raise UsageFault("idempotency_key_reused")
        return False


def _answerable(connection: Connection, clerk: str, by: str) -> Staff | None:
    """Who answers for a new till; None in a ledger without staff."""
    if not staff.any_of(connection):
        if clerk:
            raise UsageFault("staff_not_kept")
        return None
    staff.permitted(connection, by, Permission.STAFF_MANAGE)
    person = staff.load(connection, clerk) if clerk else None
    if person is None or not person.may(Permission.REFUND_CREATE):
        raise UsageFault("till_clerk_wrong")
    return person


def _till(row: Row[Any]) -> Till:
    return Till(row.till_id, row.name, row.clerk, row.made_at, row.revoked_at)
