"""What people may decide, and what they may not, on a real ledger and a truthful wallet."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scanrefund.ledger.by_hand import PROOF_AFTER, ByHand, Hand
from scanrefund.ledger.holds import Holds
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.money import Money
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Command, Refund, RefundState
from scanrefund.supervisor_desk import BY_CHARS_MAX
from tests.unit.builders import ORDER, an_order, answering, keep, reserve
from tests.unit.supervised import HAND, Shop, refused

S = RefundState


@pytest.fixture
def shop(ledger: Ledger) -> Shop:
    return Shop(ledger)


def test_a_released_refund_goes_out_again_under_its_number(shop: Shop) -> None:
    refund = shop.held()
    receipt = shop.desk.release(refund.refund_id, HAND)
    assert (receipt.refund_id, receipt.state) == (refund.refund_id, S.SUCCEEDED)
    assert [command for command, _number in shop.wallet.trips] == [Command.SEND, Command.SEND]
    assert shop.booked("refund_released") == [{"amount_fen": 2_500, "by": "Li", "why": "topped up"}]


def test_a_released_refund_with_an_open_trip_is_asked_about_before_it_goes_out(shop: Shop) -> None:
    refund = shop.held(Outcome.UNKNOWN)
    before = len(shop.wallet.trips)
    shop.desk.release(refund.refund_id, HAND)
    found = shop.ledger.refund(refund.refund_id)
    assert found is not None
    assert (found.state, found.next_command) == (S.HELD, Command.SEND)
    assert shop.trip(found).state is S.SUCCEEDED
    assert [command for command, _number in shop.wallet.trips[before:]] == [Command.ASK, Command.SEND]


def test_a_released_refund_that_was_paid_is_never_sent_again(shop: Shop) -> None:
    refund = shop.held(Outcome.UNKNOWN)
    shop.wallet.pay(refund)
    before = len(shop.wallet.trips)
    assert shop.desk.release(refund.refund_id, HAND).state is S.SUCCEEDED
    assert [command for command, _number in shop.wallet.trips[before:]] == [Command.ASK]


def test_a_held_refund_is_closed_only_after_two_late_asks_that_found_nothing(shop: Shop) -> None:
    refund = shop.held(Outcome.UNKNOWN)
    with refused("close_too_early"):
        shop.desk.close(refund.refund_id, HAND)
    shop.time.forward(PROOF_AFTER.total_seconds())
    before = len(shop.wallet.trips)
    assert shop.desk.close(refund.refund_id, HAND).state is S.CLOSED
    assert [command for command, _number in shop.wallet.trips[before:]] == [Command.ASK, Command.ASK]
    assert (shop.order.remaining, len(shop.booked("refund_closed_by_hand"))) == (ORDER.amount, 1)


def test_after_a_send_under_a_clock_a_year_ahead_ten_minutes_count_from_the_first_ask_since(
    shop: Shop,
) -> None:
    right = shop.time.at
    shop.time.at = right + timedelta(days=365)
    refund = shop.held(Outcome.UNKNOWN)
    shop.time.at = right
    for wait_s in (1, PROOF_AFTER.total_seconds() - 1):
        with refused("close_too_early"):
            shop.desk.close(refund.refund_id, HAND)
        shop.time.forward(wait_s)
    assert shop.wallet.trips[-1] == (Command.ASK, refund.refund_id)
    assert shop.desk.close(refund.refund_id, HAND).state is S.CLOSED
    assert (shop.time.at - right) == PROOF_AFTER


def test_closing_after_a_clock_ran_ahead_finds_out_that_the_wallet_paid(shop: Shop) -> None:
    right = shop.time.at
    shop.time.at = right + timedelta(days=365)
    refund = shop.held()
    shop.time.at = right
    shop.wallet.pay(refund)
    assert shop.desk.close(refund.refund_id, HAND).state is S.SUCCEEDED


@pytest.mark.parametrize("said", [Outcome.UNKNOWN, Outcome.NOT_SENT, Outcome.DECLINED, Outcome.HELD])
def test_an_ask_that_tells_nothing_proves_nothing(shop: Shop, said: Outcome) -> None:
    refund = shop.held()
    shop.time.forward(PROOF_AFTER.total_seconds())
    shop.wallet.asks = [answering(Outcome.ABSENT), answering(said)]
    with refused("close_not_proved"):
        shop.desk.close(refund.refund_id, HAND)
    assert shop.order.wallet_reserved == Money(2_500)


def test_closing_finds_out_that_the_wallet_paid(shop: Shop) -> None:
    refund = shop.held()
    shop.time.forward(PROOF_AFTER.total_seconds())
    shop.wallet.pay(refund)
    assert shop.desk.close(refund.refund_id, HAND).state is S.SUCCEEDED
    assert shop.booked("refund_closed_by_hand") == []


def test_asks_before_a_later_send_prove_nothing(shop: Shop) -> None:
    refund = shop.held()
    shop.time.forward(PROOF_AFTER.total_seconds())
    shop.wallet.sends = [answering(Outcome.HELD)]
    for _ in range(2):
        refund = shop.dispatcher.ask(refund)
    shop.desk.release(refund.refund_id, HAND)
    with refused("close_too_early"):
        shop.desk.close(refund.refund_id, HAND)


@pytest.mark.parametrize("decision", ["release", "close"])
def test_only_a_held_refund_is_released_or_closed(shop: Shop, decision: str) -> None:
    shop.wallet.sends = [shop.wallet.accept]
    refund = shop.trip(reserve(shop.ledger))
    with refused("refund_not_held"):
        getattr(shop.desk, decision)(refund.refund_id, HAND)


def test_a_refund_is_cancelled_only_before_a_byte_left(shop: Shop) -> None:
    refund = reserve(shop.ledger)
    assert shop.desk.cancel(refund.refund_id, HAND).state is S.CANCELLED
    assert (shop.order.remaining, len(shop.booked("refund_cancelled"))) == (ORDER.amount, 1)
    assert shop.dispatcher.dispatch(refund).state is S.CANCELLED
    shop.wallet.sends = [answering(Outcome.UNKNOWN)]
    sent = shop.trip(reserve(shop.ledger, request_id="another"))
    with refused("refund_was_sent"):
        shop.desk.cancel(sent.refund_id, HAND)


@pytest.mark.parametrize("hand", [Hand("", "why"), Hand("Li", "  "), Hand("L" * (BY_CHARS_MAX + 1), "why")])
def test_a_decision_without_a_name_or_a_reason_is_none(shop: Shop, hand: Hand) -> None:
    refund = reserve(shop.ledger)
    with refused("decision_unsigned"):
        shop.desk.cancel(refund.refund_id, hand)


def test_a_refund_on_which_somebody_works_is_left_alone(shop: Shop) -> None:
    refund = reserve(shop.ledger)

    def meanwhile(sent: Refund) -> Answer:
        with refused("refund_was_sent"):
            shop.desk.cancel(sent.refund_id, HAND)
        return Answer(Outcome.SUCCEEDED)

    shop.wallet.sends = [meanwhile]
    assert shop.dispatcher.dispatch(refund).state is S.SUCCEEDED


def test_no_decision_is_made_about_a_refund_nobody_knows(shop: Shop) -> None:
    for decide in (shop.desk.release, shop.desk.close, shop.desk.cancel, shop.desk.pay_other_way):
        with refused("refund_unknown"):
            decide("SRT_nobody", HAND)


def test_an_answer_in_between_makes_the_proof_start_anew(shop: Shop) -> None:
    refund = shop.held()
    shop.time.forward(PROOF_AFTER.total_seconds())
    shop.wallet.asks = [answering(said) for said in (Outcome.ABSENT, Outcome.UNKNOWN, Outcome.ABSENT)]
    for _ in range(3):
        refund = shop.dispatcher.ask(refund)
    assert ByHand(shop.ledger).proofs(refund, shop.time.at) == 1


def test_all_that_is_held_for_the_balance_is_released_until_it_is_short_again(shop: Shop) -> None:
    keep(shop.ledger, *(an_order(order_id=f"H{number}") for number in range(3)))
    shop.wallet.sends = [answering(Outcome.HELD, "NOT_ENOUGH")] * 2 + [answering(Outcome.HELD, "NO_AUTH")]
    for number in range(3):
        shop.trip(reserve(shop.ledger, f"H{number}", request_id=f"h-{number}", now=shop.time.at))
        shop.time.forward(1)
    shop.wallet.sends = [shop.wallet.pay, answering(Outcome.HELD, "NOT_ENOUGH")]
    told = [(one.order_id, one.state) for one in shop.desk.release_short(HAND)]
    assert told == [("H0", S.SUCCEEDED), ("H1", S.HELD)]
    keep(shop.ledger, an_order(order_id="H3"))
    shop.wallet.sends = [answering(Outcome.HELD, "NOT_ENOUGH")] * 2
    shop.trip(reserve(shop.ledger, "H3", request_id="h-3", now=shop.time.at))
    # The first that is short again leaves the others where they are, and one held for another cause stays.
    assert [(one.order_id, one.state) for one in shop.desk.release_short(HAND)] == [("H1", S.HELD)]
    assert [one.order_id for one in shop.desk.release_short(HAND)] == ["H1", "H3"]
    assert shop.desk.release_short(HAND) == []


def test_a_short_one_whose_order_is_on_hold_stays_held_and_holds_no_other_up(shop: Shop) -> None:
    keep(shop.ledger, an_order(order_id="H0"))
    shop.wallet.sends = [answering(Outcome.HELD, "NOT_ENOUGH")] * 2
    for number in (ORDER.order_id, "H0"):
        shop.trip(reserve(shop.ledger, number, request_id=number))
    Holds(shop.ledger).put(ORDER.order_id, HAND, shop.time.at)
    assert [one.order_id for one in shop.desk.release_short(HAND)] == ["H0"]
