"""The rungs about the amount, the count and the pace of refunds, and the reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from scanrefund.check.case import Case
from scanrefund.check.permission import next_day
from scanrefund.model.money import AMOUNT_FEN_MAX
from scanrefund.model.order import IN_VAIN_MAX, Order
from scanrefund.model.refusal import Reason, Refusal
from scanrefund.model.wallet import FACTS

# As long as the longest spacing of a wallet: a customer waits a minute, not an hour.
SPACING_WAIT_S_MAX: Final = 60


def amount_not_positive(case: Case) -> Refusal | None:
    """Zero and less are no refund."""
    if case.asked_amount is None or case.asked_amount.fen > 0:
        return None
    return Refusal(Reason.AMOUNT_NOT_POSITIVE, {"amount_fen": case.asked_amount.fen})


def amount_over_remaining(case: Case) -> Refusal | None:
    """More than the order still holds; the refusal carries the maximum."""
    order = case.order
    if order is None:
        return None
    nothing_left = order.remaining.fen <= 0
    if nothing_left and order.open_refund_id is not None:
        # All of it is on its way: `refund_in_flight` says so. Nobody can lower an amount to nothing.
        return None
    if case.amount <= order.remaining and not (nothing_left and case.asked_amount is None):
        return None
    detail = {"amount_fen": case.amount.fen, "max_fen": max(order.remaining.fen, 0)}
    return Refusal(Reason.AMOUNT_OVER_REMAINING, detail)


def amount_over_cap(case: Case) -> Refusal | None:
    """More than the shop lets go in one refund, or in one of an order paid on an earlier day."""
    cap, of_settled = case.limits.amount_cap, case.limits.next_day_cap
    order = case.order
    if of_settled is not None and order is not None and next_day(order, case.now, case.limits.people):
        cap = min(cap, of_settled)
    if case.amount <= cap:
        return None
    return Refusal(Reason.AMOUNT_OVER_CAP, {"amount_fen": case.amount.fen, "cap_fen": cap.fen})


def too_many_refunds(case: Case) -> Refusal | None:
    """The wallet takes only so many refunds of one order (WeChat Pay document 4014959631: 50)."""
    order = case.order
    if order is None:
        return None
    limit = min(case.limits.refunds_per_order_max, FACTS[order.wallet].refunds_per_order_max)
    if order.refund_count < limit:
        return None
    return Refusal(Reason.TOO_MANY_REFUNDS, {"count": order.refund_count, "limit": limit})


def too_many_in_vain(case: Case) -> Refusal | None:
    """What came to nothing so often will again; and old books must see behind it (`IN_VAIN_MAX`)."""
    order = case.order
    if order is None or order.in_vain < IN_VAIN_MAX:
        return None
    return Refusal(Reason.TOO_MANY_IN_VAIN, {"count": order.in_vain})


def too_soon_after_last(case: Case) -> Refusal | None:
    """Wallets want time between two refunds of one order (WeChat Pay 60 s, Alipay 3 s).

    A short wait is no reason to send a customer away: the refund is written down and goes out after it.
    """
    earliest = earliest_send(case)
    wait_s = (earliest - case.now).total_seconds() if earliest else 0.0
    if wait_s <= SPACING_WAIT_S_MAX:
        return None
    return Refusal(Reason.TOO_SOON_AFTER_LAST, {"wait_s": int(wait_s) + 1})


def earliest_send(case: Case) -> datetime | None:
    """When the wallet takes another refund of this order; None when it does now.

    What was sent in the future was sent by a clock that ran ahead: one spacing from now is enough.
    """
    order = case.order
    if order is None or order.last_refund_at is None or order.open_refund_id is not None:
        return None
    spacing = timedelta(seconds=_spacing_s(case, order))
    earliest = min(order.last_refund_at, case.now) + spacing
    return earliest if earliest > case.now else None


def refund_in_flight(case: Case) -> Refusal | None:
    """Another refund of this order has not ended: its money may still move."""
    if case.order is None or case.order.open_refund_id is None:
        return None
    return Refusal(Reason.REFUND_IN_FLIGHT, {"refund_id": case.order.open_refund_id})


def wallet_amount_limit(case: Case) -> Refusal | None:
    """More than one order can hold, so a slip of the finger."""
    if case.amount.fen <= AMOUNT_FEN_MAX:
        return None
    detail = {"amount_fen": case.amount.fen, "limit_fen": AMOUNT_FEN_MAX}
    return Refusal(Reason.WALLET_AMOUNT_LIMIT, detail)


def reason_missing(case: Case) -> Refusal | None:
    """The shop wants to know why."""
    if not case.limits.reason_required or case.reason.strip():
        return None
    return Refusal(Reason.REASON_MISSING)


def _spacing_s(case: Case, order: Order) -> int:
    if case.limits.refund_spacing_s is not None:
        return case.limits.refund_spacing_s
    return FACTS[order.wallet].refund_spacing_s
