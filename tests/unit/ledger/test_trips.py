from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from scanrefund.errors import Bug
from scanrefund.ledger.engine import reading
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.trips import MESSAGE_CHARS_MAX, Attempt, Lease
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.outcome import Answer, Outcome, Signature
from scanrefund.model.refund import Command, Refund, RefundState
from scanrefund.model.wallet import Wallet
from tests.unit.builders import ACCOUNT, NOW, ORDER, an_order, keep, reserve

ONE = Lease("counter1", 30)
OTHER = Lease("counter2", 30)
LEASE_OVER = NOW + timedelta(seconds=30)


def begun(ledger: Ledger, refund: Refund, command: Command = Command.SEND) -> Attempt:
    attempt = ledger.begin(refund, command, ONE, NOW)
    assert attempt is not None
    return attempt


def end(ledger: Ledger, attempt: Attempt, new: RefundState, answer: Answer | None = None) -> Refund:
    plan: dict[str, Any] = {"next_command": None, "next_try_at": None}
    return ledger.end(attempt, answer or Answer(Outcome.UNKNOWN, "timeout"), new, plan, "", NOW)


def rows(ledger: Ledger, query: str) -> list[Any]:
    with reading(ledger._engine) as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def test_the_intent_to_send_is_on_disk_before_the_trip(ledger: Ledger) -> None:
    attempt = begun(ledger, reserve(ledger))
    assert ledger.refund(attempt.refund.refund_id) == attempt.refund
    assert (attempt.refund.state, attempt.refund.sends) == (RefundState.SENDING, 1)
    assert attempt.refund.last_sent_at == NOW
    assert rows(ledger, "SELECT command, account, owner, outcome FROM attempts") == [
        ("SEND", ACCOUNT, "counter1", None)
    ]
    assert rows(ledger, "SELECT old_state, new_state FROM moves") == [("READY", "SENDING")]


def test_of_two_that_want_to_send_one_goes(ledger: Ledger) -> None:
    refund = reserve(ledger)
    begun(ledger, refund)
    assert ledger.begin(refund, Command.SEND, OTHER, NOW) is None
    assert ledger.begin(refund, Command.SEND, OTHER, LEASE_OVER) is None
    assert len(rows(ledger, "SELECT 1 FROM attempts")) == 1


def test_who_looked_before_another_trip_ended_does_not_set_out(ledger: Ledger) -> None:
    stale = end(ledger, begun(ledger, reserve(ledger)), RefundState.UNKNOWN)
    end(ledger, begun(ledger, stale, Command.ASK), RefundState.UNKNOWN)
    assert ledger.begin(stale, Command.ASK, OTHER, LEASE_OVER) is None


def test_nobody_else_sets_out_while_a_lease_holds(ledger: Ledger) -> None:
    unknown = end(ledger, begun(ledger, reserve(ledger)), RefundState.UNKNOWN)
    asking = begun(ledger, unknown, Command.ASK)
    assert ledger.begin(asking.refund, Command.ASK, OTHER, LEASE_OVER - timedelta(seconds=1)) is None
    assert ledger.begin(asking.refund, Command.ASK, OTHER, LEASE_OVER) is not None


def test_an_ask_leaves_the_state_and_counts(ledger: Ledger) -> None:
    unknown = end(ledger, begun(ledger, reserve(ledger)), RefundState.UNKNOWN)
    asking = begun(ledger, unknown, Command.ASK)
    assert (asking.refund.state, asking.refund.asks, asking.refund.sends) == (RefundState.UNKNOWN, 1, 1)
    assert asking.refund.last_sent_at == NOW


def test_every_send_of_a_number_carries_the_same_body(ledger: Ledger) -> None:
    unknown = end(ledger, begun(ledger, reserve(ledger)), RefundState.UNKNOWN)
    begun(ledger, unknown)
    hashes = rows(ledger, "SELECT body_sha256 FROM attempts")
    assert len(hashes) == 2
    assert len(set(hashes)) == 1


def test_what_a_trip_told_is_written_with_the_move_it_causes(ledger: Ledger) -> None:
    answer = Answer(
        Outcome.SUCCEEDED, "SUCCESS", "m" * 1_000, 200, "req-1", Signature.VERIFIED, settled_at=NOW
    )
    refund = end(ledger, begun(ledger, reserve(ledger)), RefundState.SUCCEEDED, answer)
    assert (refund.state, refund.ended_at, refund.next_try_at) == (RefundState.SUCCEEDED, NOW, None)
    assert rows(ledger, "SELECT outcome, code, http_status, wallet_request_id, signature FROM attempts") == [
        ("SUCCEEDED", "SUCCESS", 200, "req-1", "VERIFIED")
    ]
    assert rows(ledger, "SELECT length(message) FROM attempts") == [(MESSAGE_CHARS_MAX,)]
    assert rows(ledger, "SELECT lease_owner, lease_until FROM refunds") == [("", None)]


def test_a_closed_refund_gives_its_amount_back(ledger: Ledger) -> None:
    end(ledger, begun(ledger, reserve(ledger)), RefundState.CLOSED)
    order = ledger.order(ORDER.order_id)
    assert order is not None
    assert order.remaining == ORDER.amount


@pytest.mark.parametrize("new", [RefundState.READY, RefundState.CANCELLED, RefundState.EXTERNAL])
def test_a_move_outside_the_edges_trips_and_changes_nothing(ledger: Ledger, new: RefundState) -> None:
    attempt = begun(ledger, reserve(ledger))
    with pytest.raises(Bug) as caught:
        end(ledger, attempt, new)
    assert caught.value.code == "illegal_move"
    assert ledger.refund(attempt.refund.refund_id) == attempt.refund
    order = ledger.order(ORDER.order_id)
    assert order is not None
    assert order.wallet_reserved == Money(2_500)


def test_what_ended_is_not_sent_again(ledger: Ledger) -> None:
    ended = end(ledger, begun(ledger, reserve(ledger)), RefundState.SUCCEEDED)
    with pytest.raises(Bug):
        ledger.begin(ended, Command.SEND, ONE, NOW)
    assert ledger.refund(ended.refund_id) == ended


def test_a_trip_is_taken_over_only_after_its_lease(ledger: Ledger) -> None:
    attempt = begun(ledger, reserve(ledger))
    assert ledger.take_over(attempt.refund, OTHER, LEASE_OVER - timedelta(seconds=1)) is None
    taken = ledger.take_over(attempt.refund, OTHER, LEASE_OVER)
    assert taken is not None
    assert (taken.attempt_id, taken.command) == (attempt.attempt_id, Command.SEND)
    assert ledger.take_over(attempt.refund, OTHER, LEASE_OVER) is None


def test_a_late_answer_after_a_take_over_changes_nothing(ledger: Ledger) -> None:
    late = begun(ledger, reserve(ledger))
    taken = ledger.take_over(late.refund, OTHER, LEASE_OVER)
    assert taken is not None
    unknown = end(ledger, taken, RefundState.UNKNOWN)
    for state in (RefundState.CLOSED, RefundState.SUCCEEDED):
        assert end(ledger, late, state, Answer(Outcome.DECLINED, "late")) == unknown
    order = ledger.order(ORDER.order_id)
    assert order is not None
    assert order.wallet_reserved == Money(2_500)
    assert '"state":"moved_meanwhile"' in rows(ledger, "SELECT facts FROM book")[-1][0]


def test_an_order_with_a_contested_number_is_frozen(ledger: Ledger) -> None:
    order = an_order(order_id="B1", wallet=Wallet.ALIPAY)
    keep(ledger, order)
    said = Answer(Outcome.UNKNOWN, "ACQ.DISCORDANT_REPEAT_REQUEST")
    end(ledger, begun(ledger, reserve(ledger, "B1")), RefundState.UNKNOWN, said)
    found = ledger.order("B1")
    assert found is not None
    assert found.frozen_why == "number_in_use"


def test_an_alarm_is_an_entry_of_its_own(ledger: Ledger) -> None:
    attempt = begun(ledger, reserve(ledger))
    answer = Answer(Outcome.ABNORMAL)
    ledger.end(attempt, answer, RefundState.ABNORMAL, {}, "abnormal", NOW)
    assert rows(ledger, "SELECT kind, facts FROM book ORDER BY number DESC LIMIT 1") == [
        ("alarm", '{"alarm":"abnormal"}')
    ]
    assert ledger.first_broken_entry() is None


def the_order(ledger: Ledger) -> Order:
    order = ledger.order(ORDER.order_id)
    assert order is not None
    return order


def closed(ledger: Ledger, amount_fen: int = 2_500, request_id: str = "request-1") -> Refund:
    refund = reserve(ledger, amount_fen=amount_fen, request_id=request_id)
    return end(ledger, begun(ledger, refund), RefundState.CLOSED)


@pytest.mark.parametrize("new", [RefundState.PROCESSING, RefundState.SUCCEEDED])
def test_a_fact_moves_an_ended_refund_takes_its_amount_and_freezes_the_order(
    ledger: Ledger, new: RefundState
) -> None:
    looking = begun(ledger, closed(ledger), Command.ASK)
    moved = end(ledger, looking, new, Answer(Outcome(new.value)))
    assert (moved.state, moved.beyond_cap) == (new, False)
    assert the_order(ledger).wallet_reserved == Money(2_500)
    assert the_order(ledger).frozen_why == "fact_against_end"


@pytest.mark.parametrize(
    ("new", "outcome"),
    [
        (RefundState.SUCCEEDED, Outcome.ABSENT),
        (RefundState.UNKNOWN, Outcome.UNKNOWN),
        (RefundState.HELD, Outcome.HELD),
    ],
)
def test_nothing_but_a_fact_moves_an_ended_refund(ledger: Ledger, new: RefundState, outcome: Outcome) -> None:
    looking = begun(ledger, closed(ledger), Command.ASK)
    with pytest.raises(Bug):
        end(ledger, looking, new, Answer(outcome))
    assert the_order(ledger).wallet_reserved == Money(0)


def test_a_fact_beyond_the_cap_fills_it_and_freezes_the_order(ledger: Ledger) -> None:
    first = closed(ledger, 6_000)
    under_way = begun(ledger, reserve(ledger, amount_fen=6_000, request_id="again"))
    paid = end(ledger, begun(ledger, first, Command.ASK), RefundState.SUCCEEDED, Answer(Outcome.SUCCEEDED))
    assert paid.beyond_cap
    assert (the_order(ledger).remaining, the_order(ledger).frozen_why) == (Money(0), "fact_against_end")
    end(ledger, under_way, RefundState.CLOSED)
    assert the_order(ledger).remaining == Money(4_000)


def test_a_second_look_that_changes_nothing_leaves_the_time_of_the_end(ledger: Ledger) -> None:
    ended = closed(ledger)
    later = NOW + timedelta(days=1)
    attempt = ledger.begin(ended, Command.ASK, ONE, later)
    assert attempt is not None
    again = ledger.end(attempt, Answer(Outcome.ABSENT), RefundState.CLOSED, {}, "", later)
    assert (again.ended_at, again.state) == (NOW, RefundState.CLOSED)


def test_a_late_word_against_an_end_makes_the_wallet_be_asked_again(ledger: Ledger) -> None:
    late = begun(ledger, reserve(ledger))
    taken = ledger.take_over(late.refund, OTHER, LEASE_OVER)
    assert taken is not None
    end(ledger, taken, RefundState.CLOSED)
    hinted = end(ledger, late, RefundState.SUCCEEDED, Answer(Outcome.SUCCEEDED))
    assert (hinted.state, hinted.next_command) == (RefundState.CLOSED, Command.ASK)
    assert [refund.refund_id for refund in ledger.due(NOW, 10, {Wallet.WECHAT: ACCOUNT})] == [
        hinted.refund_id
    ]


def test_another_body_under_the_same_number_trips(ledger: Ledger) -> None:
    unknown = end(ledger, begun(ledger, reserve(ledger)), RefundState.UNKNOWN)
    with pytest.raises(Bug) as caught:
        ledger.begin(replace(unknown, body=b"other"), Command.SEND, ONE, NOW)
    assert caught.value.code == "body_changed"


def test_a_refund_is_not_sent_before_the_wallets_spacing_is_over(ledger: Ledger) -> None:
    until = NOW + timedelta(seconds=60)
    waiting = reserve(ledger, not_before=until)
    assert (waiting.not_before, waiting.next_try_at) == (until, until)
    assert ledger.begin(waiting, Command.SEND, ONE, until - timedelta(seconds=1)) is None
    assert ledger.begin(waiting, Command.SEND, ONE, until) is not None


def test_a_wait_written_by_a_clock_that_ran_ahead_strands_nothing(ledger: Ledger) -> None:
    waiting = reserve(ledger, not_before=NOW + timedelta(days=365))
    assert ledger.begin(waiting, Command.SEND, ONE, NOW) is not None


@pytest.mark.parametrize(("ahead_s", "goes"), [(7_200, False), (7_201, True)])
def test_a_wait_or_a_lease_of_more_than_two_hours_was_written_by_a_wrong_clock(
    ledger: Ledger, ahead_s: int, *, goes: bool
) -> None:
    waiting = reserve(ledger, amount_fen=1, not_before=NOW + timedelta(seconds=ahead_s))
    assert (ledger.begin(waiting, Command.SEND, ONE, NOW) is not None) == goes
    other = reserve(ledger, amount_fen=1, request_id="another")
    leased = ledger.begin(other, Command.SEND, Lease("counter1", ahead_s), NOW)
    assert leased is not None
    assert (ledger.take_over(leased.refund, OTHER, NOW) is not None) == goes
