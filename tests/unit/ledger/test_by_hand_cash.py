"""Cash and transfers in place of a refund, told by the ledger alone: what is written and what refused."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import update

from scanrefund.ledger import behind, orders
from scanrefund.ledger.by_hand import ByHand
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema import refunds
from scanrefund.model.money import Money
from scanrefund.model.other_way import Method, OtherWay
from tests.unit.builders import NOW, ORDER, reserve
from tests.unit.ledger.decisions import (
    HAND,
    closed,
    entries,
    held,
    refused,
)


@pytest.fixture
def by_hand(ledger: Ledger) -> ByHand:
    return ByHand(ledger)


def test_cash_is_in_the_book_under_a_number_of_its_own(ledger: Ledger, by_hand: ByHand) -> None:
    refund = closed(ledger)
    paid = by_hand.pay_other_way(refund.refund_id, HAND, NOW)
    facts = '{"amount_fen":2500,"by":"Li","why":"seen"}'
    assert entries(ledger, "refund_paid_other_way") == [(paid.refund_id, facts)]
    refused(
        partial(by_hand.pay_other_way, refund.refund_id, HAND, NOW),
        "cash_paid_already",
        refund_id=refund.refund_id,
    )


def test_a_transfer_is_in_the_book_with_its_reference_and_nothing_of_the_account(
    ledger: Ledger, by_hand: ByHand
) -> None:
    refund = closed(ledger)
    paid = by_hand.pay_other_way(refund.refund_id, HAND, NOW, OtherWay(Method.BANK, "B2026", "0042"))
    facts = '{"amount_fen":2500,"bank_reference":"B2026","by":"Li","method":"bank","why":"seen"}'
    assert entries(ledger, "refund_paid_other_way") == [(paid.refund_id, facts)]
    assert (paid.method, paid.bank_reference, paid.received_account) == (Method.BANK, "B2026", "•••• 0042")


def test_what_was_paid_by_hand_before_methods_were_kept_was_cash(ledger: Ledger, by_hand: ByHand) -> None:
    paid = by_hand.pay_other_way(closed(ledger).refund_id, HAND, NOW)
    with ledger.writing() as connection:
        connection.execute(update(refunds).values(method=""))
    old = [ledger.refund(number) for number in (paid.refund_id, paid.instead_of)]
    assert [one.method if one else None for one in old] == [Method.CASH, None]


def test_cash_is_not_paid_before_the_wallets_refund_ended(ledger: Ledger, by_hand: ByHand) -> None:
    number = held(ledger).refund_id
    refused(
        partial(by_hand.pay_other_way, number, HAND, NOW), "cash_before_end", refund_id=number, state="HELD"
    )


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("SUCCEEDED", "cash_after_wallet"),
        ("EXTERNAL", "cash_after_wallet"),
        ("PAID_OTHER_WAY", "cash_paid_already"),
        ("CANCELLED", "cash_of_cancelled"),
    ],
)
def test_an_end_that_needs_no_cash_says_so_and_not_that_the_wallet_may_still_pay(
    ledger: Ledger, by_hand: ByHand, state: str, code: str
) -> None:
    number = reserve(ledger).refund_id
    with ledger.writing() as connection:
        connection.execute(update(refunds).values(state=state))
    refused(partial(by_hand.pay_other_way, number, HAND, NOW), code, refund_id=number, state=state)


def test_cash_is_not_paid_beside_a_refund_that_is_open(ledger: Ledger, by_hand: ByHand) -> None:
    number = closed(ledger).refund_id
    other = reserve(ledger, amount_fen=1, request_id="other")
    refused(partial(by_hand.pay_other_way, number, HAND, NOW), "cash_beside_open", refund_id=other.refund_id)


def test_cash_is_not_paid_over_what_is_left_for_the_customer(ledger: Ledger, by_hand: ByHand) -> None:
    number = closed(ledger).refund_id
    with ledger.writing() as connection:
        orders.take(connection, ORDER.order_id, 0, 7_501)
    refused(
        partial(by_hand.pay_other_way, number, HAND, NOW),
        "cash_over_remaining",
        order_id=ORDER.order_id,
        amount_fen=2_500,
    )
    with ledger.writing() as connection:
        orders.take(connection, ORDER.order_id, 0, -1)
    by_hand.pay_other_way(number, HAND, NOW)
    after = ledger.order(ORDER.order_id)
    assert after is not None
    assert (after.wallet_reserved, after.customer_reserved) == (Money(0), ORDER.amount)


def test_cash_is_not_paid_while_facts_disagree_or_the_books_are_old(ledger: Ledger, by_hand: ByHand) -> None:
    number = closed(ledger).refund_id
    with ledger.writing() as connection:
        behind.note(connection, NOW)
    refused(partial(by_hand.pay_other_way, number, HAND, NOW), "cash_while_behind", order_id=ORDER.order_id)
    with ledger.writing() as connection:
        orders.freeze(connection, ORDER.order_id, "beyond_cap")
    refused(partial(by_hand.pay_other_way, number, HAND, NOW), "cash_while_frozen", order_id=ORDER.order_id)
