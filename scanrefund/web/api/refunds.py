"""Refunds over the API: made once under a key, looked up, cancelled before anything was sent."""

from __future__ import annotations

from typing import Any, Final

from scanrefund.errors import UsageFault
from scanrefund.ledger.by_hand import Hand
from scanrefund.model.refund import Refund, RefundState
from scanrefund.model.staff import Permission, Staff
from scanrefund.model.wallet import safe_number
from scanrefund.staff_desk import refused
from scanrefund.web.api.call import Answer, TillCall
from scanrefund.web.api.shapes import SHAPES
from scanrefund.web.by_hand import credential_of
from scanrefund.web.call import Call
from scanrefund.web.fields import Fields
from scanrefund.web.receipts import receipt_of
from scanrefund.web.refunding import served
from scanrefund.web.refunds import LIST_MAX, limit_of
from scanrefund.wish import RefundRequest

REASON_CHARS_MAX: Final = 120
_FIELDS: Final = tuple(SHAPES["Receipt"].fields)


def refund(told: TillCall) -> Answer:
    """Make it, or serve the one that the same key made before."""
    call, fields = told.call, told.call.fields
    request_id = call.site.house.tills.request_id(told.till, told.key)
    made_before = call.site.house.ledger.refund_of_request(request_id) is not None
    wish = RefundRequest(
        order_id=fields.number("order_id"),
        amount=fields.money("amount_fen"),
        reason=fields.text("reason", REASON_CHARS_MAX, needed=False),
        reading=None,
        request_id=request_id,
        clerk=told.till.clerk if made_before else _clerk(told),
        approval=credential_of(fields),
        queue=fields.flag("queue"),
    )
    receipt = served(call, wish)
    made_now = receipt["state"] is not None and not made_before
    return Answer(_receipt(receipt), 201 if made_now else 200)


def one(told: TillCall) -> Answer:
    """How a refund stands."""
    return Answer(_now(told.call, _required(told.call)))


def listed(told: TillCall) -> Answer:
    """The newest first, of one order or of all."""
    query = told.call.query
    found = told.call.site.house.ledger.refunds(
        open_only=query.get("open") == "1",
        order_id=query.get("order_id") or None,
        limit=limit_of(query.get("limit", str(LIST_MAX))),
    )
    return Answer({"refunds": [_now(told.call, refund) for refund in found]})


def cancel(told: TillCall) -> Answer:
    """Withdraw what was never sent: the till's own clerk his own, or whoever approves."""
    call, refund = told.call, _required(told.call)
    if told.again and refund.state is RefundState.CANCELLED:
        return Answer(_now(call, refund))
    hand = Hand(_canceller(told), call.fields.text("why"))
    call.site.house.supervisor.cancel(refund.refund_id, hand)
    return Answer(_now(call, _required(call)))


def _clerk(told: TillCall) -> str:
    """In whose name: whoever proves himself with this call, else the one who answers for the till."""
    fields = told.call.fields.part("clerk")
    if fields is None:
        return told.till.clerk
    return _believed(told.call, fields, Permission.REFUND_CREATE).staff_id


def _canceller(told: TillCall) -> str:
    """Who decides. A ledger without staff knows the till by its name."""
    call, staff = told.call, told.call.site.house.staff
    if not staff.has_staff():
        return told.till.name
    approval = call.fields.part("approval")
    if approval is not None:
        return _believed(call, approval, Permission.REFUND_APPROVE).staff_id
    person = staff.find(told.till.clerk)
    if person is None or not person.active:
        raise UsageFault("not_permitted", permission=Permission.REFUND_APPROVE.value)
    return person.staff_id


def _believed(call: Call, fields: Fields, permission: Permission) -> Staff:
    """Somebody who proves himself with this call. Raises SignInFault."""
    call.site.tries.count(call.now())
    found = call.site.house.staff.authorise(fields.number("staff_id"), fields.secret("secret"), permission)
    if found.staff is None:
        raise refused(found, permission)
    return found.staff


def _required(call: Call) -> Refund:
    wanted = call.path["refund_id"]
    refund = call.site.house.ledger.refund(wanted)
    if refund is None:
        raise UsageFault("refund_unknown", refund_id=safe_number(wanted))
    return refund


def _now(call: Call, refund: Refund) -> dict[str, Any]:
    return _receipt(receipt_of(call.site, refund, call.language))


def _receipt(told: dict[str, Any]) -> dict[str, Any]:
    """What a till needs of the page's receipt."""
    return {name: told[name] for name in _FIELDS}
