"""From the shop's counter to its practice counter and back, at the page."""

from __future__ import annotations

from typing import Any, Final

from scanrefund.errors import UsageFault
from scanrefund.model.refund import RefundState
from scanrefund.model.staff import Permission
from scanrefund.staff_desk import refused
from scanrefund.web.by_hand import hand_of
from scanrefund.web.call import Call
from scanrefund.web.practice_door import PracticeDoor
from scanrefund.web.site import Site

OPEN_MAX: Final = 200
# The customer stands here, and the clerk must see how it ends.
_HERE: Final = frozenset({RefundState.READY, RefundState.SENDING, RefundState.UNKNOWN})


def open_practice(call: Call) -> dict[str, Any]:
    """From the shop's counter to the practice counter. Everybody is signed out by it."""
    door = _door(call)
    if door.shop is not None:
        return {}
    person = hand_of(call, Permission.TRAINING_OPEN)
    _refuse_in_the_middle(call)
    door.prepare()
    call.site.house.staff.note_training(person.staff_id, begins=True)
    door.trouble = None
    door.wanted.set()
    return {}


def leave_practice(call: Call) -> dict[str, Any]:
    """Back to the shop's counter, for somebody of the shop who may open the training: by his real PIN."""
    door = _door(call)
    if door.shop is None:
        return {}
    call.site.tries.count(call.now())
    staff = door.shop.house.staff
    staff_id, secret = call.fields.number("staff_id"), call.fields.secret("secret")
    ended = staff.authorise(staff_id, secret, Permission.TRAINING_OPEN)
    if ended.staff is None:
        raise refused(ended, Permission.TRAINING_OPEN)
    staff.note_training(ended.staff.staff_id, begins=False)
    door.wanted.set()
    return {}


def leavers(site: Site) -> list[dict[str, str]]:
    """Who of the shop may end the training."""
    shop = site.door.shop if site.door else None
    people = shop.house.staff.names() if shop else []
    return [
        {"staff_id": one.staff_id, "name": one.name} for one in people if one.may(Permission.TRAINING_OPEN)
    ]


def _door(call: Call) -> PracticeDoor:
    if call.site.door is None:
        raise UsageFault("training_has_no_door")
    return call.site.door


def _refuse_in_the_middle(call: Call) -> None:
    """Whoever has a customer before him, at this page or another, is not put out."""
    site = call.site
    open_refunds = site.house.ledger.refunds(open_only=True, limit=OPEN_MAX)
    mine = (one for one in open_refunds if one.counter == site.settings.counter and one.state in _HERE)
    if (under_way := next(mine, None)) is not None:
        raise UsageFault("training_beside_refund", refund_id=under_way.refund_id)
    if site.errands.is_busy:
        raise UsageFault("training_beside_errand")
    if (other := site.sessions.other_sheet(call.session)) is not None:
        raise UsageFault("training_beside_sheet", name=other.name)
