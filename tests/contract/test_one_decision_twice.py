"""One decision about an order, made at two counters: the refund that came of it tells how it ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scanrefund.model.money import Money
from scanrefund.model.order import OrderState
from scanrefund.model.refund import RefundState
from scanrefund.model.refusal import Reason
from scanrefund.model.reversal import Reversal, ReversalState
from tests.contract.reversing import LI, Shop, a_shop
from tests.unit.builders import NOW, ORDER
from tests.unit.supervised import refused


@pytest.fixture
def shop(ledger_url: str) -> Iterator[Shop]:
    with a_shop(ledger_url) as shop:
        yield shop


def begun(shop: Shop) -> Reversal:
    """What one counter has written down, and another takes up."""
    reversal = shop.actions.cancel(ORDER.order_id, LI, NOW)
    assert reversal is not None
    return reversal


def test_what_one_counter_refuses_is_not_in_vain_while_another_has_its_refund(shop: Shop) -> None:
    reversal = begun(shop)
    shop.wallet.sends = [shop.wallet.accept]
    shop.reversals.cancel(ORDER.order_id, LI)
    shop.actions.in_vain(reversal, NOW)
    assert (shop.stages(), shop.booked("order_action_in_vain")) == ([ReversalState.OPEN], [])
    shop.wallet.asks = [shop.wallet.pay]
    shop.settle()
    assert (shop.stages(), shop.state()) == ([ReversalState.DONE], OrderState.CANCELLED)


def test_what_counted_as_in_vain_is_done_once_the_money_has_arrived(shop: Shop) -> None:
    reversal = begun(shop)
    shop.actions.in_vain(reversal, NOW)
    # The other counter was asking the wallet about the order meanwhile.
    wish = shop.wish(ORDER.amount.fen, request_id=reversal.request_id, clerk=LI.by)
    assert shop.desk.refund(wish).state is RefundState.SUCCEEDED
    assert (shop.stages(), shop.state()) == ([ReversalState.DONE], OrderState.CANCELLED)
    # Neither does a late refusal take that back.
    shop.actions.in_vain(reversal, NOW)
    assert shop.stages() == [ReversalState.DONE]


def test_an_adjustment_that_arrived_all_the_same_is_not_refunded_again(shop: Shop) -> None:
    old, new = Money(10_000), Money(9_200)
    reversal = shop.actions.adjust(ORDER.order_id, old, new, LI, NOW)
    shop.actions.in_vain(reversal, NOW)
    wish = shop.wish((old - new).fen, request_id=reversal.request_id, clerk=LI.by)
    assert shop.desk.refund(wish).state is RefundState.SUCCEEDED
    shop.time.forward(120)
    with refused("adjust_old_wrong"):
        shop.reversals.adjust(ORDER.order_id, old, Money(9_000), LI)
    again = shop.reversals.adjust(ORDER.order_id, old, new, LI)
    assert list(shop.wallet.paid.values()) == [old - new]
    assert again.order.refunded == old - new


def test_a_refusal_is_in_vain_where_no_refund_came_of_it(shop: Shop) -> None:
    reversal = begun(shop)
    shop.actions.in_vain(reversal, NOW)
    shop.actions.in_vain(reversal, NOW)
    assert shop.stages() == [ReversalState.VAIN]
    assert len(shop.booked("order_action_in_vain")) == 1
    assert shop.desk.refund(shop.wish(100, 1)).reason is not Reason.REFUND_IN_FLIGHT
