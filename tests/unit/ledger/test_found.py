from __future__ import annotations

from datetime import timedelta

import pytest

from scanrefund.errors import Bug, UsageFault
from scanrefund.ledger import behind
from scanrefund.ledger.found import Found
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.numbers import refund_number
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.refund import Command, RefundState
from tests.unit.builders import ACCOUNT, NOW, ORDER, WECHAT_DIGITS, reserve

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
    for state in (RefundState.READY, RefundState.PROCESSING):
        with pytest.raises(Bug) as caught:
            Found(ledger).record_external(ORDER.order_id, FOREIGN, Money(1), NOW, state)
        details = {"refund_id": FOREIGN, "old": "", "new": state.value}
        assert (caught.value.code, caught.value.details) == ("illegal_move", details)


@pytest.mark.parametrize(
    ("order_id", "told"), [("nobody", "nobody"), (WECHAT_DIGITS, PaymentCode(WECHAT_DIGITS).masked)]
)
def test_nothing_is_found_for_an_order_nobody_knows(ledger: Ledger, order_id: str, told: str) -> None:
    with pytest.raises(UsageFault) as caught:
        Found(ledger).record_external(order_id, FOREIGN, Money(1), NOW)
    assert (caught.value.code, caught.value.details) == ("order_unknown", {"order_id": told})


def book(ledger: Ledger) -> list[tuple[str, str, str]]:
    with ledger.reading() as connection:
        rows = connection.exec_driver_sql("SELECT kind, subject, facts FROM book ORDER BY number")
        return [tuple(row) for row in rows]


def test_what_was_found_is_in_the_book_and_told_to_a_person(ledger: Ledger) -> None:
    Found(ledger).record_external(ORDER.order_id, FOREIGN, Money(40), NOW)
    facts = f'{{"amount_fen":40,"order":"{ORDER.order_id}","state":"EXTERNAL"}}'
    assert book(ledger)[-2:] == [
        ("refund_found", FOREIGN, facts),
        ("alarm", FOREIGN, '{"alarm":"external"}'),
    ]


def test_what_is_found_on_its_way_is_asked_about_under_its_account(ledger: Ledger) -> None:
    made = Found(ledger).record_external(
        ORDER.order_id, ours(1), Money(40), NOW, RefundState.PROCESSING, ACCOUNT
    )
    assert (made.state, made.ended_at, made.account) == (RefundState.PROCESSING, None, ACCOUNT)
    assert (made.next_command, made.next_try_at) == (Command.ASK, NOW)
    over = Found(ledger).record_external(ORDER.order_id, FOREIGN, Money(40), NOW, account=ACCOUNT)
    assert (over.ended_at, over.next_command, over.account) == (NOW, None, ACCOUNT)


def test_a_look_up_and_the_end_of_being_behind_are_in_the_book(ledger: Ledger) -> None:
    with ledger.writing() as connection:
        behind.note(connection, NOW)
    found = Found(ledger)
    long_ago = NOW - timedelta(days=400)
    assert not found.caught_up(long_ago, NOW)
    found.looked_up(ORDER.order_id, 3, NOW)
    assert found.caught_up(long_ago, NOW)
    assert book(ledger)[-2:] == [
        ("order_looked_up", ORDER.order_id, '{"found":3}'),
        ("books_caught_up", "", "{}"),
    ]
    assert found.caught_up(long_ago, NOW)
    assert book(ledger)[-1][0] == "books_caught_up"
