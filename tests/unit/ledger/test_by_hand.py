"""What people may decide, told by the ledger alone: every refusal with what it names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update

from scanrefund.errors import UsageFault
from scanrefund.ledger import behind, orders
from scanrefund.ledger.by_hand import ByHand, Hand
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.refunds import AHEAD_MAX
from scanrefund.ledger.schema import refunds
from scanrefund.ledger.trips import Lease
from scanrefund.model.money import Money
from scanrefund.model.other_way import Method, OtherWay
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.refund import Command, Refund, RefundState
from tests.unit.builders import NOW, ORDER, WECHAT_DIGITS, a_refund, an_order, keep, reserve

S = RefundState
HAND = Hand("Li", "seen")
LEASE = Lease("counter1", 30)
# Ten minutes after a send, and two asks: told a second time here.
LATE = NOW + timedelta(minutes=10)
TWICE = 2
MASKED = PaymentCode(WECHAT_DIGITS).masked
NO_PLAN: dict[str, Any] = {"next_command": None, "next_try_at": None}


@pytest.fixture
def by_hand(ledger: Ledger) -> ByHand:
    return ByHand(ledger)


def trip(
    ledger: Ledger, refund: Refund, outcome: Outcome, new: RefundState, at: datetime = NOW, **news: Any
) -> Refund:
    """One send, or one ask of what is held, with what it told."""
    command = Command.ASK if refund.state is S.HELD else Command.SEND
    attempt = ledger.begin(refund, command, LEASE, at)
    assert attempt is not None
    return ledger.end(attempt, Answer(outcome), new, NO_PLAN | news, "", at)


def held(ledger: Ledger, **news: Any) -> Refund:
    return trip(ledger, reserve(ledger), Outcome.HELD, S.HELD, **news)


def closed(ledger: Ledger) -> Refund:
    return trip(ledger, reserve(ledger), Outcome.CLOSED, S.CLOSED)


def absent(ledger: Ledger, refund: Refund, at: datetime) -> Refund:
    return trip(ledger, refund, Outcome.ABSENT, S.HELD, at, absent_asks=refund.absent_asks + 1)


def reread(ledger: Ledger, refund: Refund) -> Refund:
    found = ledger.refund(refund.refund_id)
    assert found is not None
    return found


def refused(decide: Callable[[], object], code: str, **details: object) -> None:
    with pytest.raises(UsageFault) as caught:
        decide()
    assert (caught.value.code, caught.value.details) == (code, details)


def entries(ledger: Ledger, kind: str) -> list[tuple[str, str]]:
    with ledger.reading() as connection:
        query = f"SELECT subject, facts FROM book WHERE kind='{kind}'"
        return [(row.subject, row.facts) for row in connection.exec_driver_sql(query)]


def write(ledger: Ledger, refund: Refund, **values: object) -> None:
    """Something written in the refund's row that no door writes."""
    with ledger.writing() as connection:
        connection.execute(update(refunds).where(refunds.c.refund_id == refund.refund_id).values(values))


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
