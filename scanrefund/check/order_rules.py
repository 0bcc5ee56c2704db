"""The rungs about the order: does it exist, was it paid, may it still be refunded?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from scanrefund.check.case import Case, PayerCheck
from scanrefund.model.money import ZERO
from scanrefund.model.order import Order, OrderState, WalletOrder, WalletOrderState
from scanrefund.model.outcome import OrderLook
from scanrefund.model.refusal import Reason, Refusal
from scanrefund.model.wallet import FACTS, safe_number

_CALLED_OFF: Final = (OrderState.CANCELLED, OrderState.CLOSED)


def order_not_found(case: Case) -> Refusal | None:
    """Our books do not hold this order."""
    if case.order is not None:
        return None
    return Refusal(Reason.ORDER_NOT_FOUND, {"order_id": safe_number(case.order_id)})


def order_not_paid(case: Case) -> Refusal | None:
    """Unpaid in our books, or unpaid or unknown at the wallet: a customer's screenshot is no payment.

    An order that our books call cancelled is left to the next rung, which says more.
    """
    order = case.order
    if order is None or order.state in _CALLED_OFF:
        return None
    wallet_says_no = case.wallet_says is not None and (
        case.wallet_says.look is OrderLook.NOT_FOUND
        or (_wallet_order(case) is not None and _state_at_wallet(case) is WalletOrderState.UNPAID)
    )
    if order.state is OrderState.UNPAID or wallet_says_no:
        return Refusal(Reason.ORDER_NOT_PAID, {"order_id": order.order_id, "state": order.state.value})
    return None


def order_cancelled(case: Case) -> Refusal | None:
    """A cancelled order is never refunded."""
    order = case.order
    if order is None or order.state not in _CALLED_OFF:
        return None
    when = order.cancelled_at.isoformat() if order.cancelled_at else ""
    detail = {"order_id": order.order_id, "when": when, "cancelled_why": order.cancelled_why}
    return Refusal(Reason.ORDER_CANCELLED, detail)


def order_not_released(case: Case) -> Refusal | None:
    """The shop wants a separate request (待退款) before a refund."""
    order = case.order
    if order is None or not case.limits.release_required or order.state is not OrderState.PAID:
        return None
    return Refusal(Reason.ORDER_NOT_RELEASED, {"order_id": order.order_id})


def order_already_refunded(case: Case) -> Refusal | None:
    """Everything that was paid has gone back."""
    order = case.order
    if order is None or order.state is not OrderState.REFUNDED:
        return None
    return Refusal(
        Reason.ORDER_ALREADY_REFUNDED, {"order_id": order.order_id, "amount_fen": order.refunded.fen}
    )


def wallet_mismatch(case: Case) -> Refusal | None:
    """The wallet at the counter is not the one that paid."""
    order, reading = case.order, case.reading
    if order is None or reading is None or reading.shown.wallet is None or reading.shown.code is None:
        return None
    if reading.shown.wallet is order.wallet:
        return None
    detail = {"order_wallet": order.wallet.value, "code_wallet": reading.shown.wallet.value}
    return Refusal(Reason.WALLET_MISMATCH, detail)


def payer_mismatch(case: Case) -> Refusal | None:
    """The wallet says that the shown code belongs to somebody else than the one who paid."""
    return Refusal(Reason.PAYER_MISMATCH) if case.payer is PayerCheck.OTHER else None


def return_window_passed(case: Case) -> Refusal | None:
    """The shop's own return period is over, and nobody has made an exception for this order."""
    order = case.order
    if order is not None and order.window_until is not None and case.now <= order.window_until:
        return None
    return _window(case, Reason.RETURN_WINDOW_PASSED, case.limits.return_window_days)


def wallet_window_passed(case: Case) -> Refusal | None:
    """The wallet no longer refunds a sale this old, by its documents or by its own word."""
    order = case.order
    if order is None:
        return None
    limit_days = FACTS[order.wallet].refund_window_days
    if _state_at_wallet(case) is WalletOrderState.FINISHED:
        days = _days_since(order.paid_at, case.now)
        return Refusal(Reason.WALLET_WINDOW_PASSED, {"days": days, "limit_days": limit_days})
    return _window(case, Reason.WALLET_WINDOW_PASSED, limit_days)


def order_frozen(case: Case) -> Refusal | None:
    """Facts about this order disagree; a person must look first."""
    if case.order is None or not case.order.frozen_why:
        return None
    return Refusal(Reason.ORDER_FROZEN, {"why": case.order.frozen_why})


def order_changed(case: Case) -> Refusal | None:
    """The wallet tells the order differently from our books."""
    order, theirs = case.order, _wallet_order(case)
    if order is None or theirs is None:
        return None
    found = differences(order, theirs)
    if not found:
        return None
    field, ours, other = found[0]
    return Refusal(Reason.ORDER_CHANGED, {"field": field, "ours": ours, "theirs": other})


def differences(order: Order, theirs: WalletOrder) -> list[tuple[str, str, str]]:
    """What the wallet tells otherwise: the field, our word, its word."""
    return [fact for fact in _facts_to_compare(order, theirs) if fact[1] != fact[2]]


def wallet_stopped(case: Case) -> Refusal | None:
    """The shop wants the wallet's own word on every order, and the wallet cannot be asked."""
    if not case.limits.wallet_must_confirm_order or case.order is None:
        return None
    return Refusal(Reason.WALLET_STOPPED) if wallet_not_asked(case) else None


def wallet_not_asked(case: Case) -> bool:
    """Whether only our own books speak for the order."""
    return case.wallet_says is None or case.wallet_says.look is OrderLook.NOT_ASKED


def payer_not_compared(case: Case) -> bool:
    """Whether the shop wants the payer compared, and nobody has done it yet."""
    return case.limits.payer_match and case.payer not in (PayerCheck.SAME, PayerCheck.OTHER)


def books_behind(case: Case) -> Refusal | None:
    """The books are an old copy, and this order's refunds were not looked up at the wallet since."""
    return Refusal(Reason.BOOKS_BEHIND) if case.order is not None and case.is_behind else None


def _wallet_order(case: Case) -> WalletOrder | None:
    return case.wallet_says.order if case.wallet_says else None


def _state_at_wallet(case: Case) -> WalletOrderState | None:
    theirs = _wallet_order(case)
    return theirs.state if theirs else None


def refundable_until(order: Order, return_window_days: int) -> datetime | None:
    """The last moment of both periods, the shop's (an exception for the order counts) and the wallet's.

    None for an order that was never paid. Tells what `return_window_passed` and `wallet_window_passed` hold.
    """
    if order.paid_at is None:
        return None
    shops = order.paid_at + timedelta(days=return_window_days)
    if order.window_until is not None:
        shops = max(shops, order.window_until)
    return min(shops, order.paid_at + timedelta(days=FACTS[order.wallet].refund_window_days))


def _facts_to_compare(order: Order, theirs: WalletOrder) -> list[tuple[str, str, str]]:
    facts = [
        ("order_id", order.order_id, theirs.order_id),
        ("amount", order.amount.yuan(), theirs.amount.yuan()),
    ]
    if order.wallet_order_id and theirs.wallet_order_id:
        facts.append(("wallet_order_id", order.wallet_order_id, theirs.wallet_order_id))
    # Alipay closes a trade that went back whole, so CLOSED disagrees only while money is left.
    if order.remaining > ZERO and theirs.state is WalletOrderState.CLOSED:
        facts.append(("state", order.state.value, theirs.state.value))
    return facts


def _days_since(paid_at: datetime | None, now: datetime) -> int:
    return (now - paid_at).days if paid_at else 0


def _window(case: Case, reason: Reason, limit_days: int) -> Refusal | None:
    order = case.order
    if order is None or order.paid_at is None:
        return None
    passed_s = (case.now - order.paid_at).total_seconds()
    if passed_s <= limit_days * 86_400:
        return None
    return Refusal(reason, {"days": _days_since(order.paid_at, case.now), "limit_days": limit_days})
