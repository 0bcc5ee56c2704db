"""Complaints at the page, and what a customer ticks after his refund."""

from __future__ import annotations

from datetime import date
from typing import Any

from scanrefund.errors import UsageFault
from scanrefund.model.opinion import Dislike
from scanrefund.model.staff import Permission
from scanrefund.web.by_hand import hand_of
from scanrefund.web.call import Call
from scanrefund.web.receipts import complaint_told
from scanrefund.web.refunds import required


def complain(call: Call) -> dict[str, Any]:
    """Note what a customer said about a refund; whoever serves him may."""
    refund, desk = required(call), call.site.house.complaints
    words, due = call.fields.text("why", 1_000), call.fields.text("due", needed=False)
    noted = desk.note(refund.refund_id, call.person.staff_id, words, _day(due))
    return complaint_told(call.site, noted)


def waiting(call: Call) -> list[dict[str, Any]]:
    """Complaints without an answer, the first due first; without their words."""
    return [complaint_told(call.site, one) for one in call.site.house.complaints.listed(waiting_only=True)]


def words(call: Call) -> dict[str, Any]:
    """What was said and answered, for whoever noted it or may read the books."""
    found, said, answer = call.site.house.complaints.words(call.path_number())
    call.needs_books(whose=found.by)
    return complaint_told(call.site, found) | {"words": said or None, "answer": answer or None}


def answer(call: Call) -> dict[str, Any]:
    """Write down what the customer was answered."""
    person = hand_of(call, Permission.REFUND_APPROVE)
    desk, said = call.site.house.complaints, call.fields.text("why", 1_000)
    return complaint_told(call.site, desk.answer(call.path_number(), person.staff_id, said))


def end(call: Call) -> dict[str, Any]:
    """Nothing more is to be done about it."""
    person = hand_of(call, Permission.REFUND_APPROVE)
    return complaint_told(call.site, call.site.house.complaints.end(call.path_number(), person.staff_id))


def opinion(call: Call) -> dict[str, Any]:
    """Good, or bad and why, as the customer ticked it."""
    refund, good = required(call), call.fields.flag("good")
    named = call.fields.text("dislike", needed=False)
    if good is bool(named) or (named and named not in list(Dislike)):
        raise UsageFault("field_wrong", name="dislike")
    call.site.house.customers.think(refund.refund_id, Dislike(named) if named else None)
    return {"refund_id": refund.refund_id, "good": good}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageFault("field_wrong", name="due") from None
