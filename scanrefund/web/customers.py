"""The customer's side of a refund: signed here on the screen, and asked whether it is right."""

from __future__ import annotations

from typing import Any

from scanrefund.web.call import Call
from scanrefund.web.refunds import one, required


def sign(call: Call) -> dict[str, Any]:
    """Keep what the customer has drawn."""
    refund = required(call)
    call.site.house.customers.sign(refund.refund_id, call.fields.strokes("strokes"), call.person.staff_id)
    return one(call)


def signature(call: Call) -> dict[str, Any]:
    """What the customer has drawn, for whoever made the refund or may read the books."""
    refund = required(call)
    call.needs_books(whose=refund.clerk)
    return {"strokes": call.site.house.customers.signature(refund.refund_id)}


def applicant(call: Call) -> dict[str, Any]:
    """Who asked for the refund, for whoever made it or may read the books."""
    refund = required(call)
    call.needs_books(whose=refund.clerk)
    return {"applicant": call.site.house.applicants.name(refund.order_id) or None}


def confirm(call: Call) -> dict[str, Any]:
    """The customer was asked, and says it is right."""
    call.site.house.customers.confirm(required(call).refund_id, call.person.staff_id)
    return one(call)
