"""Who works here, kept and changed: each method is one transaction, in the book with who did it.

The book holds staff ids, never names: it must be kept for years, and people may ask to be forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from scanrefund.errors import KeyFault, UsageFault
from scanrefund.keys import Keys
from scanrefund.ledger import staff
from scanrefund.ledger.book import Facts
from scanrefund.ledger.engine import retried
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.migrate import PEOPLE_KEY, recall
from scanrefund.ledger.postgres import BOOK_LOCK, alone
from scanrefund.ledger.sign_ins import is_locked
from scanrefund.ledger.wish_people import Asked, Known, look
from scanrefund.model.printable import written_out
from scanrefund.model.staff import Permission, Role, Staff

# Nobody is found by anything longer; what is longer was typed into the wrong field.
STAFF_ID_CHARS_MAX = 16


@dataclass(frozen=True, slots=True)
class Listed:
    """A person in the list of people. `locked_until` is None too where only a colleague can unlock him."""

    staff: Staff
    locked: bool
    locked_until: datetime | None
    has_codes: bool


class Roster:
    """The people of this ledger. Every change raises UsageFault when the rules do not allow it."""

    def __init__(self, ledger: Ledger, keys: Keys) -> None:
        self._ledger = ledger
        self._keys = keys
        self._known_some = False

    def has_staff(self) -> bool:
        """Whether this ledger knows anybody; then the rules about people hold. People never vanish."""
        if not self._known_some:
            with self._ledger.reading() as connection:
                self._known_some = staff.any_of(connection)
        return self._known_some

    def find(self, staff_id: str) -> Staff | None:
        """One person, or None."""
        with self._ledger.reading() as connection:
            return staff.load(connection, staff_id)

    def everybody(self) -> list[Staff]:
        """Everybody, who has left too, in the order they came."""
        with self._ledger.reading() as connection:
            return staff.everybody(connection)

    def listed(self, now: datetime) -> list[Listed]:
        """Everybody with whether he is locked."""
        with self._ledger.reading() as connection:
            return [
                Listed(staff.person(row), is_locked(row, now), row.locked_until, bool(row.totp))
                for row in staff.rows(connection)
            ]

    def people_of(self, asked: Asked) -> Known | None:
        """The people of one wish, nothing locked: for a look before the order is locked."""
        with self._ledger.reading() as connection:
            return look(connection, asked, lock=False)

    @retried
    def add(self, new: Staff, pin: str, now: datetime, by: str) -> bool:
        """Write a new person down; False when his staff id was taken meanwhile.

        `by` is empty for the first person, who must be the owner and find nobody before him.
        """
        with self._ledger.writing() as connection:
            alone(connection, BOOK_LOCK)
            if by:
                staff.permitted(connection, by, Permission.STAFF_MANAGE)
            elif staff.any_of(connection):
                raise UsageFault("owner_is_there")
            if staff.load(connection, new.staff_id) is not None:
                return False
            if recall(connection, PEOPLE_KEY, self._keys.people_check_value()) != (
                self._keys.people_check_value()
            ):
                raise KeyFault("people_key_foreign")
            staff.add(connection, new, pin, now)
            facts: Facts = {"role": new.role.value}
            self._enter(connection, now, "staff_added", new.staff_id, by or new.staff_id, facts)
        return True

    @retried
    def set_pin(self, staff_id: str, pin: str, now: datetime, by: str) -> Staff:
        """A new PIN, and no tries of the old one. People set their own, the owner everybody's."""
        with self._ledger.writing() as connection:
            if by != staff_id:
                staff.permitted(connection, by, Permission.STAFF_MANAGE)
            _known(connection, staff_id)
            after = staff.change(connection, staff_id, pin=pin, tries=0, locked_until=None)
            self._enter(connection, now, "staff_pin_set", staff_id, by)
            return after

    @retried
    def set_role(self, staff_id: str, role: Role, now: datetime, by: str) -> Staff:
        """Another role. Raises UsageFault last_owner for the last owner's."""
        with self._ledger.writing() as connection:
            alone(connection, BOOK_LOCK)
            staff.permitted(connection, by, Permission.STAFF_MANAGE)
            before = _known(connection, staff_id)
            if role is not Role.OWNER:
                _not_the_last_owner(connection, before)
            after = staff.change(connection, staff_id, role=role.value)
            facts: Facts = {"old": before.role.value, "role": role.value}
            self._enter(connection, now, "staff_role_set", staff_id, by, facts)
            return after

    @retried
    def disable(self, staff_id: str, now: datetime, by: str) -> Staff:
        """Somebody works here no more. Raises UsageFault last_owner for the last owner."""
        with self._ledger.writing() as connection:
            alone(connection, BOOK_LOCK)
            staff.permitted(connection, by, Permission.STAFF_MANAGE)
            _not_the_last_owner(connection, _known(connection, staff_id))
            after = staff.change(connection, staff_id, active=False, totp="", badge="")
            self._enter(connection, now, "staff_disabled", staff_id, by)
            return after

    @retried
    def unlock(self, staff_id: str, now: datetime, by: str) -> Staff:
        """Forget somebody's wrong tries. Nobody unlocks himself."""
        with self._ledger.writing() as connection:
            staff.permitted(connection, by, Permission.STAFF_UNLOCK)
            _known(connection, staff_id)
            if by == staff_id:
                raise UsageFault("unlock_oneself")
            after = staff.change(connection, staff_id, tries=0, locked_until=None)
            self._enter(connection, now, "staff_unlocked", staff_id, by)
            return after

    @retried
    def set_totp(self, staff_id: str, closed: str, now: datetime, by: str) -> Staff:
        """A new secret for codes of the moment, for those who approve. The old one is worth nothing then."""
        with self._ledger.writing() as connection:
            if by != staff_id:
                staff.permitted(connection, by, Permission.STAFF_MANAGE)
            before = _known(connection, staff_id)
            if not before.may(Permission.REFUND_APPROVE):
                raise UsageFault("codes_not_for_role", staff_id=staff_id, role=before.role.value)
            after = staff.change(connection, staff_id, totp=closed, totp_step=0)
            self._enter(connection, now, "staff_codes_set", staff_id, by)
            return after

    @retried
    def set_badge(self, staff_id: str, badge: str, now: datetime, by: str) -> Staff:
        """A new badge; the old one names nobody then."""
        with self._ledger.writing() as connection:
            staff.permitted(connection, by, Permission.STAFF_MANAGE)
            _known(connection, staff_id)
            after = staff.change(connection, staff_id, badge=badge)
            self._enter(connection, now, "staff_badge_set", staff_id, by)
            return after

    def with_badge(self, badge: str) -> Staff | None:
        """Whose badge this is, or None."""
        with self._ledger.reading() as connection:
            found = [staff.person(row) for row in staff.rows(connection) if badge and row.badge == badge]
        return found[0] if found else None

    @retried
    def recover_owner(self, staff_id: str, pin: str, now: datetime) -> Staff:
        """A new PIN for the only owner, by whoever holds this counter's files. Raises UsageFault."""
        with self._ledger.writing() as connection:
            alone(connection, BOOK_LOCK)
            owner = _known(connection, staff_id)
            if owner.role is not Role.OWNER:
                raise UsageFault("recover_not_owner", staff_id=owner.staff_id)
            if _owners(connection) != [owner]:
                raise UsageFault("recover_other_owner", staff_id=owner.staff_id)
            after = staff.change(connection, staff_id, pin=pin, tries=0, locked_until=None, totp="", badge="")
            self._enter(connection, now, "owner_recovered", staff_id, "")
            return after

    @retried
    def note(self, by: str, kind: str, now: datetime) -> None:
        """Somebody did something at the counter that changes nobody: an entry in the book."""
        with self._ledger.writing() as connection:
            self._enter(connection, now, kind, by, by)

    def _enter(
        self,
        connection: Connection,
        now: datetime,
        kind: str,
        staff_id: str,
        by: str,
        more: Facts | None = None,
    ) -> None:
        self._ledger.enter(connection, now, kind, staff_id, {"by": by, **(more or {})})


def _known(connection: Connection, staff_id: str) -> Staff:
    found = staff.load(connection, staff_id)
    if found is None:
        raise UsageFault("staff_unknown", staff_id=written_out(staff_id[:STAFF_ID_CHARS_MAX]))
    if not found.active:
        raise UsageFault("staff_disabled", staff_id=found.staff_id)
    return found


def _owners(connection: Connection) -> list[Staff]:
    return [one for one in staff.everybody(connection) if one.active and one.role is Role.OWNER]


def _not_the_last_owner(connection: Connection, person: Staff) -> None:
    if _owners(connection) == [person]:
        raise UsageFault("last_owner", staff_id=person.staff_id)
