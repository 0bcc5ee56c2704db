"""A refund as the page shows it: the command line's receipt with a colour, a headline, people and age."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from scanrefund.aftercare.receipt import Receipt, Writer
from scanrefund.dispatch.alarms import AlarmLevel, alarm_level
from scanrefund.errors import Bug
from scanrefund.ledger.story import Happened
from scanrefund.model.complaint import Complaint
from scanrefund.model.hold import Hold
from scanrefund.model.printable import codes_hidden
from scanrefund.model.refund import Refund, RefundState
from scanrefund.model.refusal import Reason
from scanrefund.say.catalogue import Catalogue
from scanrefund.say.causes import cause_of_refund
from scanrefund.say.gaps import MISSING
from scanrefund.web.call import words
from scanrefund.web.site import Site

_S = RefundState
_TONES: Final = {
    _S.SUCCEEDED: "good",
    _S.EXTERNAL: "good",
    _S.PAID_OTHER_WAY: "good",
    _S.READY: "open",
    _S.SENDING: "open",
    _S.UNKNOWN: "open",
    _S.PROCESSING: "open",
    _S.HELD: "person",
    _S.ABNORMAL: "person",
    _S.RETURNED_TO_MERCHANT: "person",
    _S.WAIT_APPROVAL: "wait",
    _S.CLOSED: "bad",
    _S.CANCELLED: "bad",
}
# What stands in a line of the time line as a word of ours, and where its sentence is.
_FAMILY: Final = {"old_state": "refund_state", "new_state": "refund_state", "outcome": "outcome"}
_LEVELS: Final = {
    AlarmLevel.NONE: "none",
    AlarmLevel.CLERK: "yellow",
    AlarmLevel.SUPERVISOR: "orange",
    AlarmLevel.DAILY_SHEET: "red",
    AlarmLevel.WALLET_MAY_CLOSE: "violet",
}
# The same while its order is on hold.
_MAY_ON_HOLD: Final[dict[RefundState, tuple[str, ...]]] = {
    _S.WAIT_APPROVAL: ("release", "decline"),
    _S.READY: ("release", "cancel"),
}
# What the state allows; who may is the permission's question.
_MAY: Final[dict[RefundState, tuple[str, ...]]] = {
    _S.WAIT_APPROVAL: ("approve", "decline", "hold"),
    _S.READY: ("cancel", "hold"),
    _S.UNKNOWN: ("ask",),
    _S.PROCESSING: ("ask",),
    _S.ABNORMAL: ("ask",),
    _S.HELD: ("ask", "release", "close"),
    _S.CLOSED: ("ask", "cash", "bank"),
    _S.RETURNED_TO_MERCHANT: ("ask", "cash", "bank"),
}


def receipt_of(site: Site, refund: Refund, language: str, *, again: bool = False) -> dict[str, Any]:
    """A refund as the page gets it; `again` says that an earlier wish made it."""
    now = site.now()
    writer = writer_of(site, language)
    level = alarm_level(refund, now, writer.maintenance)
    receipt = writer.of_refund(refund, level, again=again)
    receipt = replace(receipt, next_step=_next_step(refund, receipt, language))
    if is_replaced := _is_replaced(site, refund):
        receipt = writer.of_replaced(receipt, refund)
    return _told(receipt, language) | {
        "clerk": site.name_of(refund.clerk),
        "approver": site.name_of(refund.approver),
        "approval_for": refund.approval_for,
        "reason_text": refund.reason,
        "created_at": moment(refund.created_at),
        "age_s": int((now - refund.created_at).total_seconds()),
        "level": _LEVELS[level],
        **_may(site, refund, is_replaced=is_replaced),
    }


def tell_pages(site: Site, refund_id: str) -> None:
    """That a refund moved, to every page, from any thread.

    What is told is read when a page hears it: whoever tells late does not bring back what stood before.
    """
    site.events.publish("refund", lambda language: _standing(site, refund_id, language))


def _standing(site: Site, refund_id: str, language: str) -> dict[str, Any]:
    refund = site.house.ledger.refund(refund_id)
    if refund is None:
        raise Bug("refund_unknown", refund_id=refund_id)
    return receipt_of(site, refund, language)


def _is_replaced(site: Site, refund: Refund) -> bool:
    """Whether the shop paid by hand what the wallet did not."""
    return refund.left_unpaid and bool(site.house.supervisor.replacement(refund.refund_id))


def _may(site: Site, refund: Refund, *, is_replaced: bool) -> dict[str, Any]:
    """What may be decided, and the hold that keeps back what was never sent."""
    on_hold = _MAY_ON_HOLD.get(refund.state, ())
    hold = site.house.holds.of_order(refund.order_id) if on_hold else None
    may = on_hold if hold else _MAY.get(refund.state, ())
    told = hold_told(site, hold) if hold else None
    no_more = _no_more(refund, is_replaced=is_replaced)
    return {"hold": told, "may": [what for what in may if what not in no_more]}


def _no_more(refund: Refund, *, is_replaced: bool) -> frozenset[str]:
    """What the state would allow and what happened does not: withdrawing what left, paying by hand twice."""
    left = {"cancel"} if refund.sends else set()
    return frozenset(left | {"cash", "bank"} if is_replaced else left)


def hold_told(site: Site, hold: Hold) -> dict[str, Any]:
    """An order on hold, with its note."""
    told = {"order_id": hold.order_id, "refund_id": hold.refund_id or None, "note": hold.note}
    return told | {"by": site.name_of(hold.by), "at": moment(hold.at)}


def complaint_told(site: Site, one: Complaint) -> dict[str, Any]:
    """A complaint without its words."""
    desk = site.house.complaints
    return {
        "number": one.complaint_id,
        "refund_id": one.refund_id,
        "by": site.name_of(one.by),
        "at": moment(one.at),
        "due": desk.due_day(one).isoformat(),
        "overdue": desk.is_overdue(one),
        "answered_at": moment(one.answered_at),
        "ended_at": moment(one.ended_at),
    }


def writer_of(site: Site, language: str) -> Writer:
    """Whoever writes this counter's receipts."""
    settings = site.settings
    return Writer(language, settings.rehearsal, settings.training, settings.due_dates.maintenance)


def _next_step(refund: Refund, receipt: Receipt, language: str) -> str:
    """The worker runs beside the page: nobody at the counter is told to look after it."""
    cause = "put_off" if receipt.put_off else cause_of_refund(refund).removeprefix("refund.")
    key = f"next_here.{cause}"
    gaps = {"refund_id": refund.refund_id, "ends_at": receipt.next_try_at}
    return words(language, key, **gaps) if Catalogue.load(language).get(key) else receipt.next_step


def refused(receipt: Receipt, language: str) -> dict[str, Any]:
    """A wish that our rules refused, as the page gets it: nothing was written but the refusal."""
    nothing = {
        "clerk": "",
        "approver": "",
        "approval_for": "",
        "reason_text": "",
        "created_at": None,
        "age_s": 0,
    }
    return _told(receipt, language) | nothing | {"level": "none", "may": []}


def line_of(site: Site, happened: Happened, language: str) -> dict[str, Any]:
    """One line of a refund's time line; what looks like a payment code in a wallet's own words is hidden."""
    detail = {
        name: codes_hidden(value) if isinstance(value, str) else value
        for name, value in happened.detail.items()
    }
    gaps: dict[str, object] = {
        name: words(language, f"{_FAMILY[name]}.{value}") if name in _FAMILY and value else value
        for name, value in detail.items()
    }
    who = site.name_of(happened.who) if happened.who else ""
    say = words(language, f"timeline.{happened.what}", **gaps, by=who or MISSING)
    told = {"at": moment(happened.at), "what": happened.what, "say": say, "who": who}
    return told | {"detail": detail}


def moment(at: datetime | None) -> str | None:
    """A time as JSON has it."""
    return at.isoformat() if at else None


def _told(receipt: Receipt, language: str) -> dict[str, Any]:
    tone = _TONES[receipt.state] if receipt.state else "bad"
    headline = f"headline.{tone}" if receipt.state else "headline.refused"
    if receipt.reason is Reason.NEEDS_APPROVAL:
        tone, headline = "wait", "headline.wait"
    return receipt.as_json() | {
        "tone": tone,
        "headline": words(language, headline),
        "served_again": receipt.served_again,
        "rehearsal": receipt.rehearsal,
        "training": receipt.training,
    }
