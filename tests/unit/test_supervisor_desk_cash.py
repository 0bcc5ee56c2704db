"""A refund that is paid in cash: from what the customer may still get, and never beside the wallet's."""

from __future__ import annotations

import pytest

from scanrefund.ledger import orders
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.money import Money
from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import RefundState
from tests.unit.builders import ORDER, answering, reserve
from tests.unit.supervised import HAND, Shop, refused

S = RefundState


@pytest.fixture
def shop(ledger: Ledger) -> Shop:
    return Shop(ledger)


def test_cash_takes_from_what_the_customer_may_get_and_links_to_what_it_replaces(shop: Shop) -> None:
    refund = shop.closed()
    receipt = shop.desk.pay_other_way(refund.refund_id, HAND)
    paid = shop.ledger.refund(receipt.refund_id or "")
    assert paid is not None
    assert (paid.state, paid.instead_of, paid.amount) == (S.PAID_OTHER_WAY, refund.refund_id, refund.amount)
    order = shop.order
    assert (order.wallet_reserved, order.customer_reserved) == (Money(0), Money(2_500))
    assert (order.refunded, order.remaining, order.refund_count) == (Money(2_500), Money(7_500), 1)
    with refused("cash_paid_already"):
        shop.desk.pay_other_way(refund.refund_id, HAND)


def test_money_that_came_back_to_the_merchant_may_be_paid_in_cash(shop: Shop) -> None:
    shop.wallet.sends = [answering(Outcome.RETURNED_TO_MERCHANT)]
    refund = shop.trip(reserve(shop.ledger, amount_fen=10_000))
    shop.desk.pay_other_way(refund.refund_id, HAND)
    assert (shop.order.wallet_reserved, shop.order.customer_reserved) == (ORDER.amount, ORDER.amount)


@pytest.mark.parametrize("said", [Outcome.UNKNOWN, Outcome.PROCESSING, Outcome.ABNORMAL, Outcome.HELD])
def test_cash_is_never_paid_while_the_wallet_may_still_pay(shop: Shop, said: Outcome) -> None:
    shop.wallet.sends = [answering(said)]
    refund = shop.trip(reserve(shop.ledger))
    with refused("cash_before_end"):
        shop.desk.pay_other_way(refund.refund_id, HAND)
    assert shop.order.customer_reserved == Money(2_500)


def test_cash_is_never_paid_beside_another_open_refund_or_over_the_rest(shop: Shop) -> None:
    closed = shop.closed()
    other = reserve(shop.ledger, amount_fen=8_000, request_id="other", now=shop.time.at)
    with refused("cash_beside_open"):
        shop.desk.pay_other_way(closed.refund_id, HAND)
    assert shop.trip(other).state is S.SUCCEEDED
    with refused("cash_over_remaining"):
        shop.desk.pay_other_way(closed.refund_id, HAND)


def test_cash_is_never_paid_while_the_order_is_frozen(shop: Shop) -> None:
    refund = shop.closed()
    with shop.ledger.writing() as connection:
        orders.freeze(connection, ORDER.order_id, "beyond_cap")
    with refused("cash_while_frozen"):
        shop.desk.pay_other_way(refund.refund_id, HAND)


def test_a_wallet_that_pays_after_the_cash_freezes_the_order_until_a_person_looked(shop: Shop) -> None:
    refund = shop.closed()
    shop.desk.pay_other_way(refund.refund_id, HAND)
    reserve(shop.ledger, amount_fen=7_500, request_id="rest", now=shop.time.at)
    shop.wallet.pay(refund)
    late = shop.dispatcher.ask(refund)
    assert (late.state, late.beyond_cap, shop.order.frozen_why) == (S.SUCCEEDED, True, "fact_against_end")
    shop.desk.thaw(ORDER.order_id, HAND)
    assert (shop.order.frozen_why, shop.order.remaining) == ("", Money(0))
    with refused("order_not_frozen"):
        shop.desk.thaw(ORDER.order_id, HAND)
