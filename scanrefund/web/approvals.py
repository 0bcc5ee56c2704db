"""Many waiting refunds approved at once: one sum, one person who proves himself, a line for each."""

from __future__ import annotations

from concurrent.futures import Future, wait
from typing import Any

from scanrefund.aftercare.receipt import Receipt
from scanrefund.approval_desk import ROUND_MAX, Decided, Wanted
from scanrefund.errors import Fault, UsageFault
from scanrefund.model.money import Money
from scanrefund.model.refund import Refund
from scanrefund.say.speak import say_fault
from scanrefund.web.by_hand import second_person
from scanrefund.web.call import Call
from scanrefund.web.fields import Fields
from scanrefund.web.receipts import receipt_of, tell_pages
from scanrefund.web.refunds import ANSWER_S, required


def approve(call: Call) -> dict[str, Any]:
    """Approve what was marked, then send it; the page is answered after two seconds with what stands."""
    asked = [_wanted(one) for one in call.fields.items("refunds", ROUND_MAX)]
    total, why = _money(call.fields, "total_fen"), call.fields.text("why", needed=False)
    second = second_person(call)
    decided = call.site.house.approvals.approve(asked, total, second.staff_id, second.secret, why)
    wait([_begun(call, one.end) for one in decided if isinstance(one.end, Refund)], ANSWER_S)
    approved = [one for one in decided if isinstance(one.end, Refund)]
    return {
        "lines": [_line(call, one) for one in decided],
        "approved": len(approved),
        "approved_fen": sum(one.wanted.amount.fen for one in approved),
    }


def _begun(call: Call, refund: Refund) -> Future[Receipt]:
    desk = call.site.house.approvals
    sending, _ = call.site.errands.begin(f"by hand {refund.refund_id}", lambda: desk.send(refund))
    sending.add_done_callback(lambda _sent: tell_pages(call.site, refund.refund_id))
    return sending


def _line(call: Call, one: Decided) -> dict[str, Any]:
    told = {"refund_id": one.wanted.refund_id, "amount_fen": one.wanted.amount.fen}
    if isinstance(one.end, Fault):
        say = say_fault(one.end, call.language)
        return told | {"approved": False, "fault": one.end.code, "say": say, "receipt": None}
    receipt = receipt_of(call.site, required(call, one.wanted.refund_id), call.language)
    return told | {"approved": True, "fault": None, "say": receipt["say_clerk"], "receipt": receipt}


def _wanted(fields: Fields) -> Wanted:
    return Wanted(fields.number("refund_id"), _money(fields, "amount_fen"))


def _money(fields: Fields, name: str) -> Money:
    amount = fields.money(name)
    if amount is None:
        raise UsageFault("field_wrong", name=name)
    return amount
