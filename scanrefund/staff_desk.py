"""The people of the shop: signing in, managing them, and deciding about refunds that wait for approval."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from scanrefund.aftercare.receipt import Receipt, Writer
from scanrefund.dispatch.clock import Clock
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.errors import Bug, UsageFault
from scanrefund.keys import Keys
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.roster import Listed, Roster
from scanrefund.ledger.waiting import Waiting
from scanrefund.model.refund import Refund
from scanrefund.model.staff import Doubt, Permission, Role, Secret, SignIn, Staff
from scanrefund.people import totp
from scanrefund.people.badges import badge_text, new_badge
from scanrefund.people.pins import PinHasher, refuse_easy
from scanrefund.people.recogniser import Recogniser

# A name on a badge, and what somebody reads of a reason.
NAME_CHARS_MAX: Final = 40
WHY_CHARS_MAX: Final = 300
WAITING_MAX: Final = 500
# Far more than a shop employs, and than people ever added at the same moment.
STAFF_MAX: Final = 10_000
_TRIES: Final = 20


@dataclass(frozen=True, slots=True)
class Trusted:
    """How PINs are judged: the recogniser and what it stands on."""

    recogniser: Recogniser
    keys: Keys
    hasher: PinHasher


class SignInFault(UsageFault):
    """Somebody is not believed to be himself, or may not do this; `sign_in` says why."""

    def __init__(self, code: str, sign_in: SignIn, **details: object) -> None:
        super().__init__(code, **details)
        self.sign_in = sign_in


class StaffDesk:
    """Build with `assemble.open_house`. `by` is always the staff id of somebody who has proved himself.

    Changes raise UsageFault when the rules do not allow them. Secrets come in as `Secret` and are never kept.
    """

    def __init__(
        self,
        roster: Roster,
        waiting: Waiting,
        trusted: Trusted,
        dispatcher: Dispatcher,
        clock: Clock,
        writer: Writer,
    ) -> None:
        self._roster = roster
        self._waiting = waiting
        self._trusted = trusted
        self._dispatcher = dispatcher
        self._clock = clock
        self._writer = writer

    def has_staff(self) -> bool:
        """Whether the ledger knows anybody; from then on the rules about people hold."""
        return self._roster.has_staff()

    def names(self) -> list[Staff]:
        """Whoever works here now, for the sign-in screen."""
        return [one for one in self._roster.everybody() if one.active]

    def listed(self) -> list[Listed]:
        """Everybody, with who is locked and who has codes of the moment."""
        return self._roster.listed(self._clock.now())

    def find(self, staff_id: str) -> Staff | None:
        """One person as he now is, or None: a session asks at each step whether somebody still works here."""
        return self._roster.find(staff_id)

    def sign_in(self, staff_id: str, pin: Secret) -> SignIn:
        """Believe somebody for a whole shift, by PIN."""
        return self._trusted.recogniser.by_pin(staff_id, pin)

    def authorise(self, staff_id: str, secret: Secret, permission: Permission) -> SignIn:
        """Believe somebody for one thing, by PIN or code of the moment, if he may do it."""
        return self._trusted.recogniser.for_once(staff_id, secret, permission)

    def first_owner(self, name: str, pin: Secret) -> Staff:
        """Make the owner of a ledger without staff. Raises UsageFault owner_is_there otherwise."""
        return self._add(name, Role.OWNER, pin, by="")

    def add(self, by: str, name: str, role: Role, pin: Secret) -> Staff:
        """Somebody new works here; his staff id is chosen for him. Needs staff.manage."""
        return self._add(name, role, pin, by)

    def reset_pin(self, by: str, staff_id: str, pin: Secret) -> Staff:
        """A new PIN for somebody who has forgotten his; he is unlocked too. One's own: `change_pin`."""
        if by == staff_id:
            raise UsageFault("own_pin")
        return self._roster.set_pin(staff_id, self._kept(staff_id, pin), self._clock.now(), by)

    def change_pin(self, staff_id: str, old: Secret, new: Secret) -> SignIn:
        """A new PIN of one's own, for whoever knows the old one."""
        found = self.sign_in(staff_id, old)
        if found.staff is not None:
            self._roster.set_pin(staff_id, self._kept(staff_id, new), self._clock.now(), staff_id)
        return found

    def set_role(self, by: str, staff_id: str, role: Role) -> Staff:
        """Another role. The last owner stays one."""
        return self._roster.set_role(staff_id, role, self._clock.now(), by)

    def disable(self, by: str, staff_id: str) -> Staff:
        """Somebody works here no more. The last owner stays."""
        return self._roster.disable(staff_id, self._clock.now(), by)

    def unlock(self, by: str, staff_id: str) -> Staff:
        """Let somebody try his PIN again. Needs staff.unlock; nobody unlocks himself."""
        return self._roster.unlock(staff_id, self._clock.now(), by)

    def note_training(self, by: str, *, begins: bool) -> None:
        """Write down that somebody made the counter the practice counter, or ended that."""
        self._roster.note(by, "training_opened" if begins else "training_left", self._clock.now())

    def totp_secret(self, by: str, staff_id: str, shop: str = "") -> str:
        """A new secret for codes of the moment, as the `otpauth://` address an app reads; shown once.

        For those who approve; the owner may make anybody's, everybody his own.
        """
        secret = totp.new_secret()
        closed = self._trusted.keys.close_up(staff_id, secret)
        self._roster.set_totp(staff_id, closed, self._clock.now(), by)
        return totp.address(secret, staff_id, shop)

    def new_badge(self, by: str, staff_id: str) -> str:
        """A new badge for somebody, as text to print; shown once, and only its hash is kept."""
        badge = new_badge()
        self._roster.set_badge(staff_id, self._trusted.keys.badge(badge), self._clock.now(), by)
        return badge

    def of_badge(self, scanned: str) -> Staff | None:
        """Whose badge was scanned; None for a badge of nobody who works here. It proves nothing."""
        badge = badge_text(scanned)
        found = self._roster.with_badge(self._trusted.keys.badge(badge)) if badge else None
        return found if found is not None and found.active else None

    def recover_owner(self, staff_id: str, pin: Secret) -> Staff:
        """A new PIN for the only owner, who has forgotten his: for whoever holds this machine's key files.

        Raises UsageFault recover_not_owner, recover_other_owner. It stands in the book.
        """
        return self._roster.recover_owner(staff_id, self._kept(staff_id, pin), self._clock.now())

    def waiting(self) -> list[Refund]:
        """Refunds that wait for approval, the longest first."""
        return self._waiting.listed(WAITING_MAX)

    def approve(self, refund_id: str, by: str, secret: Secret, why: str = "") -> Receipt:
        """Let a waiting refund go, and make its first trip. Raises SignInFault and UsageFault."""
        hand = Hand(
            self._believed(by, secret, Permission.REFUND_APPROVE).staff_id, reason_of(why, needed=False)
        )
        approved = self._waiting.approve(refund_id, hand, self._clock.now())
        return self._receipt(self._dispatcher.dispatch(approved))

    def decline(self, refund_id: str, by: str, secret: Secret, why: str) -> Receipt:
        """Withdraw a waiting refund, with a reason. Raises SignInFault and UsageFault."""
        reason = reason_of(why, needed=True)
        found = self._trusted.recogniser.for_once(by, secret, Permission.REFUND_APPROVE)
        if found.staff is None and found.doubt is not Doubt.NOT_ALLOWED:
            raise refused(found)
        # Whoever may not approve may still take his own wish back: the queue knows whose it is.
        return self._receipt(self._waiting.decline(refund_id, Hand(by, reason), self._clock.now()))

    def _believed(self, by: str, secret: Secret, permission: Permission) -> Staff:
        found = self.authorise(by, secret, permission)
        if found.staff is None:
            raise refused(found, permission)
        return found.staff

    def _add(self, name: str, role: Role, pin: Secret, by: str) -> Staff:
        told = _name(name)
        for _ in range(_TRIES):
            new = Staff(self._free_id(), told, role)
            if self._roster.add(new, self._kept(new.staff_id, pin), self._clock.now(), by):
                return new
        raise Bug("staff_id_not_free")

    def _free_id(self) -> str:
        """The next short id: it is typed at the counter, and must not look like a number of money."""
        taken = {one.staff_id for one in self._roster.everybody()}
        free = (f"s{number}" for number in range(1, STAFF_MAX) if f"s{number}" not in taken)
        return next(free, "")

    def _kept(self, staff_id: str, pin: Secret) -> str:
        refuse_easy(pin.reveal())
        return self._trusted.hasher.kept(self._trusted.keys.peppered(staff_id, pin.reveal()))

    def _receipt(self, refund: Refund) -> Receipt:
        return self._writer.standing(refund, self._clock.now())


def refused(found: SignIn, permission: Permission | None = None) -> SignInFault:
    """Why somebody was not believed, as a fault with a sentence."""
    doubt = found.doubt or Doubt.WRONG
    code = _FAULTS.get(doubt, "")
    if doubt in (Doubt.WRONG, Doubt.LOCKED) and not found.tries_left:
        code = _LOCKED[doubt] if found.locked_until else "sign_in_locked_for_good"
    details = {"until_at": found.locked_until, "tries_left": found.tries_left}
    return SignInFault(code, found, **details, permission=permission.value if permission else "")


_FAULTS: Final = {
    Doubt.UNKNOWN: "sign_in_unknown",
    Doubt.DISABLED: "sign_in_unknown",
    Doubt.WRONG: "sign_in_wrong",
    Doubt.CODE_USED: "sign_in_code_used",
    Doubt.NOT_ALLOWED: "not_permitted",
    Doubt.OWN_REFUND: "own_refund",
}
# This try was the one that locked, or the lock was there before.
_LOCKED: Final = {Doubt.WRONG: "sign_in_now_locked", Doubt.LOCKED: "sign_in_locked"}


def _name(text: str) -> str:
    """A name that can be read aloud. Raises UsageFault name_wrong."""
    name = " ".join(text.split())
    odd = any(unicodedata.category(mark)[0] == "C" for mark in name)
    if not 0 < len(name) <= NAME_CHARS_MAX or odd:
        raise UsageFault("name_wrong", limit_chars=NAME_CHARS_MAX)
    return name


def reason_of(why: str, *, needed: bool) -> str:
    """Why somebody decided, as it is kept. Raises UsageFault why_wrong."""
    reason = why.strip()
    if len(reason) > WHY_CHARS_MAX or (needed and not reason):
        raise UsageFault("why_wrong", limit_chars=WHY_CHARS_MAX)
    return reason
