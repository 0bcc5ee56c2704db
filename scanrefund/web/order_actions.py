"""An order as a whole at the page: released, let in after its period, cancelled, its price lowered."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any

from scanrefund.errors import UsageFault
from scanrefund.ledger.by_hand import Hand
from scanrefund.model.money import Money
from scanrefund.model.refund import Refund
from scanrefund.model.staff import Permission, Staff
from scanrefund.reversal_desk import Present, ReversalDesk, Reversed
from scanrefund.web.by_hand import credential_of, hand_of
from scanrefund.web.call import Call
from scanrefund.web.orders import card
from scanrefund.web.receipts import receipt_of, tell_pages
from scanrefund.web.refunding import ANSWER_S, LOOK_S, reading_of, told_receipt


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
    order_id, hand, second = _together(call, Permission.ORDER_CANCEL)
    present = _present(call, second)
    desk = _desk(call)
    return _reversed(
        call, order_id, "cancel", lambda: desk.cancel(order_id, hand, present, not_at_wallet=not_at_wallet)
    )


def adjust(call: Call) -> dict[str, Any]:
    """Lower what a paid order should have cost; the difference is refunded."""
    old, new = _typed(call, "old_fen"), _typed(call, "new_fen")
    order_id, hand, second = _together(call, Permission.ORDER_ADJUST)
    present = _present(call, second)
    desk = _desk(call)
    wanted = f"adjust {old.fen} {new.fen}"
    return _reversed(call, order_id, wanted, lambda: desk.adjust(order_id, old, new, hand, present))


def _typed(call: Call, name: str) -> Money:
    """An amount that must be there."""
    amount = call.fields.money(name)
    if amount is None:
        raise UsageFault("field_wrong", name=name)
    return amount


def _decided(call: Call, permission: Permission) -> tuple[str, Hand]:
    """Which order, and in whose name."""
    order_id, hand, _ = _together(call, permission)
    return order_id, hand


def _together(call: Call, permission: Permission) -> tuple[str, Hand, Staff | None]:
    """The same, and the second person where one was brought: believed once, for both questions."""
    order_id, why = call.fields.number("order_id"), call.fields.text("why")
    person = hand_of(call, permission)
    second = person if credential_of(call.fields) is not None else None
    return order_id, Hand(person.staff_id, why), second


def _present(call: Call, second: Staff | None) -> Present:
    return Present(call.person.staff_id, reading_of(call), second, call.fields.flag("queue"))


def _desk(call: Call) -> ReversalDesk:
    house = call.site.house
    return house.reversals.speaking(house.desk_in(call.language))


def _reversed(call: Call, order_id: str, wanted: str, act: Callable[[], Reversed]) -> dict[str, Any]:
    """The order as it now is, with the receipt of the refund it led to or nothing in its place.

    Answered after a moment, as every refund is: the wallet's word comes by an event.
    """
    site = call.site
    before = _open_refund(call, order_id)
    ends = time.monotonic() + ANSWER_S
    making, is_first = site.errands.begin(f"order {order_id} {wanted}", act)
    if is_first:
        making.add_done_callback(lambda made: _tell_pages(call, made))
    wait([making], ANSWER_S)
    while not making.done():
        written = _open_refund(call, order_id)
        if written is not None and before is None:
            return card(call, order_id) | {"receipt": receipt_of(site, written, call.language)}
        wait([making], LOOK_S)
    receipt = making.result().receipt
    told = {"receipt": told_receipt(call, receipt, ends) if receipt else None}
    return card(call, order_id) | told


def _open_refund(call: Call, order_id: str) -> Refund | None:
    """The refund of an order that has not ended, if any."""
    ledger = call.site.house.ledger
    order = ledger.order(order_id)
    return ledger.refund(order.open_refund_id) if order and order.open_refund_id else None


def _tell_pages(call: Call, made: Future[Reversed]) -> None:
    """The other pages, and this one where its answer was early, hear how the refund stands now."""
    receipt = made.result().receipt if made.exception() is None else None
    if receipt and receipt.refund_id:
        tell_pages(call.site, receipt.refund_id)
