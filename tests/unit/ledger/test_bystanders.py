"""What is done to one refund or one order touches no other row, whichever way the numbers are sorted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table, select

from scanrefund.errors import Bug
from scanrefund.ledger import orders as order_rows
from scanrefund.ledger.by_hand import ByHand, Hand
from scanrefund.ledger.found import Found
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema import attempts, orders, refunds
from scanrefund.ledger.trips import Attempt, Lease
from scanrefund.model.money import Money
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Command, Refund, RefundState
from tests.unit.builders import NOW, an_order, keep, reserve

LEASE = Lease("counter1", 30)
OVER = NOW + timedelta(seconds=LEASE.length_s)
HAND = Hand("Li", "seen")
NO_PLAN: dict[str, Any] = {"next_command": None, "next_try_at": None}
S = RefundState


class Street:
    """Refunds of five orders, all as far as the one in the middle; what happens, happens to that one."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        made = {}
        for name in ("K1", "K2", "K3", "K4", "K5"):
            keep(ledger, an_order(order_id=name))
            made[name] = reserve(ledger, name, request_id=name)
        # The middle one by the refunds' own numbers, which follow from a hash of the orders'.
        [self.one] = sorted(made.values(), key=lambda refund: refund.refund_id)[2:3]
        self.others = {refund.refund_id for refund in made.values()} - {self.one.refund_id}

    def all(self, do: Callable[[Refund], object]) -> None:
        for number in (*self.others, self.one.refund_id):
            do(self.row(number))

    def row(self, number: str) -> Refund:
        refund = self.ledger.refund(number)
        assert refund is not None
        return refund

    def the_one(self) -> Refund:
        return self.row(self.one.refund_id)

    def begin(self, refund: Refund, command: Command = Command.SEND) -> Attempt:
        attempt = self.ledger.begin(refund, command, LEASE, NOW)
        assert attempt is not None
        return attempt

    def end(self, attempt: Attempt, outcome: Outcome, new: RefundState) -> Refund:
        return self.ledger.end(attempt, Answer(outcome), new, NO_PLAN, "", NOW)

    def trip(self, refund: Refund, outcome: Outcome, new: RefundState) -> Refund:
        return self.end(self.begin(refund), outcome, new)

    def bystanders(self) -> list[dict[str, Any]]:
        """Every row of the others, as it lies in the ledger."""
        kept: list[tuple[Table, Any]] = [
            (refunds, refunds.c.refund_id != self.one.refund_id),
            (attempts, attempts.c.refund_id != self.one.refund_id),
            (orders, orders.c.order_id != self.one.order_id),
        ]
        with self.ledger.reading() as connection:
            return [
                dict(row._mapping)
                for table, others in kept
                for row in connection.execute(select(table).where(others))
            ]


@pytest.fixture
def street(ledger: Ledger) -> Street:
    return Street(ledger)


def test_the_one_has_neighbours_on_both_sides_by_either_number(street: Street) -> None:
    names = [street.row(number).order_id for number in street.others]
    assert min(names) < street.one.order_id < max(names)
    assert min(street.others) < street.one.refund_id < max(street.others)


def test_a_trip_of_one_leaves_the_others_where_they_are(street: Street) -> None:
    before = street.bystanders()
    attempt = street.begin(street.one)
    assert street.bystanders() == before
    street.end(attempt, Outcome.UNKNOWN, S.UNKNOWN)
    street.begin(street.the_one(), Command.ASK)
    assert street.bystanders() == before


@pytest.mark.parametrize("new", [S.SUCCEEDED, S.CLOSED, S.RETURNED_TO_MERCHANT])
def test_an_end_of_one_leaves_the_others_under_way(street: Street, new: RefundState) -> None:
    street.all(street.begin)
    before = street.bystanders()
    attempt = street.ledger.take_over(street.the_one(), LEASE, OVER)
    assert attempt is not None
    assert attempt.refund.refund_id == street.one.refund_id
    street.end(attempt, Outcome(new.value), new)
    assert (street.the_one().state, street.bystanders()) == (new, before)


def test_a_take_over_brings_on_the_last_trip_of_that_refund(street: Street) -> None:
    sent = street.trip(street.one, Outcome.NOT_SENT, S.UNKNOWN)
    last = street.begin(sent)
    for number in street.others:
        street.begin(street.row(number))
    taken = street.ledger.take_over(last.refund, LEASE, OVER)
    assert taken is not None
    assert taken.attempt_id == last.attempt_id


def test_a_late_word_makes_only_that_refund_be_looked_at_again(street: Street) -> None:
    late = street.begin(street.one)
    for number in street.others:
        street.trip(street.row(number), Outcome.CLOSED, S.CLOSED)
    taken = street.ledger.take_over(late.refund, LEASE, OVER)
    assert taken is not None
    street.end(taken, Outcome.CLOSED, S.CLOSED)
    before = street.bystanders()
    again = street.end(late, Outcome.SUCCEEDED, S.SUCCEEDED)
    assert (again.state, again.next_command, again.next_try_at) == (S.CLOSED, Command.ASK, NOW)
    assert street.bystanders() == before


@pytest.mark.parametrize("word", [Outcome.ABSENT, Outcome.CLOSED, Outcome.UNKNOWN])
def test_a_late_word_that_is_no_news_plans_nothing(street: Street, word: Outcome) -> None:
    late = street.begin(street.one)
    taken = street.ledger.take_over(late.refund, LEASE, OVER)
    assert taken is not None
    street.end(taken, Outcome.CLOSED, S.CLOSED)
    assert street.end(late, word, S.UNKNOWN).next_command is None


@pytest.mark.parametrize(
    "word", [Outcome.SUCCEEDED, Outcome.RETURNED_TO_MERCHANT, Outcome.PROCESSING, Outcome.ABNORMAL]
)
def test_a_late_word_changes_no_plan_of_what_is_still_open(street: Street, word: Outcome) -> None:
    late = street.begin(street.one)
    taken = street.ledger.take_over(late.refund, LEASE, OVER)
    assert taken is not None
    street.end(taken, Outcome.UNKNOWN, S.UNKNOWN)
    assert street.end(late, word, S.UNKNOWN).next_command is None


def test_a_decision_about_one_is_none_about_the_others(street: Street) -> None:
    street.all(lambda refund: street.trip(refund, Outcome.HELD, S.HELD))
    before = street.bystanders()
    ByHand(street.ledger).release(street.one.refund_id, HAND, NOW)
    assert (street.the_one().released, street.bystanders()) == (True, before)


def test_cash_for_one_is_paid_for_no_other(street: Street) -> None:
    street.all(lambda refund: street.trip(refund, Outcome.CLOSED, S.CLOSED))
    before = street.bystanders()
    paid = ByHand(street.ledger).pay_other_way(street.one.refund_id, HAND, NOW)
    assert [row for row in street.bystanders() if row.get("refund_id") != paid.refund_id] == before


def test_a_fact_beyond_the_cap_marks_and_freezes_one_order_only(street: Street) -> None:
    street.all(lambda refund: street.trip(refund, Outcome.CLOSED, S.CLOSED))
    reserve(street.ledger, street.one.order_id, 10_000, request_id="the rest")
    rest = {refund.refund_id for refund in street.ledger.refunds(order_id=street.one.order_id)}
    before = [row for row in street.bystanders() if row.get("refund_id") not in rest]
    asked = street.begin(street.the_one(), Command.ASK)
    assert street.end(asked, Outcome.SUCCEEDED, S.SUCCEEDED).beyond_cap
    assert [row for row in street.bystanders() if row.get("refund_id") not in rest] == before
    order = street.ledger.order(street.one.order_id)
    assert order is not None
    assert (order.frozen_why, order.wallet_reserved) == ("fact_against_end", Money(10_000))


def test_what_is_found_for_one_order_counts_for_no_other(street: Street) -> None:
    before = street.bystanders()
    found = Found(street.ledger).record_external(street.one.order_id, "platform-1", Money(10_000), NOW)
    assert found.beyond_cap
    assert [row for row in street.bystanders() if row.get("refund_id") != "platform-1"] == before


@pytest.mark.parametrize(
    ("wallet_fen", "customer_fen", "fits"),
    [(7_500, 7_500, True), (7_501, 0, False), (0, 7_501, False), (-2_500, -2_500, True)],
)
def test_both_caps_are_guarded_each_for_itself(
    street: Street, wallet_fen: int, customer_fen: int, *, fits: bool
) -> None:
    before = street.bystanders()
    with street.ledger.writing() as connection:
        taken = order_rows.take(connection, street.one.order_id, wallet_fen, customer_fen)
    order = street.ledger.order(street.one.order_id)
    assert order is not None
    reserved = (order.wallet_reserved.fen - 2_500, order.customer_reserved.fen - 2_500)
    assert (taken, reserved) == (fits, (wallet_fen, customer_fen) if fits else (0, 0))
    assert street.bystanders() == before


def test_a_move_that_no_table_allows_names_both_ends(street: Street) -> None:
    attempt = street.begin(street.one)
    with pytest.raises(Bug) as caught:
        street.end(attempt, Outcome.UNKNOWN, S.CANCELLED)
    details = {"refund_id": street.one.refund_id, "old": "SENDING", "new": "CANCELLED"}
    assert (caught.value.code, caught.value.details) == ("illegal_move", details)
