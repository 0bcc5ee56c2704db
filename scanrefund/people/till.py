"""The people of one wish at the till: who asks, and whether a second person's word is good for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from scanrefund.check.case import Case
from scanrefund.check.people import Approval, ApprovalCheck, People
from scanrefund.check.permission import approval_for, day_of, hour_of, without_code
from scanrefund.ledger import approvals
from scanrefund.ledger.approvals import Bound, Given
from scanrefund.ledger.book import Facts
from scanrefund.ledger.clerk_uses import Allowance
from scanrefund.ledger.engine import retried
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.refunds import DraftPeople
from scanrefund.ledger.roster import Roster
from scanrefund.ledger.wish_people import Asked, Known
from scanrefund.model.staff import Credential, Doubt, Permission, SignIn, Staff
from scanrefund.people.recogniser import Recogniser

_APPROVE: Final = Permission.REFUND_APPROVE

# Why a word is worth nothing where its speaker was in doubt.
_BECAUSE: Final = {
    Doubt.UNKNOWN: "approver_unknown",
    Doubt.DISABLED: "approver_disabled",
    Doubt.WRONG: "secret_wrong",
    Doubt.CODE_USED: "code_used",
    Doubt.NOT_ALLOWED: "approver_may_not",
    Doubt.OWN_REFUND: "own_refund",
}


@dataclass(frozen=True, slots=True)
class Wisher:
    """Whose wish it is. `word` is how a second person's try just now ended, None where nobody tried."""

    clerk: str
    request_id: str
    queue: bool = False
    word: SignIn | None = None


class PeopleSource(Protocol):
    """Where the people of a wish are read: the roster beforehand, the locked order in the transaction."""

    def people_of(self, asked: Asked) -> Known | None:
        """The people of one wish, or None in a ledger without staff."""
        ...


class TillPeople:
    """Adds the people to a case, and takes a second person's word."""

    def __init__(self, ledger: Ledger, roster: Roster, recogniser: Recogniser) -> None:
        self._ledger = ledger
        self._roster = roster
        self._recogniser = recogniser

    def looked_at(self, case: Case, wisher: Wisher) -> Case:
        """The case with its people, nothing locked."""
        return with_people(case, wisher, self._roster)

    def hear(self, case: Case, wisher: Wisher, second: Credential | Staff) -> SignIn:
        """A second person proves himself for this wish; his word is written down, bound to it.

        A clerk's own word is not even judged. Whoever has just been believed is not asked twice: his code of
        the moment is spent.
        """
        if second.staff_id == wisher.clerk:
            return SignIn(None, Doubt.OWN_REFUND)
        if isinstance(second, Staff):
            word = SignIn(second) if second.may(_APPROVE) else SignIn(None, Doubt.NOT_ALLOWED)
        else:
            word = self._recogniser.for_once(second.staff_id, second.secret, _APPROVE)
        if word.staff is not None:
            self._write_down(_bound(case, wisher), word.staff, case.now)
        return word

    @retried
    def _write_down(self, bound: Bound, approver: Staff, now: datetime) -> None:
        with self._ledger.writing() as connection:
            approvals.give(connection, bound, approver.staff_id, now)
            facts: Facts = {"by": approver.staff_id, "role": approver.role.value, "clerk": bound.clerk}
            facts |= {"amount_fen": bound.amount.fen}
            self._ledger.enter(connection, now, "approval_given", bound.order_id, facts)


def with_people(case: Case, wisher: Wisher, source: PeopleSource) -> Case:
    """The case with what the ledger knows of its people; unchanged in a ledger without staff."""
    limits = case.limits.people
    known = source.people_of(
        Asked(wisher.clerk, wisher.request_id, day_of(case.now, limits), hour_of(case.now, limits))
    )
    if known is None:
        return case
    people = People(
        known.clerk,
        used_today=known.used_today,
        used_this_hour=known.used_this_hour,
        queue=wisher.queue,
        names=_who_can(known),
    )
    case = replace(case, people=people)
    if not approval_for(case):
        return case
    return replace(case, people=replace(people, approval=_approval(case, wisher, known)))


def draft_people(case: Case) -> DraftPeople | None:
    """What a refund that may go says of its people; None in a ledger without staff."""
    people, limits = case.people, case.limits.people
    if people is None or people.clerk is None:
        return None
    day = Allowance(
        day_of(case.now, limits), limits.day_amount_max, limits.day_count_max, limits.day_no_code_count_max
    )
    # Going without a code is counted by the day alone.
    hour = Allowance(
        hour_of(case.now, limits), limits.hour_amount_max, limits.hour_count_max, limits.hour_count_max
    )
    return DraftPeople(
        clerk=people.clerk,
        approval_for=approval_for(case),
        approver=people.approval.approver,
        approval_id=people.approval.approval_id,
        no_code=without_code(case),
        allowances=(day, hour),
    )


def who(case: Case, counter: str) -> Facts:
    """Where and by whom a wish was made, for the book; no people in a ledger without staff."""
    facts: Facts = {"counter": counter}
    if case.reading is not None:
        facts["source"] = case.reading.source.value
    if case.people is None:
        return facts
    clerk, approver = case.people.clerk, case.people.approval.approver
    if clerk is not None:
        facts |= {"clerk": clerk.staff_id, "role": clerk.role.value}
    if approver is not None:
        facts |= {"approver": approver.staff_id}
    return facts


def _approval(case: Case, wisher: Wisher, known: Known) -> Approval:
    """What a second person's word on this very case is worth."""
    word = wisher.word
    if word is not None and word.staff is None:
        return _doubted(word)
    if known.given is None:
        return Approval()
    because = _flaw(known.given, _bound(case, wisher), known.approver, case.now)
    if because:
        return Approval(ApprovalCheck.WRONG, because=because)
    return Approval(ApprovalCheck.GOOD, known.approver, approval_id=known.given.approval_id)


def _doubted(word: SignIn) -> Approval:
    if word.doubt is Doubt.LOCKED:
        because = "locked_for_a_time" if word.locked_until else "locked_until_unlocked"
        return Approval(ApprovalCheck.LOCKED, because=because)
    return Approval(ApprovalCheck.WRONG, because=_BECAUSE.get(word.doubt or Doubt.WRONG, "secret_wrong"))


def _flaw(given: Given, bound: Bound, approver: Staff | None, now: datetime) -> str:
    """Why a written word does not hold for this wish, or an empty text."""
    flaws = (
        ("approval_used", given.used_at is not None),
        ("approval_expired", not given.given_at <= now < given.until),
        ("other_wish", (given.bound.order_id, given.bound.clerk) != (bound.order_id, bound.clerk)),
        ("other_amount", given.bound.amount != bound.amount),
        ("order_changed", given.bound.order_version != bound.order_version),
        ("approver_disabled", approver is None or not approver.active),
        ("approver_may_not", approver is not None and not approver.may(Permission.REFUND_APPROVE)),
        ("own_refund", given.approver == bound.clerk),
    )
    return next((because for because, is_flaw in flaws if is_flaw), "")


def _bound(case: Case, wisher: Wisher) -> Bound:
    version = case.order.version if case.order else ""
    return Bound(wisher.request_id, case.order_id, case.amount, version, wisher.clerk)


def _who_can(known: Known) -> tuple[str, ...]:
    """Whom to call: people who approve, or who refund at all where the clerk may not."""
    may_create = known.clerk is not None and known.clerk.may(Permission.REFUND_CREATE)
    wanted = Permission.REFUND_APPROVE if may_create else Permission.REFUND_CREATE
    return tuple(one.name for one in known.everybody if one.may(wanted) and one != known.clerk)
