from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from scanrefund.check import order_rules
from scanrefund.check.case import PayerCheck
from scanrefund.check.rules import first_refusal
from scanrefund.model.money import Money
from scanrefund.model.order import Order, OrderState, WalletOrderState
from scanrefund.model.outcome import OrderAnswer, OrderLook
from scanrefund.model.refusal import Reason, Refusal
from scanrefund.model.shown import Kind, Shown
from scanrefund.model.wallet import Wallet
from tests.unit.builders import (
    ALIPAY_DIGITS,
    LIMITS,
    NOW,
    WECHAT_DIGITS,
    a_case,
    a_reading,
    an_order,
    shown_code,
    wallet_order,
)

NOT_ASKED = OrderAnswer(OrderLook.NOT_ASKED)
NOT_FOUND = OrderAnswer(OrderLook.NOT_FOUND)


def refusal_of(order: Order, **changes: object) -> Refusal | None:
    return first_refusal(a_case(order=order, **changes))


def test_an_order_our_books_do_not_hold_is_not_found() -> None:
    assert first_refusal(a_case(order=None)) == Refusal(Reason.ORDER_NOT_FOUND, {"order_id": "A1001"})


def test_a_payment_code_given_as_order_number_is_told_masked() -> None:
    refusal = first_refusal(a_case(order=None, order_id=WECHAT_DIGITS))
    assert refusal is not None
    assert WECHAT_DIGITS not in repr(refusal)


def test_an_unpaid_order_is_not_refunded() -> None:
    detail = {"order_id": "A1001", "state": "UNPAID"}
    assert refusal_of(an_order(state=OrderState.UNPAID)) == Refusal(Reason.ORDER_NOT_PAID, detail)


@pytest.mark.parametrize("says", [NOT_FOUND, wallet_order(state=WalletOrderState.UNPAID)])
def test_an_order_the_wallet_knows_no_payment_of_is_not_paid(says: OrderAnswer) -> None:
    refusal = first_refusal(a_case(wallet_says=says))
    assert refusal == Refusal(Reason.ORDER_NOT_PAID, {"order_id": "A1001", "state": "PAID"})


@pytest.mark.parametrize("says", [None, NOT_ASKED, wallet_order()])
def test_an_order_the_wallet_confirms_or_cannot_speak_of_passes(says: OrderAnswer | None) -> None:
    assert first_refusal(a_case(wallet_says=says)) is None


@pytest.mark.parametrize("state", [OrderState.CANCELLED, OrderState.CLOSED])
def test_a_cancelled_order_is_never_refunded(state: OrderState) -> None:
    refusal = refusal_of(an_order(state=state, cancelled_at=NOW, cancelled_why="CANCELLED"))
    detail = {"order_id": "A1001", "when": NOW.isoformat(), "cancelled_why": "CANCELLED"}
    assert refusal == Refusal(Reason.ORDER_CANCELLED, detail)


def test_a_cancelled_order_without_a_time_is_told_without_one() -> None:
    refusal = refusal_of(an_order(state=OrderState.CLOSED, cancelled_why="CLOSED"))
    detail = {"order_id": "A1001", "when": "", "cancelled_why": "CLOSED"}
    assert refusal == Refusal(Reason.ORDER_CANCELLED, detail)


@pytest.mark.parametrize("state", [OrderState.CANCELLED, OrderState.CLOSED])
def test_a_cancelled_order_is_called_cancelled_even_where_the_wallet_knows_no_payment(
    state: OrderState,
) -> None:
    refusal = refusal_of(an_order(state=state), wallet_says=NOT_FOUND)
    assert refusal is not None
    assert refusal.reason is Reason.ORDER_CANCELLED


def test_release_is_asked_for_only_where_the_shop_wants_it() -> None:
    wants = replace(LIMITS, release_required=True)
    assert refusal_of(an_order(), limits=wants) == Refusal(Reason.ORDER_NOT_RELEASED, {"order_id": "A1001"})
    assert refusal_of(an_order(state=OrderState.RELEASED), limits=wants) is None
    assert refusal_of(an_order()) is None


def test_an_order_that_went_back_whole_says_how_much() -> None:
    whole = Money(10_000)
    order = an_order(
        state=OrderState.REFUNDED, refunded=whole, wallet_reserved=whole, customer_reserved=whole
    )
    detail: dict[str, str | int] = {"order_id": "A1001", "amount_fen": 10_000}
    assert refusal_of(order) == Refusal(Reason.ORDER_ALREADY_REFUNDED, detail)


def test_the_wallet_at_the_counter_must_be_the_one_that_paid() -> None:
    refusal = first_refusal(a_case(reading=a_reading(shown_code(ALIPAY_DIGITS, Wallet.ALIPAY))))
    detail = {"order_wallet": "wechat", "code_wallet": "alipay"}
    assert refusal == Refusal(Reason.WALLET_MISMATCH, detail)


def test_only_a_payment_code_speaks_for_the_wallet_at_the_counter() -> None:
    bill_number = Shown(Kind.WALLET_ORDER_NUMBER, Wallet.ALIPAY, text="2026112222001400000000000001")
    assert order_rules.wallet_mismatch(a_case(reading=a_reading(bill_number))) is None


@pytest.mark.parametrize(
    ("days", "reason"), [(30, None), (31, Reason.RETURN_WINDOW_PASSED), (366, Reason.RETURN_WINDOW_PASSED)]
)
def test_the_shops_return_window_ends(days: int, reason: Reason | None) -> None:
    refusal = refusal_of(an_order(paid_at=NOW - timedelta(days=days)))
    assert (refusal.reason if refusal else None) is reason


def test_the_return_window_ends_to_the_second() -> None:
    paid_at = NOW - timedelta(days=30, seconds=1)
    detail = {"days": 30, "limit_days": 30}
    assert refusal_of(an_order(paid_at=paid_at)) == Refusal(Reason.RETURN_WINDOW_PASSED, detail)


def test_the_wallets_own_window_ends_after_a_year() -> None:
    patient = replace(LIMITS, return_window_days=10_000)

    def refusal(paid_at: datetime) -> Refusal | None:
        return refusal_of(an_order(paid_at=paid_at), limits=patient)

    assert refusal(NOW - timedelta(days=365)) is None
    late = refusal(NOW - timedelta(days=366))
    assert late == Refusal(Reason.WALLET_WINDOW_PASSED, {"days": 366, "limit_days": 365})


def test_a_trade_the_wallet_calls_finished_is_past_its_window() -> None:
    refusal = first_refusal(a_case(wallet_says=wallet_order(state=WalletOrderState.FINISHED)))
    assert refusal == Refusal(Reason.WALLET_WINDOW_PASSED, {"days": 1, "limit_days": 365})


def test_a_finished_trade_whose_time_of_payment_nobody_told_is_refused_all_the_same() -> None:
    says = wallet_order(state=WalletOrderState.FINISHED)
    refusal = refusal_of(an_order(paid_at=None), wallet_says=says)
    assert refusal == Refusal(Reason.WALLET_WINDOW_PASSED, {"days": 0, "limit_days": 365})


def test_a_frozen_order_waits_for_a_person() -> None:
    assert refusal_of(an_order(frozen_why="bill differs")) == Refusal(
        Reason.ORDER_FROZEN, {"why": "bill differs"}
    )


@pytest.mark.parametrize(
    ("says", "detail"),
    [
        (
            wallet_order(amount=Money(9_999)),
            {"field": "amount", "ours": "100.00", "theirs": "99.99"},
        ),
        (wallet_order(order_id="B7"), {"field": "order_id", "ours": "A1001", "theirs": "B7"}),
        (
            wallet_order(wallet_order_id="42x"),
            {"field": "wallet_order_id", "ours": "4200001234202611220000000001", "theirs": "42x"},
        ),
        (
            wallet_order(state=WalletOrderState.CLOSED),
            {"field": "state", "ours": "PAID", "theirs": "CLOSED"},
        ),
    ],
)
def test_an_order_the_wallet_tells_differently_is_changed(says: OrderAnswer, detail: dict[str, str]) -> None:
    assert first_refusal(a_case(wallet_says=says)) == Refusal(Reason.ORDER_CHANGED, detail)


@pytest.mark.parametrize(
    ("ours", "theirs"), [("", "4200001234202611220000000001"), ("4200001234202611220000000001", "")]
)
def test_a_wallet_number_that_one_side_does_not_know_is_no_contradiction(ours: str, theirs: str) -> None:
    says = wallet_order(wallet_order_id=theirs)
    assert refusal_of(an_order(wallet_order_id=ours), wallet_says=says) is None


def test_a_trade_closed_at_the_wallet_with_money_left_in_our_books_is_changed() -> None:
    part = Money(1_000)
    order = an_order(
        state=OrderState.PARTLY_REFUNDED, refunded=part, wallet_reserved=part, customer_reserved=part
    )
    refusal = refusal_of(order, wallet_says=wallet_order(state=WalletOrderState.CLOSED))
    assert refusal is not None
    assert refusal.reason is Reason.ORDER_CHANGED


def test_a_trade_closed_at_the_wallet_after_it_went_back_whole_has_not_changed() -> None:
    whole = Money(10_000)
    order = an_order(state=OrderState.REFUNDED, wallet_reserved=whole, customer_reserved=whole)
    case = a_case(order=order, wallet_says=wallet_order(state=WalletOrderState.CLOSED))
    assert order_rules.order_changed(case) is None


@pytest.mark.parametrize("says", [None, NOT_ASKED])
def test_a_wallet_that_cannot_be_asked_stops_refunds_where_the_shop_wants_its_word(
    says: OrderAnswer | None,
) -> None:
    strict = replace(LIMITS, wallet_must_confirm_order=True)
    assert first_refusal(a_case(limits=strict, wallet_says=says)) == Refusal(Reason.WALLET_STOPPED)
    assert first_refusal(a_case(limits=strict, wallet_says=wallet_order())) is None


def test_an_old_copy_of_the_books_refunds_nothing_that_was_not_looked_up() -> None:
    assert first_refusal(a_case(is_behind=True)) == Refusal(Reason.BOOKS_BEHIND)
    assert first_refusal(a_case(is_behind=False)) is None


@pytest.mark.parametrize("wallet", Wallet)
@pytest.mark.parametrize(("days", "window_days"), [(7, None), (7, 9), (7, 3), (3_650, None)])
def test_until_the_last_moment_that_is_told_no_period_is_over(
    wallet: Wallet, days: int, window_days: int | None
) -> None:
    window = NOW + timedelta(days=window_days) if window_days else None
    order = an_order(wallet=wallet, paid_at=NOW, window_until=window)
    until = order_rules.refundable_until(order, days)
    assert until is not None
    limits = replace(LIMITS, return_window_days=days)

    def is_over(now: datetime) -> bool:
        case = a_case(order=order, limits=limits, now=now)
        rungs = order_rules.return_window_passed, order_rules.wallet_window_passed
        return any(rung(case) is not None for rung in rungs)

    assert [is_over(until), is_over(until + timedelta(seconds=1))] == [False, True]


def test_an_order_that_was_never_paid_has_no_last_day() -> None:
    assert order_rules.refundable_until(an_order(paid_at=None), 7) is None


def test_another_payer_is_refused_and_an_unknown_one_is_not() -> None:
    refused = {check for check in PayerCheck if order_rules.payer_mismatch(a_case(payer=check)) is not None}
    assert refused == {PayerCheck.OTHER}
