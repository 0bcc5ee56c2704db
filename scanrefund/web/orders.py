"""Orders: found by any number; released, cancelled and thawed by hand."""

from __future__ import annotations

from typing import Any

from scanrefund.ledger.by_hand import Hand
from scanrefund.model.staff import Permission
from scanrefund.web import order_card
from scanrefund.web.by_hand import hand_of
from scanrefund.web.call import Call
from scanrefund.web.scanning import look_up


def order(call: Call) -> dict[str, Any]:
    """The order that a number leads to, ours or the wallet's, an order's or a refund's."""
    return look_up(call.site, call.fields.number("number"), call.language)


def thaw(call: Call) -> dict[str, Any]:
    """Somebody has looked at what froze an order."""
    order_id = call.fields.number("order_id")
    person = hand_of(call, Permission.ORDER_ADJUST)
    call.site.house.supervisor.thaw(order_id, Hand(person.staff_id, call.fields.text("why")))
    return card(call, order_id)


def hold(call: Call) -> dict[str, Any]:
    """Put an order on hold, with a note to whoever decides; whoever refunds may."""
    order_id = call.fields.number("order_id")
    call.site.house.holds.put(order_id, call.person.staff_id, call.fields.text("why"))
    return card(call, order_id)


def card(call: Call, order_id: str) -> dict[str, Any]:
    """An order as it now is. Raises UsageFault for one our books do not hold."""
    found = call.site.house.orders.show(order_id)
    card = order_card.card_of(call.site, found)
    return {"order": order_card.told(call.site, card, call.language)}
