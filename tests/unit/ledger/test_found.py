from __future__ import annotations

import pytest

from scanrefund.errors import Bug, UsageFault
from scanrefund.ledger.found import Found
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.numbers import refund_number
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.refund import RefundState
from tests.unit.builders import NOW, ORDER, reserve

FOREIGN = "platform-20261123-1"


def the_order(ledger: Ledger) -> Order:
    order = ledger.order(ORDER.order_id)
    assert order is not None
    return order


def ours(sequence: int) -> str:
    return refund_number("shop1", ORDER.order_id, sequence, rehearsal=True)


def test_a_refund_made_elsewhere_counts_against_both_caps(ledger: Ledger) -> None:
    made = Found(ledger).record_external(ORDER.order_id, FOREIGN, Money(4_000), NOW)
    assert (made.state, made.beyond_cap, made.is_open) == (RefundState.EXTERNAL, False, False)
    order = the_order(ledger)
    assert (order.wallet_reserved, order.customer_reserved) == (Money(4_000), Money(4_000))
    assert (order.refunded, order.frozen_why) == (Money(4_000), "")


def test_a_refund_found_twice_is_written_once(ledger: Ledger) -> None:
    found = Found(ledger)
    first = found.record_external(ORDER.order_id, FOREIGN, Money(4_000), NOW)
    assert found.record_external(ORDER.order_id, FOREIGN, Money(4_000), NOW) == first
    found.record_external(ORDER.order_id, "platform-2", Money(1), NOW)
    assert the_order(ledger).wallet_reserved == Money(4_001)


def test_a_refund_of_ours_stays_as_it_is(ledger: Ledger) -> None:
    refund = reserve(ledger)
    assert Found(ledger).record_external(ORDER.order_id, refund.refund_id, Money(9_999), NOW) == refund


def test_what_the_caps_cannot_hold_stands_and_freezes_the_order(ledger: Ledger) -> None:
    reserve(ledger, amount_fen=8_000)
    made = Found(ledger).record_external(ORDER.order_id, FOREIGN, Money(4_000), NOW)
    assert made.beyond_cap
    order = the_order(ledger)
    assert (order.wallet_reserved, order.customer_reserved) == (ORDER.amount, ORDER.amount)
    assert (order.frozen_why, order.remaining) == ("beyond_cap", Money(0))
    with ledger.reading() as connection:
        alarms = connection.exec_driver_sql("SELECT subject FROM book WHERE kind='alarm'").scalars().all()
    assert alarms == [FOREIGN]


def test_a_lost_number_of_ours_is_never_given_again(ledger: Ledger) -> None:
    Found(ledger).record_external(ORDER.order_id, ours(3), Money(1), NOW)
    Found(ledger).record_external(ORDER.order_id, FOREIGN, Money(1), NOW)
    assert reserve(ledger, amount_fen=1).refund_id == ours(4)


def test_a_refund_the_wallet_closed_takes_its_number_and_no_money(ledger: Ledger) -> None:
    Found(ledger).record_external(ORDER.order_id, ours(1), Money(4_000), NOW, RefundState.CLOSED)
    assert the_order(ledger).remaining == ORDER.amount
    assert reserve(ledger).refund_id == ours(2)


def test_only_what_a_wallet_can_hold_is_found(ledger: Ledger) -> None:
    with pytest.raises(Bug):
        Found(ledger).record_external(ORDER.order_id, FOREIGN, Money(1), NOW, RefundState.READY)
    with pytest.raises(Bug):
        Found(ledger).record_external(ORDER.order_id, FOREIGN, Money(1), NOW, RefundState.PROCESSING)
    with pytest.raises(UsageFault):
        Found(ledger).record_external("nobody", FOREIGN, Money(1), NOW)
