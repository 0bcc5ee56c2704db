"""Releasing, cancelling and adjusting an order, and what the till is told of it, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from scanrefund.check.limits import UNLIMITED
from scanrefund.ledger import marks
from scanrefund.ledger.by_hand import ByHand, Hand
from scanrefund.ledger.order_actions import OrderActions
from scanrefund.ledger.schema import orders as orders_table
from scanrefund.model.money import Money
from scanrefund.model.order import OrderState
from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import RefundState
from scanrefund.model.refusal import Reason
from scanrefund.model.reversal import ReversalState
from scanrefund.model.shop_clock import shop_day, start_of
from scanrefund.reversal_desk import Present
from tests.contract.reversing import LI, Shop, a_shop
from tests.unit.builders import NOW, ORDER, a_ledger, answering
from tests.unit.supervised import refused

S = RefundState


@pytest.fixture
def shop(ledger_url: str) -> Iterator[Shop]:
    with a_shop(ledger_url) as shop:
        yield shop


def test_a_released_order_stays_released_and_is_told_once(shop: Shop) -> None:
    for _ in range(2):
        assert shop.reversals.release(ORDER.order_id, LI).state is OrderState.RELEASED
    assert shop.marks() == [("ORDER_RELEASED", "RELEASED")]
    assert [facts["why"] for _kind, facts in shop.booked("order_release")] == [LI.why]
    with refused("order_not_to_release"):
        shop.reversals.release("U1", LI)


@pytest.mark.parametrize("act", ["release", "cancel", "adjust", "extend"])
def test_a_clerk_may_not_decide_about_an_order_and_nothing_is_written(shop: Shop, act: str) -> None:
    clerk = Hand("s3", "asked to")
    more: dict[str, Any] = {"adjust": (Money(10_000), Money(9_000)), "extend": (7,)}
    with refused("not_permitted"):
        getattr(shop.reversals, act)(ORDER.order_id, *more.get(act, ()), clerk)
    with refused("not_permitted"):
        shop.reversals.cancel("U1", clerk)
    assert (shop.marks(), shop.stages(), shop.till.closed) == ([], [], [])


def test_a_paid_order_is_cancelled_when_its_refund_has_arrived(shop: Shop) -> None:
    shop.wallet.sends = [shop.wallet.accept]
    made = shop.reversals.cancel(ORDER.order_id, LI)
    assert made.receipt is not None
    assert (made.receipt.state, made.receipt.amount) == (S.PROCESSING, ORDER.amount)
    # Until it has arrived the customer must still be able to get his money.
    assert (made.order.state, made.order.remaining) == (OrderState.PAID, Money(0))
    assert shop.reversals.cancel(ORDER.order_id, LI).receipt is not None
    shop.wallet.asks = [shop.wallet.pay]
    shop.settle()
    assert (shop.state(), shop.order().cancelled_why) == (OrderState.CANCELLED, LI.why)
    assert list(shop.wallet.paid.values()) == [ORDER.amount]
    assert shop.reversals.cancel(ORDER.order_id, LI).receipt is None
    assert shop.marks() == [
        ("REFUND_READY", "PAID"),
        ("REFUND_SUCCEEDED", "REFUNDED"),
        ("ORDER_CANCELLED", "CANCELLED"),
    ]
    assert [facts["order"] for _kind, facts in shop.booked("refund_reserved")] == [ORDER.order_id]


def test_a_cancelled_order_is_refunded_no_more(shop: Shop) -> None:
    shop.reversals.cancel(ORDER.order_id, LI)
    assert shop.desk.refund(shop.wish(100, 1)).reason is Reason.ORDER_CANCELLED


def test_a_cancel_whose_refund_failed_leaves_the_order_refundable(shop: Shop) -> None:
    shop.wallet.sends = [answering(Outcome.DECLINED)]
    shop.reversals.cancel(ORDER.order_id, LI)
    shop.settle()
    assert (shop.state(), shop.order().remaining) == (OrderState.PAID, ORDER.amount)
    assert shop.stages() == [ReversalState.VAIN]
    shop.time.forward(120)
    assert shop.reversals.cancel(ORDER.order_id, LI).order.state is OrderState.CANCELLED
    assert shop.stages() == [ReversalState.DONE, ReversalState.VAIN]


def test_a_refused_refund_cancels_nothing(shop: Shop) -> None:
    made = shop.reversals.cancel(ORDER.order_id, LI, Present(clerk="s9"))
    assert made.receipt is not None
    assert (made.receipt.reason, made.order.state) == (Reason.NO_PERMISSION, OrderState.PAID)
    assert shop.stages() == [ReversalState.VAIN]


def test_a_killed_cancel_goes_on_under_the_same_refund(shop: Shop) -> None:
    begun = shop.actions.cancel(ORDER.order_id, LI, NOW)
    assert begun is not None
    made = shop.reversals.cancel(ORDER.order_id, LI)
    assert made.receipt is not None
    refund = shop.refund(str(made.receipt.refund_id))
    assert refund.request_id == begun.request_id


def test_an_order_with_an_open_refund_is_not_cancelled(shop: Shop) -> None:
    shop.wallet.sends = [shop.wallet.accept]
    shop.desk.refund(shop.wish())
    with refused("cancel_beside_open"):
        shop.reversals.cancel(ORDER.order_id, LI)


def test_what_has_gone_back_whole_is_cancelled_without_another_refund(shop: Shop) -> None:
    shop.desk.refund(shop.wish(ORDER.amount.fen, 1))
    before = len(shop.wallet.trips)
    assert shop.reversals.cancel(ORDER.order_id, LI).order.state is OrderState.CANCELLED
    assert len(shop.wallet.trips) == before


def test_a_supervisor_lets_an_order_be_refunded_after_its_period(shop: Shop) -> None:
    with shop.ledger.writing() as connection:
        connection.execute(orders_table.update().values(paid_at=NOW - timedelta(days=40)))
    assert shop.desk.refund(shop.wish(number=1)).reason is Reason.RETURN_WINDOW_PASSED
    shop.reversals.extend(ORDER.order_id, 7, LI)
    # To the end of the shop's seventh day, whatever day it is elsewhere.
    over = start_of(shop_day(NOW, 8) + timedelta(days=8), 8)
    shop.time.forward((over - NOW).total_seconds() - 1)
    assert shop.desk.refund(shop.wish(number=2)).state is S.SUCCEEDED
    shop.time.forward(1)
    assert shop.desk.refund(shop.wish(number=3)).reason is Reason.RETURN_WINDOW_PASSED
    with refused("extend_days_wrong"):
        shop.reversals.extend(ORDER.order_id, 31, LI)


def test_the_till_is_told_what_needs_a_person_and_what_was_paid_by_hand(shop: Shop) -> None:
    shop.wallet.sends = [answering(Outcome.DECLINED)]
    receipt = shop.desk.refund(shop.wish())
    shop.settle()
    ByHand(shop.ledger).pay_other_way(str(receipt.refund_id), LI, shop.time.at)
    assert [event for event, _state in shop.marks()] == [
        "REFUND_READY",
        "REFUND_CLOSED",
        "REFUND_PAID_OTHER_WAY",
    ]
    assert shop.marks()[-1] == ("REFUND_PAID_OTHER_WAY", "PARTLY_REFUNDED")


def test_a_mark_that_was_rolled_back_with_its_change_was_never_written(shop: Shop) -> None:
    class Stop(Exception):
        pass

    def begin_and_die() -> None:
        with shop.ledger.writing() as connection:
            marks.of_order(connection, ORDER.order_id, "RELEASED", ORDER.amount, NOW)
            raise Stop

    with pytest.raises(Stop):
        begin_and_die()
    assert shop.marks() == []


def test_without_staff_whoever_signs_decides(ledger_url: str) -> None:
    with a_ledger(ledger_url) as ledger:
        actions = OrderActions(ledger)
        assert not actions.has_staff()
        actions.release(ORDER.order_id, Hand("Li", "asked for"), NOW)
        with ledger.reading() as connection:
            told = connection.execute(select(orders_table.c.told_state)).scalar_one()
    assert told == "RELEASED"


def test_limits_of_one_person_hold_for_cancels_too(ledger_url: str) -> None:
    with a_ledger(ledger_url) as ledger:
        shop = Shop(ledger)
        counter = replace(shop.desk._counter.limits, people=replace(UNLIMITED, day_amount_max=Money(500)))
        shop.desk._counter = replace(shop.desk._counter, limits=counter)
        made = shop.reversals.cancel(ORDER.order_id, LI)
    assert made.receipt is not None
    assert made.receipt.reason is Reason.CLERK_LIMIT_REACHED
