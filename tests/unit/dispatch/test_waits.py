"""How long the next step waits, in figures: every count and every floor shows in the planned time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scanrefund.dispatch.backoff import JITTER, processing_delay_s, unknown_delay_s
from scanrefund.dispatch.next_step import ODD_ANSWERS_MAX, next_step
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Command, RefundState
from tests.unit.builders import NOW, a_refund

SEND, ASK = Command.SEND, Command.ASK
S = RefundState
# The n-th wait without its jitter, in seconds.
WAITS_S = (10, 20, 40, 80, 160)


def wait_s(command: Command, answer: Answer, **history: object) -> float:
    """Seconds until the next trip."""
    move = next_step(a_refund(**history), command, answer, NOW)
    assert move.next_try_at is not None
    return (move.next_try_at - NOW).total_seconds()


def in_step(seconds: float, step: int) -> bool:
    """Whether a wait is the one of a step: its seconds, and at most a fifth more."""
    return WAITS_S[step] <= seconds <= WAITS_S[step] * (1 + JITTER)


@pytest.mark.parametrize("step", range(len(WAITS_S)))
def test_what_never_left_waits_longer_with_every_send(step: int) -> None:
    waited = wait_s(SEND, Answer(Outcome.NOT_SENT), state=S.SENDING, sends=step + 1)
    assert in_step(waited, step)


@pytest.mark.parametrize(("sends", "asks", "step"), [(1, 0, 0), (1, 1, 1), (2, 1, 2), (2, 2, 3), (3, 2, 4)])
def test_an_unknown_send_waits_longer_with_every_trip(sends: int, asks: int, step: int) -> None:
    history = {"state": S.SENDING, "sends": sends, "asks": asks, "last_sent_at": NOW}
    assert in_step(wait_s(SEND, Answer(Outcome.UNKNOWN), **history), step)


@pytest.mark.parametrize("step", range(len(WAITS_S)))
@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.NOT_SENT])
def test_a_lost_ask_waits_longer_with_every_ask(outcome: Outcome, step: int) -> None:
    assert in_step(wait_s(ASK, Answer(outcome), state=S.UNKNOWN, sends=7, asks=step + 1), step)


@pytest.mark.parametrize(("sends", "step"), [(2, 0), (3, 1), (4, 2), (5, 3)])
def test_every_later_repeat_waits_longer(sends: int, step: int) -> None:
    assert in_step(wait_s(ASK, Answer(Outcome.ABSENT), state=S.UNKNOWN, sends=sends), step)


def test_the_first_repeat_goes_at_once() -> None:
    assert wait_s(ASK, Answer(Outcome.ABSENT), state=S.UNKNOWN, sends=1) == 0


@pytest.mark.parametrize(("sends", "step"), [(1, 0), (2, 1)])
def test_an_order_that_may_be_too_new_waits_longer_with_every_send(sends: int, step: int) -> None:
    history = {"state": S.UNKNOWN, "sends": sends, "declined_code": "RESOURCE_NOT_EXISTS"}
    assert in_step(wait_s(ASK, Answer(Outcome.ABSENT), **history), step)


def test_the_time_that_a_send_took_counts_as_waiting() -> None:
    history = {"state": S.SENDING, "sends": 1, "last_sent_at": NOW - timedelta(seconds=4)}
    assert 6 <= wait_s(SEND, Answer(Outcome.UNKNOWN), **history) <= 8


@pytest.mark.parametrize("clock_set_back_s", [0, 3_600])
def test_a_clock_set_back_makes_no_wait_longer(clock_set_back_s: int) -> None:
    sent_at = NOW + timedelta(seconds=clock_set_back_s)
    assert in_step(wait_s(SEND, Answer(Outcome.UNKNOWN), state=S.SENDING, sends=1, last_sent_at=sent_at), 0)


def test_the_jitter_uses_its_whole_range_and_is_never_below_one() -> None:
    factors = [unknown_delay_s(0, str(seed)) / WAITS_S[0] for seed in range(500)]
    assert 1.0 <= min(factors) < 1.01
    assert 1 + JITTER - 0.01 < max(factors) <= 1 + JITTER


def test_two_refunds_and_two_tries_have_jitters_of_their_own() -> None:
    assert unknown_delay_s(0, "a") != unknown_delay_s(0, "b")
    assert unknown_delay_s(0, "a") * 2 != unknown_delay_s(1, "a")


@pytest.mark.parametrize(("odd", "state"), [(4, S.UNKNOWN), (5, S.HELD), (6, S.HELD), (50, S.HELD)])
def test_answers_that_no_table_knows_hold_a_refund_from_the_fifth_on(odd: int, state: RefundState) -> None:
    assert ODD_ANSWERS_MAX == 5
    strange = Answer(Outcome.UNKNOWN, "bad_signature", alarm=True)
    move = next_step(a_refund(state=S.UNKNOWN, sends=1, asks=odd, odd_answers=odd), ASK, strange, NOW)
    assert move.state is state


@pytest.mark.parametrize(
    ("end", "outcome", "alarm"),
    [
        (S.CLOSED, Outcome.CLOSED, ""),
        (S.SUCCEEDED, Outcome.SUCCEEDED, ""),
        (S.SUCCEEDED, Outcome.CLOSED, "word_against_end"),
        (S.SUCCEEDED, Outcome.PROCESSING, "word_against_end"),
        (S.RETURNED_TO_MERCHANT, Outcome.CLOSED, "word_against_end"),
        (S.RETURNED_TO_MERCHANT, Outcome.ABNORMAL, "word_against_end"),
        (S.SUCCEEDED, Outcome.ABSENT, "word_against_end"),
        (S.CLOSED, Outcome.ABSENT, ""),
    ],
)
def test_a_word_against_an_end_is_told_and_changes_nothing(
    end: RefundState, outcome: Outcome, alarm: str
) -> None:
    move = next_step(a_refund(state=end, sends=1, asks=1), ASK, Answer(outcome), NOW)
    assert (move.state, move.alarm, move.next_command) == (end, alarm, None)


def test_each_number_has_its_own_wait_after_each_kind_of_silence() -> None:
    number = a_refund().refund_id
    sent = {"sends": 3, "asks": 2, "not_sent_only": False, "last_sent_at": NOW}
    unknown = {"state": S.UNKNOWN, **sent}
    assert wait_s(SEND, Answer(Outcome.NOT_SENT), state=S.SENDING, **sent) == exactly(2, number)
    assert wait_s(SEND, Answer(Outcome.UNKNOWN), state=S.SENDING, **sent) == exactly(4, number)
    assert wait_s(ASK, Answer(Outcome.UNKNOWN), **unknown) == exactly(1, number)
    assert wait_s(ASK, Answer(Outcome.ABSENT), **unknown) == exactly(1, number)
    too_new = {**unknown, "declined_code": "ORDER_NOT_EXIST", "sends": 2}
    assert wait_s(ASK, Answer(Outcome.ABSENT), **too_new) == exactly(1, number)


def test_no_trip_is_planned_for_the_past() -> None:
    answer = Answer(Outcome.UNKNOWN, wait_s=-60)
    sent = {"state": S.SENDING, "sends": 1, "last_sent_at": NOW - timedelta(hours=1)}
    assert wait_s(SEND, answer, **sent) == 0


def exactly(tries: int, number: str) -> float:
    """A wait as a planned time holds it: to the microsecond."""
    return timedelta(seconds=unknown_delay_s(tries, number)).total_seconds()


@pytest.mark.parametrize(("command", "state"), [(SEND, S.SENDING), (ASK, S.PROCESSING)])
def test_an_accepted_refund_is_looked_at_again_by_the_count_of_its_asks(
    command: Command, state: RefundState
) -> None:
    waits = [wait_s(command, Answer(Outcome.PROCESSING), state=state, asks=asks) for asks in range(20)]
    assert waits == [processing_delay_s(asks) for asks in range(20)]
