"""What people may decide, told by the ledger alone: every refusal with what it names."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from scanrefund.ledger import orders
from scanrefund.ledger.by_hand import ByHand
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.refunds import AHEAD_MAX
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.refund import Command, RefundState
from tests.unit.builders import NOW, ORDER, WECHAT_DIGITS, a_refund, an_order, keep, reserve
from tests.unit.ledger.decisions import (
    HAND,
    LEASE,
    NO_PLAN,
    S,
    absent,
    entries,
    held,
    refused,
    reread,
    trip,
    write,
)

# Ten minutes after a send, and two asks: told a second time here.
LATE = NOW + timedelta(minutes=10)
TWICE = 2
MASKED = PaymentCode(WECHAT_DIGITS).masked


@pytest.fixture
def by_hand(ledger: Ledger) -> ByHand:
    return ByHand(ledger)


def test_a_release_lets_a_refund_go_on_now_and_forgets_the_odd_answers(
    ledger: Ledger, by_hand: ByHand
) -> None:
    refund = held(ledger, odd_answers=5)
    after = by_hand.release(refund.refund_id, HAND, LATE)
    assert (after.state, after.released, after.odd_answers) == (S.HELD, True, 0)
    assert (after.next_command, after.next_try_at) == (Command.SEND, LATE)
    assert after.epoch == refund.epoch + 1
    facts = '{"amount_fen":2500,"by":"Li","why":"seen"}'
    assert entries(ledger, "refund_released") == [(refund.refund_id, facts)]


def test_a_release_asks_first_where_an_earlier_trip_is_open(ledger: Ledger, by_hand: ByHand) -> None:
    refund = held(ledger, ever_unknown=True)
    assert by_hand.release(refund.refund_id, HAND, NOW).next_command is Command.ASK


def test_two_late_asks_that_found_nothing_are_the_proof_that_closes(ledger: Ledger, by_hand: ByHand) -> None:
    refund = held(ledger)
    early = absent(ledger, refund, LATE - timedelta(seconds=1))
    once = absent(ledger, early, LATE)
    assert by_hand.proofs(once, LATE) == 1
    refused(
        partial(by_hand.close, refund.refund_id, HAND, LATE),
        "close_not_proved",
        refund_id=refund.refund_id,
        found=1,
        needed=TWICE,
    )
    twice = absent(ledger, once, LATE + timedelta(seconds=1))
    assert by_hand.proofs(twice, LATE) == TWICE
    after = by_hand.close(refund.refund_id, HAND, LATE)
    assert (after.state, after.ended_at, after.next_command) == (S.CLOSED, LATE, None)
    facts = '{"amount_fen":2500,"by":"Li","why":"seen"}'
    assert entries(ledger, "refund_closed_by_hand") == [(refund.refund_id, facts)]


def test_what_a_clock_that_ran_ahead_wrote_is_no_proof_and_the_first_ask_since_stands_for_the_send(
    ledger: Ledger, by_hand: ByHand
) -> None:
    refund = held(ledger)
    write(ledger, refund, last_sent_at=NOW + AHEAD_MAX + timedelta(seconds=1))
    assert by_hand.sent_at(absent(ledger, reread(ledger, refund), NOW + AHEAD_MAX * 2), NOW) is None
    first = absent(ledger, reread(ledger, refund), NOW)
    assert (by_hand.sent_at(first, NOW), by_hand.proofs(first, NOW)) == (NOW, 0)
    early = absent(ledger, first, LATE - timedelta(seconds=1))
    assert by_hand.proofs(early, NOW) == 0
    assert by_hand.proofs(absent(ledger, early, LATE), NOW) == 1


def test_a_time_two_hours_ahead_is_believed(ledger: Ledger, by_hand: ByHand) -> None:
    refund = held(ledger)
    write(ledger, refund, last_sent_at=NOW + AHEAD_MAX)
    assert by_hand.sent_at(reread(ledger, refund), NOW) == NOW + AHEAD_MAX


def test_a_refund_that_the_wallet_gave_a_number_is_never_closed_by_hand(
    ledger: Ledger, by_hand: ByHand
) -> None:
    refund = held(ledger, wallet_refund_id="5030000000")
    for _ in range(TWICE):
        refund = absent(ledger, refund, LATE)
    refused(
        partial(by_hand.close, refund.refund_id, HAND, LATE),
        "close_not_proved",
        refund_id=refund.refund_id,
        found=TWICE,
        needed=TWICE,
    )


def test_asks_about_another_refund_prove_nothing(ledger: Ledger, by_hand: ByHand) -> None:
    keep(ledger, an_order(order_id="B2"))
    other = reserve(ledger, "B2", request_id="other")
    other = trip(ledger, other, Outcome.HELD, S.HELD)
    refund = held(ledger, absent_asks=9)
    for _ in range(TWICE):
        other = absent(ledger, other, LATE)
    assert by_hand.proofs(refund, LATE) == 0
    assert by_hand.proofs(a_refund(), LATE) == 0


def test_a_send_that_found_nothing_is_no_ask(ledger: Ledger, by_hand: ByHand) -> None:
    refund = held(ledger)
    sent = ledger.begin(refund, Command.SEND, LEASE, LATE)
    assert sent is not None
    ledger.end(
        sent, Answer(Outcome.ABSENT), S.HELD, NO_PLAN | {"absent_asks": 2, "last_sent_at": NOW}, "", LATE
    )
    found = ledger.refund(refund.refund_id)
    assert found is not None
    assert by_hand.proofs(found, LATE) == 0


@pytest.mark.parametrize("state", [S.READY, S.WAIT_APPROVAL])
def test_what_never_went_out_is_withdrawn(ledger: Ledger, by_hand: ByHand, state: RefundState) -> None:
    refund = reserve(ledger)
    write(ledger, refund, state=state.value)
    after = by_hand.cancel(refund.refund_id, HAND, LATE)
    assert (after.state, after.ended_at) == (S.CANCELLED, LATE)
    assert (after.next_command, after.next_try_at) == (None, None)
    facts = '{"amount_fen":2500,"by":"Li","why":"seen"}'
    assert entries(ledger, "refund_cancelled") == [(refund.refund_id, facts)]


def test_what_counts_a_send_is_never_withdrawn(ledger: Ledger, by_hand: ByHand) -> None:
    refund = reserve(ledger)
    write(ledger, refund, sends=1)
    refused(
        partial(by_hand.cancel, refund.refund_id, HAND, NOW),
        "refund_was_sent",
        refund_id=refund.refund_id,
        state="READY",
    )


def test_a_decision_waits_for_whoever_works_on_the_refund(ledger: Ledger, by_hand: ByHand) -> None:
    refund = held(ledger)
    assert ledger.begin(refund, Command.ASK, LEASE, NOW) is not None
    refused(
        partial(by_hand.release, refund.refund_id, HAND, NOW),
        "refund_under_way",
        refund_id=refund.refund_id,
    )
    assert entries(ledger, "refund_released") == []
    over = NOW + timedelta(seconds=LEASE.length_s)
    assert by_hand.release(refund.refund_id, HAND, over).released


def test_only_what_is_held_is_released_or_closed(ledger: Ledger, by_hand: ByHand) -> None:
    number = reserve(ledger).refund_id
    for decide in (by_hand.release, by_hand.close):
        refused(partial(decide, number, HAND, NOW), "refund_not_held", refund_id=number, state="READY")


@pytest.mark.parametrize(("number", "told"), [("SRT_nobody", "SRT_nobody"), (WECHAT_DIGITS, MASKED)])
def test_a_number_nobody_knows_is_told_and_a_payment_code_in_its_place_masked(
    by_hand: ByHand, number: str, told: str
) -> None:
    for decide in (by_hand.release, by_hand.close, by_hand.cancel, by_hand.pay_other_way):
        refused(partial(decide, number, HAND, NOW), "refund_unknown", refund_id=told)
    refused(partial(by_hand.thaw, number, HAND, NOW), "order_not_frozen", order_id=told)


def test_the_first_cause_that_froze_an_order_stays_until_a_person_thaws_it(
    ledger: Ledger, by_hand: ByHand
) -> None:
    keep(ledger, an_order(order_id="B2"))
    with ledger.writing() as connection:
        for why in ("beyond_cap", "fact_against_end"):
            orders.freeze(connection, ORDER.order_id, why)
        orders.freeze(connection, "B2", "beyond_cap")
    frozen = ledger.order(ORDER.order_id)
    assert frozen is not None
    assert frozen.frozen_why == "beyond_cap"
    by_hand.thaw(ORDER.order_id, HAND, NOW)
    assert entries(ledger, "order_thawed") == [(ORDER.order_id, '{"by":"Li","why":"seen"}')]
    thawed, other = ledger.order(ORDER.order_id), ledger.order("B2")
    assert thawed is not None
    assert other is not None
    assert (thawed.frozen_why, other.frozen_why) == ("", "beyond_cap")
    refused(partial(by_hand.thaw, ORDER.order_id, HAND, NOW), "order_not_frozen", order_id=ORDER.order_id)
