from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scanrefund.check import amount_rules
from scanrefund.check.amount_rules import earliest_send
from scanrefund.check.case import Case
from scanrefund.check.rules import first_refusal
from scanrefund.model.money import AMOUNT_FEN_MAX, Money
from scanrefund.model.order import Order, OrderState
from scanrefund.model.refusal import Reason, Refusal
from scanrefund.model.wallet import Wallet
from tests.unit.builders import ALIPAY_DIGITS, LIMITS, NOW, a_case, a_reading, an_order, shown_code


def partly_refunded(fen: int, **changes: object) -> Order:
    part = Money(fen)
    order = an_order(
        state=OrderState.PARTLY_REFUNDED, refunded=part, wallet_reserved=part, customer_reserved=part
    )
    return replace(order, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("fen", [0, -1, -10_000])
def test_zero_and_less_are_no_refund(fen: int) -> None:
    refusal = first_refusal(a_case(asked_amount=Money(fen)))
    assert refusal == Refusal(Reason.AMOUNT_NOT_POSITIVE, {"amount_fen": fen})


def test_a_single_fen_is_an_amount() -> None:
    assert first_refusal(a_case(asked_amount=Money(1))) is None


def test_the_last_fen_of_an_order_may_still_go_back() -> None:
    assert first_refusal(a_case(order=partly_refunded(9_999), asked_amount=None)) is None


def test_the_third_partial_refund_is_refused_with_the_maximum() -> None:
    order = partly_refunded(8_000)
    assert first_refusal(a_case(order=order, asked_amount=Money(2_000))) is None
    refusal = first_refusal(a_case(order=order, asked_amount=Money(2_001)))
    assert refusal == Refusal(Reason.AMOUNT_OVER_REMAINING, {"amount_fen": 2_001, "max_fen": 2_000})


def test_without_an_amount_all_that_remains_is_meant() -> None:
    case = a_case(order=partly_refunded(8_000), asked_amount=None)
    assert case.amount == Money(2_000)
    assert first_refusal(case) is None


def test_all_that_remains_of_nothing_is_refused() -> None:
    spent = partly_refunded(10_000)
    refusal = first_refusal(a_case(order=spent, asked_amount=None))
    assert refusal == Refusal(Reason.AMOUNT_OVER_REMAINING, {"amount_fen": 0, "max_fen": 0})


@pytest.mark.parametrize("asked", [None, Money(10_000), Money(1)])
def test_whatever_is_asked_while_everything_is_on_its_way_is_a_refund_in_flight(asked: Money | None) -> None:
    refusal = first_refusal(a_case(order=partly_refunded(10_000, open_refund_id="SRT_1"), asked_amount=asked))
    assert refusal == Refusal(Reason.REFUND_IN_FLIGHT, {"refund_id": "SRT_1"})


def test_one_refund_stays_under_the_shops_cap() -> None:
    order = an_order(amount=Money(200_000))
    assert first_refusal(a_case(order=order, asked_amount=Money(100_000))) is None
    refusal = first_refusal(a_case(order=order, asked_amount=Money(100_001)))
    assert refusal == Refusal(Reason.AMOUNT_OVER_CAP, {"amount_fen": 100_001, "cap_fen": 100_000})


@pytest.mark.parametrize(("shop_limit", "limit"), [(50, 50), (1_000, 50), (3, 3)])
def test_the_lesser_of_the_shops_and_the_wallets_count_holds(shop_limit: int, limit: int) -> None:
    limits = replace(LIMITS, refunds_per_order_max=shop_limit)
    assert first_refusal(a_case(order=an_order(refund_count=limit - 1), limits=limits)) is None
    refusal = first_refusal(a_case(order=an_order(refund_count=limit), limits=limits))
    assert refusal == Refusal(Reason.TOO_MANY_REFUNDS, {"count": limit, "limit": limit})


def test_an_order_of_which_five_refunds_in_a_row_came_to_nothing_takes_no_more() -> None:
    assert first_refusal(a_case(order=an_order(in_vain=4))) is None
    refusal = first_refusal(a_case(order=an_order(in_vain=5)))
    assert refusal == Refusal(Reason.TOO_MANY_IN_VAIN, {"count": 5})


@pytest.mark.parametrize(
    ("wallet", "digits", "spacing_s"), [(Wallet.WECHAT, None, 60), (Wallet.ALIPAY, ALIPAY_DIGITS, 3)]
)
def test_a_second_refund_waits_for_the_wallets_spacing_instead_of_being_refused(
    wallet: Wallet, digits: str | None, spacing_s: int
) -> None:
    reading = a_reading(shown_code(digits, wallet) if digits else None)

    def case_after(seconds: int) -> Case:
        order = an_order(wallet=wallet, last_refund_at=NOW - timedelta(seconds=seconds))
        return a_case(order=order, reading=reading)

    assert first_refusal(case_after(0)) is None
    assert earliest_send(case_after(2)) == NOW + timedelta(seconds=spacing_s - 2)
    assert earliest_send(case_after(spacing_s)) is None


def test_a_longer_wait_is_refused_with_its_length() -> None:
    order = an_order(last_refund_at=NOW - timedelta(seconds=10))
    limits = replace(LIMITS, refund_spacing_s=600)
    assert first_refusal(a_case(order=order, limits=limits)) == Refusal(
        Reason.TOO_SOON_AFTER_LAST, {"wait_s": 591}
    )


@pytest.mark.parametrize(("spacing_s", "waits"), [(60, True), (61, False)])
def test_a_customer_is_kept_waiting_a_minute_and_no_longer(spacing_s: int, *, waits: bool) -> None:
    case = a_case(order=an_order(last_refund_at=NOW), limits=replace(LIMITS, refund_spacing_s=spacing_s))
    assert (first_refusal(case) is None) == waits


def test_a_refund_sent_in_the_future_makes_the_next_wait_one_spacing() -> None:
    order = an_order(last_refund_at=NOW + timedelta(days=365))
    assert earliest_send(a_case(order=order)) == NOW + timedelta(seconds=60)


def test_the_shop_may_set_the_spacing_itself() -> None:
    order = an_order(last_refund_at=NOW)
    assert earliest_send(a_case(order=order, limits=replace(LIMITS, refund_spacing_s=0))) is None


def test_another_refund_of_the_order_must_have_ended() -> None:
    refusal = first_refusal(a_case(order=an_order(open_refund_id="SRT_1", last_refund_at=NOW)))
    assert refusal == Refusal(Reason.REFUND_IN_FLIGHT, {"refund_id": "SRT_1"})


def test_more_than_any_order_holds_is_a_slip() -> None:
    huge = Money(AMOUNT_FEN_MAX + 1)
    refusal = amount_rules.wallet_amount_limit(a_case(asked_amount=huge))
    detail = {"amount_fen": AMOUNT_FEN_MAX + 1, "limit_fen": AMOUNT_FEN_MAX}
    assert refusal == Refusal(Reason.WALLET_AMOUNT_LIMIT, detail)
    assert amount_rules.wallet_amount_limit(a_case(asked_amount=Money(AMOUNT_FEN_MAX))) is None


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_a_reason_is_asked_for_where_the_shop_wants_one(reason: str) -> None:
    assert first_refusal(a_case(reason=reason)) == Refusal(Reason.REASON_MISSING)
    assert first_refusal(a_case(reason=reason, limits=replace(LIMITS, reason_required=False))) is None
