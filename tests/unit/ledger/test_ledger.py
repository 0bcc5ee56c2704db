"""The ledger's own transactions: what each writes in the book, and what it refuses by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from scanrefund.errors import Bug, KeyFault
from scanrefund.keys import Keys
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.numbers import SEQUENCE_MAX
from scanrefund.ledger.schema import refunds
from scanrefund.ledger.trips import Attempt, Lease
from scanrefund.model.money import Money
from scanrefund.model.order import Order, OrderState
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.refund import Command, Refund, RefundState
from scanrefund.model.refusal import Reason, Refusal
from scanrefund.model.shown import Sighting
from scanrefund.model.wallet import Wallet
from tests.unit.builders import (
    KEYS,
    NOW,
    ORDER,
    WECHAT_DIGITS,
    a_draft,
    a_refund,
    an_order,
    keep,
    open_ledger,
    reserve,
)

LEASE = Lease("counter1", 30)
NO_PLAN: dict[str, Any] = {"next_command": None, "next_try_at": None}
PRINT = KEYS.fingerprint(WECHAT_DIGITS)


def book(ledger: Ledger) -> list[tuple[str, str, str]]:
    with ledger.reading() as connection:
        rows = connection.exec_driver_sql("SELECT kind, subject, facts FROM book ORDER BY number")
        return [tuple(row) for row in rows]


def the_order(ledger: Ledger) -> Order:
    order = ledger.order(ORDER.order_id)
    assert order is not None
    return order


def send(ledger: Ledger, refund: Refund, answer: Answer, new: RefundState, alarm: str = "") -> Refund:
    attempt = ledger.begin(refund, Command.SEND, LEASE, NOW)
    assert attempt is not None
    return ledger.end(attempt, answer, new, NO_PLAN, alarm, NOW)


def test_a_reserved_refund_is_in_the_book_with_its_order_and_amount(ledger: Ledger) -> None:
    refund = reserve(ledger, amount_fen=40)
    facts = f'{{"amount_fen":40,"order":"{ORDER.order_id}"}}'
    assert book(ledger)[-1] == ("refund_reserved", refund.refund_id, facts)


def test_the_body_is_composed_of_the_order_and_the_new_number(ledger: Ledger) -> None:
    composed: list[tuple[Order, str]] = []

    def compose(order: Order, number: str) -> bytes:
        composed.append((order, number))
        return b"body"

    with ledger.locked(ORDER.order_id) as locked:
        refund = locked.reserve(a_draft(), compose, NOW)
    assert composed == [(ORDER, refund.refund_id)]
    assert refund.body == b"body"


def test_more_than_the_order_holds_is_refused_with_both_figures(ledger: Ledger) -> None:
    with pytest.raises(Bug) as caught:
        reserve(ledger, amount_fen=10_001)
    assert caught.value.details == {"order_id": ORDER.order_id, "amount_fen": 10_001}
    assert the_order(ledger) == ORDER
    assert reserve(ledger, amount_fen=10_000).amount == ORDER.amount


def test_an_order_has_ninety_nine_numbers_and_no_more(ledger: Ledger) -> None:
    reserve(ledger, amount_fen=1)
    last = update(refunds).values(sequence=SEQUENCE_MAX - 1)
    with ledger.writing() as connection:
        connection.execute(last)
    assert reserve(ledger, amount_fen=1, request_id="last").refund_id.endswith(f"_{SEQUENCE_MAX}")
    with pytest.raises(Bug) as caught:
        reserve(ledger, amount_fen=1, request_id="beyond")
    assert (caught.value.code, caught.value.details) == (
        "reserve_without_order", {"order_id": ORDER.order_id},
    )  # fmt: skip


def test_a_trips_end_is_in_the_book_with_what_it_was_and_told(ledger: Ledger) -> None:
    refund = reserve(ledger)
    send(ledger, refund, Answer(Outcome.HELD, "NOT_ENOUGH"), RefundState.HELD, "NOT_ENOUGH")
    facts = '{"code":"NOT_ENOUGH","command":"SEND","outcome":"HELD","state":"HELD"}'
    assert book(ledger)[-2:] == [
        ("attempt_ended", refund.refund_id, facts),
        ("alarm", refund.refund_id, '{"alarm":"NOT_ENOUGH"}'),
    ]
    other = reserve(ledger, amount_fen=1, request_id="quiet")
    send(ledger, other, Answer(Outcome.PROCESSING), RefundState.PROCESSING)
    assert book(ledger)[-1][:2] == ("attempt_ended", other.refund_id)


def test_the_end_of_a_refund_nobody_wrote_is_a_bug(ledger: Ledger) -> None:
    nowhere = Attempt(1, a_refund(refund_id="SRT_gone"), Command.ASK)
    with pytest.raises(Bug) as caught:
        ledger.end(nowhere, Answer(Outcome.UNKNOWN), RefundState.UNKNOWN, NO_PLAN, "", NOW)
    assert (caught.value.code, caught.value.details) == ("refund_vanished", {"refund_id": "SRT_gone"})


def test_kept_orders_are_one_entry_by_what_became_of_them(ledger: Ledger) -> None:
    before = len(book(ledger))
    keep(ledger, an_order(order_id="B1"), an_order(order_id="B2"), ORDER)
    assert book(ledger)[before:] == [("orders_kept", "", '{"new":2,"unchanged":1}')]
    keep(ledger)
    assert len(book(ledger)) == before + 1


def test_what_the_books_do_not_hold_is_nothing(ledger: Ledger) -> None:
    assert ledger.order("nobody") is None
    assert ledger.refund("SRT_gone") is None
    assert ledger.refund_of_request("never asked") is None
    with ledger.locked("nobody") as locked:
        assert (locked.order, locked.of_request("never asked")) == (None, None)


def test_a_locked_order_knows_its_request_its_code_and_its_age(ledger: Ledger) -> None:
    ledger.sight(PRINT, PaymentCode(WECHAT_DIGITS), Wallet.WECHAT, NOW)
    refund = reserve(ledger, code_fingerprint=PRINT)
    with ledger.locked(ORDER.order_id) as locked:
        assert locked.of_request("request-1") == refund
        assert locked.sighting(PRINT) == Sighting(NOW, refund.refund_id)
        assert locked.sighting(None) is None
        assert not locked.is_behind(the_order(ledger))


def test_a_refusal_without_an_order_is_entered_under_what_was_typed(ledger: Ledger) -> None:
    masked = PaymentCode(WECHAT_DIGITS).masked
    for typed in ("nobody", WECHAT_DIGITS):
        with ledger.locked(typed) as locked:
            locked.record(Refusal(Reason.ORDER_NOT_FOUND), NOW)
    facts = '{"reason":"order_not_found"}'
    assert book(ledger)[-2:] == [("refund_refused", "nobody", facts), ("refund_refused", masked, facts)]


def test_a_ledger_without_a_witness_hears_nothing(ledger: Ledger) -> None:
    assert not ledger.hear_witness(NOW)
    assert ledger.behind_since() is None


def test_a_counter_with_other_keys_is_refused_with_the_address(ledger: Ledger, ledger_path: Path) -> None:
    with pytest.raises(KeyFault) as caught:
        open_ledger(ledger_path, Keys(b"x" * 32, b"y" * 32))
    assert (caught.value.code, caught.value.details) == ("keys_foreign", {"url": f"sqlite:///{ledger_path}"})


def test_a_single_fen_back_makes_an_order_partly_refunded_and_a_cancelled_one_stays_so(
    ledger: Ledger,
) -> None:
    refund = reserve(ledger, amount_fen=1)
    send(ledger, refund, Answer(Outcome.SUCCEEDED), RefundState.SUCCEEDED)
    assert the_order(ledger).state is OrderState.PARTLY_REFUNDED
    keep(ledger, replace(ORDER, state=OrderState.CANCELLED, cancelled_at=NOW, cancelled_why="sold out"))
    assert the_order(ledger).state is OrderState.CANCELLED


def test_the_wallets_spacing_counts_from_the_last_send(ledger: Ledger) -> None:
    first = reserve(ledger, amount_fen=1, now=NOW - timedelta(hours=1))
    assert the_order(ledger).last_refund_at == NOW - timedelta(hours=1)
    send(ledger, first, Answer(Outcome.CLOSED), RefundState.CLOSED)
    reserve(ledger, amount_fen=1, request_id="second", now=NOW + timedelta(seconds=5))
    assert the_order(ledger).last_refund_at == NOW


def test_money_that_comes_back_gives_no_room_that_is_not_there(ledger: Ledger) -> None:
    first = reserve(ledger, amount_fen=6_000, request_id="first")
    first = send(ledger, first, Answer(Outcome.CLOSED), RefundState.CLOSED)
    second = reserve(ledger, amount_fen=6_000, request_id="second")
    second = send(ledger, second, Answer(Outcome.SUCCEEDED), RefundState.SUCCEEDED)
    for refund, word in ((first, Outcome.SUCCEEDED), (second, Outcome.RETURNED_TO_MERCHANT)):
        asked = ledger.begin(refund, Command.ASK, LEASE, NOW)
        assert asked is not None
        ledger.end(asked, Answer(word), RefundState(word.value), NO_PLAN, "", NOW)
    order = the_order(ledger)
    assert (order.wallet_reserved, order.customer_reserved) == (ORDER.amount, Money(6_000))
    assert order.remaining == Money(0)
