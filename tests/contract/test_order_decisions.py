"""Each decision about an order by itself: what it asks first, what it writes, and that it is made once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from scanrefund.ledger import reversals
from scanrefund.model.money import Money
from scanrefund.model.order import OrderState
from scanrefund.model.reversal import ReversalKind, ReversalState
from tests.contract.reversing import LI, Shop, a_shop
from tests.unit.builders import NOW, ORDER, an_order, keep
from tests.unit.supervised import refused

UNTIL = NOW + timedelta(days=7)
OLD, NEW = ORDER.amount, Money(9_200)


@pytest.fixture
def shop(ledger_url: str) -> Iterator[Shop]:
    with a_shop(ledger_url) as shop:
        yield shop


def kinds(shop: Shop, order_id: str = ORDER.order_id) -> list[tuple[ReversalKind, ReversalState]]:
    return [(one.kind, one.state) for one in shop.actions.of_order(order_id)]


def test_an_order_is_let_in_again_once(shop: Shop) -> None:
    for _ in range(2):
        shop.actions.extend(ORDER.order_id, UNTIL, LI, NOW)
    assert kinds(shop) == [(ReversalKind.EXTEND, ReversalState.DONE)]
    assert shop.order().window_until == UNTIL
    assert len(shop.booked("order_extend")) == 1


def test_what_is_cancelled_is_not_cancelled_again_whatever_remains_of_it(shop: Shop) -> None:
    gone = an_order(order_id="G1", cancelled_at=NOW, cancelled_why="at the till")
    keep(shop.ledger, gone)
    assert shop.actions.cancel("G1", LI, NOW) is None
    assert (kinds(shop, "G1"), shop.order("G1").cancelled_why) == ([], "at the till")


def test_an_unpaid_order_is_cancelled_on_its_own_road_and_once(shop: Shop) -> None:
    with refused("cancel_unpaid"):
        shop.actions.cancel("U1", LI, NOW)
    for _ in range(2):
        shop.actions.cancel_unpaid("U1", LI, NOW)
    assert (kinds(shop, "U1"), shop.state("U1")) == (
        [(ReversalKind.CANCEL, ReversalState.DONE)],
        OrderState.CANCELLED,
    )


def test_an_order_that_was_paid_meanwhile_is_not_cancelled_as_an_unpaid_one(shop: Shop) -> None:
    with refused("cancel_paid_meanwhile"):
        shop.actions.cancel_unpaid(ORDER.order_id, LI, NOW)
    assert (kinds(shop), shop.state()) == ([], OrderState.PAID)


def test_an_adjustment_that_came_to_nothing_may_be_made_again_and_changed_no_price(shop: Shop) -> None:
    first = shop.actions.adjust(ORDER.order_id, OLD, NEW, LI, NOW)
    assert shop.actions.cost(shop.order()) == NEW
    shop.actions.in_vain(first, NOW)
    assert shop.actions.cost(shop.order()) == OLD
    again = shop.actions.adjust(ORDER.order_id, OLD, NEW, LI, NOW)
    assert (again.state, again.reversal_id != first.reversal_id) == (ReversalState.OPEN, True)
    assert again.request_id != first.request_id


def test_an_open_adjustment_is_not_taken_up_as_a_cancel(shop: Shop) -> None:
    shop.actions.adjust(ORDER.order_id, OLD, NEW, LI, NOW)
    with refused("order_action_open"):
        shop.actions.cancel(ORDER.order_id, LI, NOW)
    assert kinds(shop) == [(ReversalKind.ADJUST, ReversalState.OPEN)]


def test_the_first_cause_of_a_cancel_stays_and_is_told_once(shop: Shop) -> None:
    for why in ("sold out", "again"):
        with shop.ledger.writing() as connection:
            reversals.cancel(connection, ORDER.order_id, why, NOW)
    assert shop.order().cancelled_why == "sold out"
    assert shop.marks() == [("ORDER_CANCELLED", "CANCELLED")]
