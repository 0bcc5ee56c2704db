from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanrefund.check.case import Case, PayerCheck
from scanrefund.check.people import People
from scanrefund.check.rules import LADDER, first_refusal, verdicts
from scanrefund.model.money import Money
from scanrefund.model.order import OrderState, WalletOrderState
from scanrefund.model.refusal import Reason
from scanrefund.model.shown import Kind, Shown, Sighting, Source
from scanrefund.model.staff import Role, Staff
from scanrefund.model.wallet import Wallet
from tests.unit.builders import (
    ALIPAY_DIGITS,
    LIMITS,
    NOW,
    a_case,
    a_reading,
    an_order,
    shown_code,
    wallet_order,
)

# The ladder, written down a second time from the design: the first that says no is the answer.
ORDER_OF_RUNGS = [
    "code_unreadable", "not_a_payment_code", "codes_conflict", "code_expired", "code_seen_before",
    "picture_too_old", "picture_undated", "order_not_found", "order_not_paid", "order_cancelled",
    "order_not_released", "order_already_refunded", "wallet_mismatch", "payer_mismatch",
    "return_window_passed",
    "amount_not_positive", "amount_over_remaining", "amount_over_cap", "too_many_refunds",
    "too_many_in_vain",
    "too_soon_after_last", "refund_in_flight", "wallet_window_passed", "wallet_amount_limit",
    "order_frozen", "order_changed", "code_required", "no_permission", "needs_approval", "approval_wrong",
    "approval_locked", "clerk_limit_reached", "reason_missing", "self_test_failed", "wallet_stopped",
    "books_behind",
]  # fmt: skip


def test_the_rungs_stand_in_the_order_of_the_design() -> None:
    assert [rule.reason.value for rule in LADDER] == ORDER_OF_RUNGS


def everything_wrong() -> Case:
    """A case against which as many rules speak as can at once."""
    order = an_order(
        paid_at=NOW - timedelta(days=900),
        wallet_reserved=Money(9_999),
        refund_count=50,
        open_refund_id="SRT_1",
        frozen_why="bill differs",
    )
    return a_case(
        order=order,
        asked_amount=Money(200_000_000),
        reason="",
        reading=a_reading(
            shown_code(ALIPAY_DIGITS, Wallet.ALIPAY),
            rivals=(shown_code(),),
            confirmed=False,
            source=Source.PICTURE,
            taken_at=NOW - timedelta(days=1),
        ),
        sighting=Sighting(NOW - timedelta(days=1), "SRT_1"),
        wallet_says=wallet_order(amount=Money(1), state=WalletOrderState.CLOSED),
        limits=replace(LIMITS, release_required=True, picture_may_refund=False),
    )


def test_the_first_that_says_no_is_the_answer() -> None:
    case = everything_wrong()
    said_no = [verdict.reason for verdict in verdicts(case) if verdict.refusal]
    assert len(said_no) >= 15
    refusal = first_refusal(case)
    assert refusal is not None
    assert refusal.reason is said_no[0] is Reason.CODE_UNREADABLE


def test_rules_with_nothing_to_judge_are_skipped() -> None:
    bare = a_case(order=None, reading=None)
    skipped = {verdict.reason for verdict in verdicts(bare) if verdict.skipped}
    heard = {verdict.reason for verdict in verdicts(bare)} - skipped
    assert heard == {
        Reason.ORDER_NOT_FOUND,
        Reason.AMOUNT_NOT_POSITIVE,
        Reason.AMOUNT_OVER_CAP,
        Reason.WALLET_AMOUNT_LIMIT,
        Reason.CODE_REQUIRED,
        Reason.REASON_MISSING,
    }
    assert all(verdict.refusal is None for verdict in verdicts(bare) if verdict.skipped)


def test_a_dry_run_shows_every_rule_of_a_good_case_as_passed() -> None:
    people = People(Staff("s3", "Wang", Role.CLERK))
    case = a_case(
        sighting=Sighting(NOW),
        wallet_says=wallet_order(),
        payer=PayerCheck.SAME,
        people=people,
        failed_checks=frozenset(),
    )
    shown = verdicts(case)
    assert [verdict.reason for verdict in shown if verdict.refusal or verdict.skipped] == []
    assert len(shown) == len(LADDER)


def _around(now: datetime) -> st.SearchStrategy[datetime]:
    return st.integers(-500 * 86_400, 500 * 86_400).map(lambda s: now + timedelta(seconds=s))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    reserved = Money(draw(st.integers(0, 10_000)))
    order = an_order(
        state=draw(st.sampled_from(OrderState)),
        paid_at=draw(st.none() | _around(NOW)),
        wallet_reserved=reserved,
        customer_reserved=Money(draw(st.integers(0, 10_000))),
        open_refund_id=draw(st.none() | st.just("SRT_1")),
        refund_count=draw(st.integers(0, 60)),
        last_refund_at=draw(st.none() | _around(NOW)),
    )
    shown = draw(
        st.sampled_from([shown_code(), shown_code(ALIPAY_DIGITS, Wallet.ALIPAY), Shown(Kind.NOTHING)])
    )
    return a_case(
        order=draw(st.none() | st.just(order)),
        asked_amount=draw(st.none() | st.integers(-10, 300_000).map(Money)),
        reading=draw(st.none() | st.just(a_reading(shown))),
        sighting=draw(st.none() | _around(NOW).map(Sighting)),
        limits=replace(LIMITS, amount_cap=Money(draw(st.integers(0, 20_000))), code_required=False),
    )


# On a busy machine making an example takes longer than Hypothesis thinks right.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(cases())
def test_what_passes_the_ladder_is_a_positive_amount_within_remaining_and_cap(case: Case) -> None:
    if first_refusal(case) is not None:
        return
    assert case.order is not None
    assert Money(0) < case.amount <= min(case.order.remaining, case.limits.amount_cap)
    assert case.order.open_refund_id is None
    assert case.order.state in (OrderState.PAID, OrderState.RELEASED, OrderState.PARTLY_REFUNDED)
