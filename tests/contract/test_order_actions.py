"""Releasing, cancelling and adjusting an order, and what the till is told of it, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from scanrefund.check.limits import UNLIMITED
from scanrefund.errors import UsageFault
from scanrefund.ledger import marks
from scanrefund.ledger.by_hand import ByHand, Hand
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.order_actions import OrderActions
from scanrefund.ledger.outbox import Outbox
from scanrefund.ledger.schema import orders as orders_table
from scanrefund.model.money import Money
from scanrefund.model.order import Order, OrderState, WalletOrderState
from scanrefund.model.outcome import CloseAnswer, Closing, OrderAnswer, OrderLook, Outcome
from scanrefund.model.refund import RefundState
from scanrefund.model.refusal import Reason
from scanrefund.model.reversal import ReversalState
from scanrefund.model.wallet import Wallet
from scanrefund.reversal_desk import Present, ReversalDesk
from tests.people import PeopleShop, hire
from tests.unit.aftercare.posting import MAIL
from tests.unit.builders import KEYS, NOW, ORDER, an_order, answering, keep, open_ledger_at, wallet_order

S = RefundState
LI = Hand("s2", "the customer changed his mind")


class Till:
    """What closing at the wallet answers."""

    def __init__(self) -> None:
        self.closing = CloseAnswer(Closing.CLOSED)
        self.says = OrderAnswer(OrderLook.NOT_ASKED)
        self.closed: list[str] = []

    def close(self, order: Order) -> CloseAnswer:
        self.closed.append(order.order_id)
        return self.closing

    def order(self, order: Order) -> OrderAnswer:
        return self.says


class Shop(PeopleShop):
    """A shop with staff and its reversals: s2 supervises, s3 serves."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        hire(self.staff)
        self.till = Till()
        self.actions = OrderActions(ledger)
        self.reversals = ReversalDesk(self.actions, self.desk, {Wallet.WECHAT: self.till}, self.time.clock)

    def order(self, order_id: str = ORDER.order_id) -> Order:
        found = self.ledger.order(order_id)
        assert found is not None
        return found

    def state(self, order_id: str = ORDER.order_id) -> OrderState:
        return self.order(order_id).state

    def settle(self) -> None:
        """One round of everything that is due, after the wallet's spacing."""
        self.time.forward(120)
        for refund in self.ledger.due(self.time.at, 50, self.dispatcher.accounts):
            self.dispatcher.dispatch(refund)

    def marks(self) -> list[tuple[str, str]]:
        with self.ledger.reading() as connection:
            return [(mark.event, mark.order_state.value) for mark in marks.since(connection, None)]

    def stages(self) -> list[ReversalState]:
        return [one.state for one in self.actions.of_order(ORDER.order_id)]


@pytest.fixture
def shop(ledger_url: str) -> Iterator[Shop]:
    ledger = open_ledger_at(ledger_url)
    keep(ledger, ORDER, an_order(order_id="U1", state=OrderState.UNPAID, paid_at=None))
    yield Shop(ledger)
    ledger.close()


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(UsageFault) as caught:
        yield
    assert caught.value.code == code


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


def test_an_unpaid_order_is_closed_at_the_wallet_and_cancelled(shop: Shop) -> None:
    for _ in range(2):
        assert shop.reversals.cancel("U1", LI).order.state is OrderState.CANCELLED
    assert shop.till.closed == ["U1"]
    assert shop.marks() == [("ORDER_CANCELLED", "CANCELLED")]


def test_the_customer_of_a_cancelled_order_is_told_once(shop: Shop) -> None:
    with shop.ledger.writing() as connection:
        shop.ledger.keep_contact(connection, "U1", MAIL, NOW)
    for _ in range(2):
        shop.reversals.cancel("U1", LI)
    told = Outbox(shop.ledger, KEYS).listed(unsent_only=False, limit=9)
    assert [(one.event, one.subject) for one in told] == [("order_cancelled", "U1")]


NOT_FOUND = (CloseAnswer(Closing.NOT_FOUND), OrderAnswer(OrderLook.NOT_FOUND))
LOST = CloseAnswer(Closing.UNKNOWN, code="timeout")


@pytest.mark.parametrize(
    ("closing", "says", "code"),
    [
        (LOST, OrderAnswer(OrderLook.NOT_ASKED), "close_unproved"),
        (LOST, OrderAnswer(OrderLook.NOT_FOUND), "close_unproved"),
        (LOST, wallet_order(state=WalletOrderState.UNPAID), "close_unproved"),
        (CloseAnswer(Closing.REFUSED), wallet_order(), "cancel_paid_meanwhile"),
        (CloseAnswer(Closing.NOT_FOUND), OrderAnswer(OrderLook.NOT_ASKED), "close_unproved"),
        (*NOT_FOUND, "close_not_found"),
    ],
)
def test_what_is_not_proved_closed_stays_unpaid(
    shop: Shop, closing: CloseAnswer, says: OrderAnswer, code: str
) -> None:
    shop.till.closing, shop.till.says = closing, says
    with refused(code):
        shop.reversals.cancel("U1", LI)
    assert (shop.state("U1"), shop.marks()) == (OrderState.UNPAID, [])


def test_a_close_whose_answer_was_lost_is_believed_when_the_wallet_says_closed(shop: Shop) -> None:
    shop.till.closing, shop.till.says = LOST, wallet_order(state=WalletOrderState.CLOSED)
    assert shop.reversals.cancel("U1", LI).order.state is OrderState.CANCELLED


def test_an_order_the_wallet_does_not_know_is_cancelled_on_a_persons_word(shop: Shop) -> None:
    shop.till.closing, shop.till.says = NOT_FOUND
    assert shop.reversals.cancel("U1", LI, not_at_wallet=True).order.state is OrderState.CANCELLED
    shop.till.closing = LOST
    keep(shop.ledger, an_order(order_id="U2", state=OrderState.UNPAID, paid_at=None))
    with refused("close_unproved"):
        shop.reversals.cancel("U2", LI, not_at_wallet=True)


def test_an_adjustment_refunds_the_difference_and_leaves_the_payment_alone(shop: Shop) -> None:
    shop.reversals.adjust(ORDER.order_id, Money(10_000), Money(9_200), LI)
    made = shop.reversals.adjust(ORDER.order_id, Money(10_000), Money(9_200), LI)
    assert made.receipt is not None
    assert (made.receipt.amount, made.receipt.state) == (Money(800), S.SUCCEEDED)
    assert (made.order.amount, made.order.refunded) == (Money(10_000), Money(800))
    assert list(shop.wallet.paid.values()) == [Money(800)]
    assert shop.marks()[-2:] == [
        ("REFUND_SUCCEEDED", "PARTLY_REFUNDED"),
        ("ORDER_ADJUSTED", "PARTLY_REFUNDED"),
    ]
    shop.time.forward(120)
    with refused("adjust_old_wrong"):
        shop.reversals.adjust(ORDER.order_id, Money(10_000), Money(9_000), LI)
    lower = shop.reversals.adjust(ORDER.order_id, Money(9_200), Money(9_000), LI)
    assert lower.order.refunded == Money(1_000)


@pytest.mark.parametrize(
    ("order_id", "old", "new", "code"),
    [
        (ORDER.order_id, 9_999, 9_000, "adjust_old_wrong"),
        (ORDER.order_id, 10_000, 10_000, "adjust_not_lower"),
        (ORDER.order_id, 10_000, 10_100, "adjust_not_lower"),
        (ORDER.order_id, 10_000, 0, "adjust_not_lower"),
        ("U1", 10_000, 9_000, "adjust_not_paid"),
        ("nobody", 10_000, 9_000, "order_unknown"),
    ],
)
def test_an_adjustment_that_does_not_fit_is_refused(
    shop: Shop, order_id: str, old: int, new: int, code: str
) -> None:
    with refused(code):
        shop.reversals.adjust(order_id, Money(old), Money(new), LI)
    assert shop.wallet.trips == []


def test_nothing_else_is_begun_while_one_is_open(shop: Shop) -> None:
    shop.wallet.sends = [shop.wallet.accept]
    shop.reversals.cancel(ORDER.order_id, LI)
    with refused("order_action_open"):
        shop.reversals.adjust(ORDER.order_id, Money(10_000), Money(9_000), LI)


def test_a_supervisor_lets_an_order_be_refunded_after_its_period(shop: Shop) -> None:
    with shop.ledger.writing() as connection:
        connection.execute(orders_table.update().values(paid_at=NOW - timedelta(days=40)))
    assert shop.desk.refund(shop.wish(number=1)).reason is Reason.RETURN_WINDOW_PASSED
    shop.reversals.extend(ORDER.order_id, 7, LI)
    assert shop.desk.refund(shop.wish(number=2)).state is S.SUCCEEDED
    shop.time.forward(9 * 86_400)
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
    ledger = open_ledger_at(ledger_url)
    keep(ledger, ORDER)
    actions = OrderActions(ledger)
    assert not actions.has_staff()
    actions.release(ORDER.order_id, Hand("Li", "asked for"), NOW)
    with ledger.reading() as connection:
        told = connection.execute(select(orders_table.c.told_state)).scalar_one()
    assert told == "RELEASED"
    ledger.close()


def test_limits_of_one_person_hold_for_cancels_too(ledger_url: str) -> None:
    ledger = open_ledger_at(ledger_url)
    keep(ledger, ORDER)
    shop = Shop(ledger)
    counter = replace(shop.desk._counter.limits, people=replace(UNLIMITED, day_amount_max=Money(500)))
    shop.desk._counter = replace(shop.desk._counter, limits=counter)
    made = shop.reversals.cancel(ORDER.order_id, LI)
    assert made.receipt is not None
    assert made.receipt.reason is Reason.CLERK_LIMIT_REACHED
    ledger.close()
