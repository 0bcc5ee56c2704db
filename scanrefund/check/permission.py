"""The rungs about people: who may, who must approve, and how much one clerk may pay back.

In a ledger without staff none of them says anything.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from scanrefund.check.case import Case
from scanrefund.check.limits import PeopleLimits
from scanrefund.check.people import ApprovalCheck, People
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.refusal import Reason, Refusal
from scanrefund.model.staff import Permission, Staff

# The further column of an order's import that says who sold it: a staff id or a name.
SOLD_BY = "cashier"

# What a shop with one person switches off, by the cause that nobody else can approve there.
_KEYS: Final = {
    "amount": "people.approval_above_fen",
    "no_code": "limits.code_required",
    "old_order": "people.approval_order_age_days",
    "next_day": "people.approval_next_day",
    "repeat": "people.approval_repeat",
    "own_sale": "people.approval_own_sale",
}


def no_permission(case: Case) -> Refusal | None:
    """Nobody has signed in, or somebody who makes no refunds."""
    people = case.people
    if people is None or (people.clerk is not None and people.clerk.may(Permission.REFUND_CREATE)):
        return None
    because = "not_signed_in" if people.clerk is None else "role"
    return Refusal(Reason.NO_PERMISSION, {"because": because, "names": _names(people)})


def needs_approval(case: Case) -> Refusal | None:
    """A second person must agree, and nobody was asked; a wish that may wait in the queue goes there."""
    people = case.people
    if people is None or people.queue or people.approval.check is not ApprovalCheck.NONE:
        return None
    because = approval_for(case)
    if not because:
        return None
    detail = {"because": because, "names": _names(people)}
    return Refusal(Reason.NEEDS_APPROVAL, detail if people.names else detail | {"key": _KEYS[because]})


def approval_wrong(case: Case) -> Refusal | None:
    """Somebody approved, and it is worth nothing: the refusal says why."""
    people = case.people
    if people is None or people.approval.check is not ApprovalCheck.WRONG:
        return None
    return Refusal(Reason.APPROVAL_WRONG, {"because": people.approval.because})


def approval_locked(case: Case) -> Refusal | None:
    """Too many wrong tries: the approver's PIN and code are locked."""
    people = case.people
    if people is None or people.approval.check is not ApprovalCheck.LOCKED:
        return None
    detail = {"because": people.approval.because, "names": _names(people)}
    return Refusal(Reason.APPROVAL_LOCKED, detail)


def clerk_limit_reached(case: Case) -> Refusal | None:
    """With this refund the clerk would pay back more, or more often, than one person may."""
    people, limits = case.people, case.limits.people
    if people is None:
        return None
    day, hour, more = people.used_today, people.used_this_hour, case.amount
    refusals = (
        _over_amount(people, "amount_per_day", day.amount + more, limits.day_amount_max, more),
        _over_amount(people, "amount_per_hour", hour.amount + more, limits.hour_amount_max, more),
        _over_count(people, "count_per_day", day.count + 1, limits.day_count_max),
        _over_count(people, "count_per_hour", hour.count + 1, limits.hour_count_max),
        _over_count(
            people,
            "no_code_per_day",
            day.no_code_count + without_code(case),
            limits.day_no_code_count_max,
        ),
    )
    return next((refusal for refusal in refusals if refusal), None)


def approval_for(case: Case) -> str:
    """Why a second person must agree, as a word of the catalogues; empty where nobody must."""
    people, limits, order = case.people, case.limits.people, case.order
    if people is None or order is None:
        return ""
    causes = (
        ("amount", case.amount > limits.approval_above),
        ("no_code", _clerk_lacks_code(case, people)),
        ("old_order", _is_older(order, case.now, limits.approval_order_age_days)),
        ("next_day", limits.approval_next_day and next_day(order, case.now, limits)),
        ("repeat", limits.approval_repeat and order.refund_count > 0),
        ("own_sale", limits.approval_own_sale and _sold(order, people.clerk)),
    )
    return next((because for because, needed in causes if needed), "")


def without_code(case: Case) -> bool:
    """Whether nobody showed a payment code, and the shop wants one."""
    return case.reading is None and case.limits.code_required


def next_day(order: Order, now: datetime, limits: PeopleLimits) -> bool:
    """Whether the order was paid on an earlier day of the shop's calendar."""
    return order.paid_at is not None and day_of(order.paid_at, limits) < day_of(now, limits)


def day_of(moment: datetime, limits: PeopleLimits) -> str:
    """The shop's day as `2026-11-23`."""
    return (moment + timedelta(hours=limits.utc_offset_h - limits.day_turns_h)).strftime("%Y-%m-%d")


def hour_of(moment: datetime, limits: PeopleLimits) -> str:
    """The shop's hour as `2026-11-23T18`."""
    return (moment + timedelta(hours=limits.utc_offset_h)).strftime("%Y-%m-%dT%H")


def _clerk_lacks_code(case: Case, people: People) -> bool:
    may_without = people.clerk is not None and people.clerk.may(Permission.REFUND_NO_CODE)
    return without_code(case) and not may_without


def _is_older(order: Order, now: datetime, days: int) -> bool:
    return order.paid_at is not None and now - order.paid_at > timedelta(days=days)


def _sold(order: Order, clerk: Staff | None) -> bool:
    """Whether the order's import says that this clerk sold it."""
    seller = order.extra.get(SOLD_BY, "").strip().casefold()
    return clerk is not None and bool(seller) and seller in (clerk.staff_id.casefold(), clerk.name.casefold())


def _over_amount(people: People, because: str, would_be: Money, limit: Money, more: Money) -> Refusal | None:
    if would_be <= limit:
        return None
    left_fen = max((limit - (would_be - more)).fen, 0)
    detail: dict[str, str | int] = {"because": because, "amount_fen": more.fen, "left_fen": left_fen}
    return Refusal(Reason.CLERK_LIMIT_REACHED, detail | {"names": _names(people)})


def _over_count(people: People, because: str, would_be: int, limit: int) -> Refusal | None:
    if would_be <= limit:
        return None
    detail: dict[str, str | int] = {"because": because, "limit": limit, "left": 0}
    return Refusal(Reason.CLERK_LIMIT_REACHED, detail | {"names": _names(people)})


def _names(people: People) -> str:
    return " · ".join(people.names)
