"""Refunds that were made: found, told with their time line, decided about, and the queue of what waits."""

from __future__ import annotations

from concurrent.futures import wait
from typing import Any, Final

from scanrefund.errors import UsageFault
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.story import Happened
from scanrefund.model.fee import fee_standing, fee_yuan
from scanrefund.model.other_way import Method, OtherWay
from scanrefund.model.refund import Refund, RefundState
from scanrefund.model.staff import Permission
from scanrefund.model.wallet import safe_number
from scanrefund.supervisor_desk import told_way
from scanrefund.web.by_hand import credential_of, hand_of, second_person
from scanrefund.web.call import Call, words
from scanrefund.web.evidence_list import evidence_of
from scanrefund.web.fields import TEXT_CHARS_MAX
from scanrefund.web.receipts import complaint_told, hold_told, line_of, receipt_of, tell_pages
from scanrefund.web.wallet_words import of_line

LIST_MAX: Final = 200
# A page waits so long for a wallet's word; what comes later is told by an event.
ANSWER_S: Final = 2.0

_HELD: Final = frozenset({RefundState.HELD, RefundState.ABNORMAL})


def refunds(call: Call) -> list[dict[str, Any]]:
    """The newest first, of all or of one order; with `q` those that a number leads to."""
    query, site = call.query, call.site
    limit = limit_of(query.get("limit", ""))
    if number := query.get("q", "").strip():
        return _receipts(call, _found(call, number)[:limit])
    found = site.house.ledger.refunds(
        open_only=query.get("open") == "1", order_id=query.get("order_id") or None, limit=limit
    )
    return _receipts(call, found)


def one(call: Call) -> dict[str, Any]:
    """A refund with everything that happened to it, and what was looked at for it."""
    refund = required(call)
    lines = call.site.house.search.story(refund.refund_id)
    told = receipt_of(call.site, refund, call.language) | _customers_part(lines) | _fee(call, refund)
    told |= {"applicant": call.site.house.applicants.masked(refund.order_id) or None}
    trips = call.site.house.search.trips(refund.refund_id)
    timeline = [
        line_of(call.site, line, call.language) | {"wallet_says": of_line(line, trips)} for line in lines
    ]
    more = {
        "evidence": evidence_of(call, refund.refund_id),
        "complaints": _complaints(call, refund.refund_id),
    }
    return told | {"timeline": timeline} | more


def _complaints(call: Call, refund_id: str) -> list[dict[str, Any]]:
    found = call.site.house.complaints.listed(waiting_only=False, refund_id=refund_id)
    return [complaint_told(call.site, one) for one in found]


def _fee(call: Call, refund: Refund) -> dict[str, str | None]:
    """What the wallet's bill tells of its fee, in words for the shop; None until one has."""
    fee = call.site.house.fees.of_refund(refund.refund_id)
    if fee is None:
        return {"fee": None}
    return {"fee": words(call.language, f"fee.{fee_standing(fee)}", fee=fee_yuan(abs(fee)))}


def _customers_part(lines: list[Happened]) -> dict[str, bool]:
    """What the customer himself has done about it."""
    done = {line.what for line in lines}
    agreed = any(line.what == "refund_reserved" and line.detail.get("customer_agreed") for line in lines)
    return {
        "customer_agreed": agreed,
        "customer_signed": "customer_signed" in done,
        "customer_confirmed": "customer_confirmed" in done,
    }


def ask(call: Call) -> dict[str, Any]:
    """Ask the wallet now, whatever is planned."""
    refund = required(call)
    desk = call.site.house.desk
    return _soon(call, refund, lambda: desk.status(refund.refund_id, ask=True))


def release(call: Call) -> dict[str, Any]:
    """Let a held refund go on under its number; not by whoever made it."""
    refund = required(call)
    hand = _hand(call, Permission.REFUND_RELEASE, never=refund.clerk)
    return _soon(call, refund, lambda: call.site.house.supervisor.release(refund.refund_id, hand))


def close(call: Call) -> dict[str, Any]:
    """Close a held refund by proof; not by whoever made it."""
    refund = required(call)
    hand = _hand(call, Permission.REFUND_CLOSE, never=refund.clerk)
    return _soon(call, refund, lambda: call.site.house.supervisor.close(refund.refund_id, hand))


def cancel(call: Call) -> dict[str, Any]:
    """Withdraw what was never sent: whoever made it may, and whoever approves."""
    refund = required(call)
    own = refund.clerk == call.person.staff_id and credential_of(call.fields) is None
    permission = Permission.REFUND_CREATE if own else Permission.REFUND_APPROVE
    call.site.house.supervisor.cancel(refund.refund_id, _hand(call, permission))
    return _now(call, refund)


def cash(call: Call) -> dict[str, Any]:
    """Write down that the customer was paid by hand; not by whoever made the refund."""
    refund = required(call)
    other = _other_way(call)
    hand = _hand(call, Permission.REFUND_CASH, never=refund.clerk)
    paid = call.site.house.supervisor.pay_other_way(refund.refund_id, hand, other)
    return _now(call, refund if paid.refund_id is None else required(call, paid.refund_id))


def hold(call: Call) -> dict[str, Any]:
    """Let a refund that was not sent wait, with a note to whoever decides; whoever refunds may."""
    refund = required(call)
    call.site.house.holds.put(refund.refund_id, call.person.staff_id, call.fields.text("why"))
    return _now(call, refund)


def approve(call: Call) -> dict[str, Any]:
    """Let a refund go that waits for approval: whoever approves proves himself anew, for this one."""
    refund, second = required(call), second_person(call)
    why = call.fields.text("why", needed=False)
    staff = call.site.house.staff
    return _soon(call, refund, lambda: staff.approve(refund.refund_id, second.staff_id, second.secret, why))


def decline(call: Call) -> dict[str, Any]:
    """Withdraw a refund that waits for approval, with a reason."""
    refund, second = required(call), second_person(call)
    why = call.fields.text("why")
    call.site.house.staff.decline(refund.refund_id, second.staff_id, second.secret, why)
    return _now(call, refund)


def queue(call: Call) -> dict[str, Any]:
    """What waits for somebody, the oldest first."""
    found = call.site.house.ledger.refunds(open_only=True, limit=LIST_MAX)
    found.sort(key=lambda refund: refund.created_at)
    approvals = [refund for refund in found if refund.state is RefundState.WAIT_APPROVAL]
    on_hold = call.site.house.holds.listed()
    stopped = {one.refund_id for one in on_hold}
    held = [one for one in found if one.state in _HELD or (one.refund_id in stopped and one not in approvals)]
    rest = [refund for refund in found if refund not in approvals and refund not in held]
    parts = {"approvals": approvals, "held": held, "open": rest}
    told: dict[str, Any] = {name: _receipts(call, part) for name, part in parts.items()}
    told["on_hold"] = [hold_told(call.site, one) for one in on_hold]
    unanswered = call.site.house.complaints.listed(waiting_only=True)
    return told | {"complaints": [complaint_told(call.site, one) for one in unanswered]}


def _soon(call: Call, refund: Refund, trip: Any) -> dict[str, Any]:
    """Begin a trip and answer with what stands; its end is an event."""
    making, _ = call.site.errands.begin(f"by hand {refund.refund_id}", trip)
    making.add_done_callback(lambda _made: tell_pages(call.site, refund.refund_id))
    wait([making], ANSWER_S)
    if making.done():
        making.result()
    return _now(call, refund)


def _hand(call: Call, permission: Permission, *, never: str = "") -> Hand:
    person = hand_of(call, permission, never=never)
    return Hand(person.staff_id, call.fields.text("why"))


def _other_way(call: Call) -> OtherWay:
    fields = call.fields
    told = fields.text("method", needed=False) or Method.CASH.value
    if told not in list(Method):
        raise UsageFault("field_wrong", name="method")
    # As it was typed: a reference in which a payment code stands is refused, not kept with a gap in it.
    reference = fields.raw_text("bank_reference", TEXT_CHARS_MAX, needed=False)
    return told_way(Method(told), reference, fields.text("account_last4", needed=False))


def _now(call: Call, refund: Refund) -> dict[str, Any]:
    return receipt_of(call.site, required(call, refund.refund_id), call.language)


def required(call: Call, refund_id: str = "") -> Refund:
    wanted = refund_id or call.path["refund_id"]
    refund = call.site.house.ledger.refund(wanted)
    if refund is None:
        raise UsageFault("refund_unknown", refund_id=safe_number(wanted))
    return refund


def _receipts(call: Call, found: list[Refund]) -> list[dict[str, Any]]:
    return [receipt_of(call.site, refund, call.language) for refund in found]


def _found(call: Call, number: str) -> list[Refund]:
    found = call.site.house.search.find(number)
    if found.refund is not None:
        return [found.refund]
    orders = found.orders or call.site.house.search.resembling(number)
    return [one for order in orders for one in call.site.house.search.refunds_of(order.order_id)]


def limit_of(text: str) -> int:
    """How many are wanted, LIST_MAX at most. Raises UsageFault."""
    if not text:
        return LIST_MAX
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= LIST_MAX):
        raise UsageFault("field_wrong", name="limit")
    return int(text)
