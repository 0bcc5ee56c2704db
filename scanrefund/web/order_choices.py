"""What people may decide about an order as a whole, as its card offers it."""

from __future__ import annotations

from typing import Final

from scanrefund.model.money import ZERO
from scanrefund.model.order import Order, OrderState
from scanrefund.model.refusal import Reason, Refusal

_PAID: Final = frozenset({OrderState.PAID, OrderState.RELEASED, OrderState.PARTLY_REFUNDED})


def choices(order: Order, refusal: Refusal | None) -> list[str]:
    """What the order's state allows: release, extend, cancel, adjust, hold. Who may: the permission.

    `refusal` is what speaks against any refund of it. Beside an open refund nothing that costs money is
    begun, and it is the refund that is put on hold; a frozen order is looked at first.
    """
    if order.state is OrderState.UNPAID:
        return ["cancel"]
    is_quiet = order.open_refund_id is None and not order.frozen_why
    found = ["release"] if order.state is OrderState.PAID else []
    if refusal is not None and refusal.reason is Reason.RETURN_WINDOW_PASSED:
        found.append("extend")
    if is_quiet and order.state in _PAID and order.remaining > ZERO:
        found += ["cancel", "adjust", "hold"]
    return found
