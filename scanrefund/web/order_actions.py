"""An order as a whole at the page: released, let in after its period, cancelled, its price lowered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scanrefund.errors import UsageFault
from scanrefund.ledger.by_hand import Hand
from scanrefund.model.money import Money
from scanrefund.model.staff import Permission
from scanrefund.reversal_desk import Present, ReversalDesk, Reversed
from scanrefund.web.by_hand import credential_of, hand_of
from scanrefund.web.call import Call
from scanrefund.web.orders import card
from scanrefund.web.receipts import receipt_of
from scanrefund.web.refunding import reading_of, told_receipt


def release(call: Call) -> dict[str, Any]:
    """Ask for a paid order back (待退款)."""
    order_id, hand = _decided(call, Permission.ORDER_RELEASE)
    _desk(call).release(order_id, hand)
    return card(call, order_id)


def extend(call: Call) -> dict[str, Any]:
    """Let an order be refunded although its return period is over."""
    days = call.fields.money("days")
    order_id, hand = _decided(call, Permission.ORDER_RELEASE)
    _desk(call).extend(order_id, days.fen if days else 1, hand)
    return card(call, order_id)


def cancel(call: Call) -> dict[str, Any]:
    """Cancel an order: unpaid it is closed at the wallet, paid it is refunded first."""
    not_at_wallet = call.fields.flag("not_at_wallet")
    order_id, hand = _decided(call, Permission.ORDER_CANCEL)

    def act(desk: ReversalDesk, present: Present) -> Reversed:
        return desk.cancel(order_id, hand, present, not_at_wallet=not_at_wallet)

    return _reversed(call, act)


def adjust(call: Call) -> dict[str, Any]:
    """Lower what a paid order should have cost; the difference is refunded."""
    old, new = _typed(call, "old_fen"), _typed(call, "new_fen")
    order_id, hand = _decided(call, Permission.ORDER_ADJUST)
    return _reversed(call, lambda desk, present: desk.adjust(order_id, old, new, hand, present))


def _typed(call: Call, name: str) -> Money:
    """An amount that must be there."""
    amount = call.fields.money(name)
    if amount is None:
        raise UsageFault("field_wrong", name=name)
    return amount


def _decided(call: Call, permission: Permission) -> tuple[str, Hand]:
    """Which order, and in whose name."""
    order_id, why = call.fields.number("order_id"), call.fields.text("why")
    return order_id, Hand(hand_of(call, permission).staff_id, why)


def _desk(call: Call) -> ReversalDesk:
    house = call.site.house
    return house.reversals.speaking(house.desk_in(call.language))


def _reversed(call: Call, act: Callable[[ReversalDesk, Present], Reversed]) -> dict[str, Any]:
    """The order as it now is, with the receipt of the refund it led to or nothing in its place."""
    present = Present(
        clerk=call.person.staff_id,
        reading=reading_of(call),
        approval=credential_of(call.fields),
        queue=call.fields.flag("queue"),
    )
    made = act(_desk(call), present)
    receipt = made.receipt
    if receipt is not None and receipt.refund_id is not None:
        refund = call.site.house.ledger.refund(receipt.refund_id)
        if refund is not None:
            call.site.events.publish("refund", lambda language: receipt_of(call.site, refund, language))
    told = {"receipt": told_receipt(call, receipt) if receipt else None}
    return card(call, made.order.order_id) | told
