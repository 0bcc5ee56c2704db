from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from scanrefund.dispatch.backoff import STUCK_S
from scanrefund.dispatch.next_step import ODD_ANSWERS_MAX, Move, is_odd, next_step
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import FACT_MOVES, TERMINAL, Command, Refund, RefundState, may_move
from scanrefund.model.wallet import FACTS, Wallet
from tests.unit.builders import NOW, a_refund

S, O = RefundState, Outcome  # noqa: E741

# Where a refund may be while a trip is under way.
MET = [(Command.SEND, S.SENDING)] + [(Command.ASK, s) for s in (S.UNKNOWN, S.PROCESSING, S.ABNORMAL, S.HELD)]
TABLE = [(command, state, outcome) for (command, state), outcome in product(MET, Outcome)]


def histories(state: RefundState) -> list[Refund]:
    """Refunds in a state with every history it can have."""
    flags = product((False, True), (False, True), ("", "NO"), (1, 2, 9), (0, 1, 40))
    return [
        a_refund(
            state=state,
            ever_unknown=unknown,
            not_sent_only=not_sent,
            declined_code=declined,
            sends=sends,
            asks=asks,
            last_sent_at=NOW,
        )
        for unknown, not_sent, declined, sends, asks in flags
    ]


def step(state: RefundState, command: Command, outcome: Outcome, **history: object) -> Move:
    refund = a_refund(state=state, **{"sends": 1, "last_sent_at": NOW, "not_sent_only": False, **history})
    return next_step(refund, command, Answer(outcome, "code"), NOW)


@pytest.mark.parametrize(("command", "state", "outcome"), TABLE)
def test_every_answer_in_every_state_gives_a_legal_move(
    command: Command, state: RefundState, outcome: Outcome
) -> None:
    for refund in histories(state):
        move = next_step(refund, command, Answer(outcome), NOW)
        assert may_move(state, move.state), (refund, move)
        assert move.state not in (S.CANCELLED, S.READY, S.SENDING, S.WAIT_APPROVAL)


@pytest.mark.parametrize(("command", "state", "outcome"), TABLE)
def test_only_proof_ends_a_refund(command: Command, state: RefundState, outcome: Outcome) -> None:
    for refund in histories(state):
        move = next_step(refund, command, Answer(outcome), NOW)
        refused_and_absent = (
            (command, state, outcome) == (Command.ASK, S.UNKNOWN, O.ABSENT)
            and refund.declined_code
            and not refund.ever_unknown
        )
        proofs = {
            S.SUCCEEDED: outcome is O.SUCCEEDED,
            S.RETURNED_TO_MERCHANT: outcome is O.RETURNED_TO_MERCHANT,
            S.CLOSED: outcome is O.CLOSED or bool(refused_and_absent),
        }
        assert move.state not in TERMINAL or proofs[move.state], (refund, move)


@pytest.mark.parametrize(("command", "state", "outcome"), TABLE)
def test_what_is_open_has_a_next_trip_unless_a_person_holds_it(
    command: Command, state: RefundState, outcome: Outcome
) -> None:
    for refund in histories(state):
        move = next_step(refund, command, Answer(outcome), NOW)
        if move.state in TERMINAL:
            assert (move.next_command, move.next_try_at) == (None, None)
        elif move.state is not S.HELD:
            assert move.next_command is not None
        if move.next_command is not None:
            assert move.next_try_at is not None
            assert NOW <= move.next_try_at <= NOW + timedelta(seconds=STUCK_S)


@pytest.mark.parametrize("wait_s", [0, 61, 3600])
@pytest.mark.parametrize(("command", "state", "outcome"), TABLE)
def test_the_wallets_own_wait_is_kept(
    command: Command, state: RefundState, outcome: Outcome, wait_s: int
) -> None:
    for refund in histories(state):
        move = next_step(refund, command, Answer(outcome, wait_s=wait_s), NOW)
        assert move.next_try_at is None or move.next_try_at >= NOW + timedelta(seconds=wait_s)


def test_an_unknown_send_is_asked_about_ten_seconds_later_and_not_sent_again() -> None:
    move = step(S.SENDING, Command.SEND, O.UNKNOWN, ever_unknown=True)
    assert (move.state, move.next_command) == (S.UNKNOWN, Command.ASK)
    assert move.next_try_at is not None
    assert timedelta(seconds=10) <= move.next_try_at - NOW <= timedelta(seconds=12)


@pytest.mark.parametrize(("command", "state"), [(Command.SEND, S.SENDING), (Command.ASK, S.PROCESSING)])
def test_a_stuck_refund_is_told_to_a_person_and_looked_at_hourly(
    command: Command, state: RefundState
) -> None:
    move = step(state, command, O.ABNORMAL)
    assert move == Move(S.ABNORMAL, Command.ASK, NOW + timedelta(seconds=STUCK_S), "abnormal")


@pytest.mark.parametrize(("command", "state"), [(Command.SEND, S.SENDING), (Command.ASK, S.PROCESSING)])
def test_what_the_wallet_gave_to_the_merchant_is_told_to_a_person(
    command: Command, state: RefundState
) -> None:
    move = step(state, command, O.RETURNED_TO_MERCHANT)
    assert move == Move(S.RETURNED_TO_MERCHANT, alarm="returned_to_merchant")
    assert step(state, command, O.SUCCEEDED) == Move(S.SUCCEEDED)
    assert step(state, command, O.CLOSED) == Move(S.CLOSED)


def test_a_cause_without_a_code_still_has_a_word() -> None:
    def alarm(state: RefundState, command: Command, outcome: Outcome, **history: object) -> str:
        refund = a_refund(state=state, sends=1, last_sent_at=NOW, **history)
        return next_step(refund, command, Answer(outcome, alarm=True), NOW).alarm

    assert alarm(S.SENDING, Command.SEND, O.HELD) == "held"
    assert alarm(S.SENDING, Command.SEND, O.HELD, ever_unknown=True) == "held"
    assert alarm(S.PROCESSING, Command.ASK, O.DECLINED) == "ask_refused"
    assert alarm(S.PROCESSING, Command.ASK, O.PROCESSING) == "look"


def test_the_time_spent_waiting_for_an_answer_counts() -> None:
    sent = NOW - timedelta(seconds=15)
    assert step(S.SENDING, Command.SEND, O.UNKNOWN, last_sent_at=sent).next_try_at == NOW


def test_a_clock_set_back_does_not_lengthen_the_wait() -> None:
    move = step(S.SENDING, Command.SEND, O.UNKNOWN, last_sent_at=NOW + timedelta(days=1))
    assert move.next_try_at is not None
    assert move.next_try_at - NOW <= timedelta(seconds=12)


def test_an_ask_that_finds_nothing_lets_the_same_number_go_out_again_at_once() -> None:
    assert step(S.UNKNOWN, Command.ASK, O.ABSENT) == Move(S.UNKNOWN, Command.SEND, NOW)


def test_later_repeats_wait_longer_each() -> None:
    waits = [step(S.UNKNOWN, Command.ASK, O.ABSENT, sends=sends).next_try_at for sends in range(1, 9)]
    assert all(one is not None for one in waits)
    assert waits == sorted(one for one in waits if one)
    assert len(set(waits)) == len(waits)


def test_what_provably_never_left_goes_without_an_ask() -> None:
    assert step(S.SENDING, Command.SEND, O.NOT_SENT, not_sent_only=True).next_command is Command.SEND
    assert step(S.SENDING, Command.SEND, O.NOT_SENT, not_sent_only=False).next_command is Command.ASK


def test_a_refusal_is_asked_about_at_once_and_closes_only_when_nothing_was_ever_unknown() -> None:
    assert step(S.SENDING, Command.SEND, O.DECLINED) == Move(S.UNKNOWN, Command.ASK, NOW)
    assert step(S.UNKNOWN, Command.ASK, O.ABSENT, declined_code="NO") == Move(S.CLOSED)
    held = step(S.UNKNOWN, Command.ASK, O.ABSENT, declined_code="NO", ever_unknown=True)
    assert held == Move(S.HELD, alarm="declined_after_unknown")


def test_what_people_can_cure_waits_for_them_after_any_open_trip_was_asked_about() -> None:
    assert step(S.SENDING, Command.SEND, O.HELD) == Move(S.HELD, alarm="code")
    asks = step(S.SENDING, Command.SEND, O.HELD, ever_unknown=True)
    assert asks == Move(S.HELD, Command.ASK, NOW, "code")
    assert step(S.HELD, Command.ASK, O.ABSENT, ever_unknown=True) == Move(S.HELD)


def test_an_accepted_refund_that_the_wallet_then_does_not_know_stays_and_alarms() -> None:
    for state in (S.PROCESSING, S.ABNORMAL):
        move = step(state, Command.ASK, O.ABSENT)
        assert (move.state, move.alarm) == (state, "absent_after_accepted")


def test_a_stuck_refund_never_closes_by_itself() -> None:
    move = step(S.ABNORMAL, Command.ASK, O.CLOSED)
    assert (move.state, move.alarm) == (S.ABNORMAL, "closed_while_abnormal")


@pytest.mark.parametrize("outcome", [O.DECLINED, O.HELD])
@pytest.mark.parametrize("state", [S.UNKNOWN, S.PROCESSING, S.ABNORMAL, S.HELD])
def test_a_wallet_that_refuses_to_be_asked_decides_nothing(state: RefundState, outcome: Outcome) -> None:
    move = step(state, Command.ASK, outcome)
    assert (move.state, move.next_command, move.alarm) == (state, Command.ASK, "code")


@pytest.mark.parametrize("outcome", Outcome)
def test_an_answer_that_asks_for_a_person_gets_one(outcome: Outcome) -> None:
    refund = a_refund(state=S.SENDING, sends=1, last_sent_at=NOW)
    assert next_step(refund, Command.SEND, Answer(outcome, "odd", alarm=True), NOW).alarm


def test_every_wallet_is_left_alone_before_it_can_know() -> None:
    for wallet in Wallet:
        refund = a_refund(state=S.SENDING, wallet=wallet, sends=1, last_sent_at=NOW)
        move = next_step(refund, Command.SEND, Answer(O.UNKNOWN), NOW)
        assert move.next_try_at is not None
        assert move.next_try_at >= NOW + timedelta(seconds=10)


@pytest.mark.parametrize(
    ("wallet", "code"), [(w, code) for w in Wallet for code in sorted(FACTS[w].order_missing_codes)]
)
def test_an_order_the_wallet_does_not_know_yet_is_sent_twice_more_before_it_closes(
    wallet: Wallet, code: str
) -> None:
    def after(sends: int) -> Move:
        return step(S.UNKNOWN, Command.ASK, O.ABSENT, wallet=wallet, declined_code=code, sends=sends)

    assert [(after(sends).state, after(sends).next_command) for sends in (1, 2, 3)] == [
        (S.UNKNOWN, Command.SEND),
        (S.UNKNOWN, Command.SEND),
        (S.CLOSED, None),
    ]
    waits = [after(sends).next_try_at or NOW for sends in (1, 2)]
    assert NOW + timedelta(seconds=10) <= waits[0] < waits[1]


@pytest.mark.parametrize(("command", "state"), [(Command.SEND, S.SENDING), (Command.ASK, S.UNKNOWN)])
def test_five_answers_that_no_table_knows_hold_a_refund_and_go_on_asking(
    command: Command, state: RefundState
) -> None:
    odd = Answer(O.UNKNOWN, "NEW_CODE", alarm=True)
    fourth, fifth = (
        next_step(a_refund(state=state, sends=1, last_sent_at=NOW, odd_answers=count), command, odd, NOW)
        for count in (ODD_ANSWERS_MAX - 1, ODD_ANSWERS_MAX)
    )
    assert (fourth.state, fourth.alarm) == (S.UNKNOWN, "NEW_CODE")
    assert (fifth.state, fifth.next_command, fifth.alarm) == (S.HELD, Command.ASK, "odd_answers")


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("alarm", [False, True])
def test_odd_is_only_what_proves_nothing_and_asks_for_a_person(outcome: Outcome, *, alarm: bool) -> None:
    assert is_odd(Answer(outcome, alarm=alarm)) == (outcome is O.UNKNOWN and alarm)


@pytest.mark.parametrize("state", [S.PROCESSING, S.ABNORMAL, S.SUCCEEDED])
def test_answers_that_no_table_knows_never_undo_an_acceptance(state: RefundState) -> None:
    refund = a_refund(state=state, odd_answers=99)
    assert next_step(refund, Command.ASK, Answer(O.UNKNOWN, "NEW_CODE", alarm=True), NOW).state is state


def test_a_released_refund_is_asked_about_and_goes_out_again_only_when_the_wallet_knows_nothing() -> None:
    released = {"released": True, "ever_unknown": True}
    assert step(S.HELD, Command.ASK, O.ABSENT, **released) == Move(S.HELD, Command.SEND, NOW)
    assert step(S.HELD, Command.ASK, O.SUCCEEDED, **released) == Move(S.SUCCEEDED)
    assert step(S.HELD, Command.ASK, O.UNKNOWN, **released).next_command is Command.ASK


def test_an_acceptance_that_turns_absent_alarms_once_and_stays() -> None:
    moves = [step(S.PROCESSING, Command.ASK, O.ABSENT, absent_asks=asks) for asks in (1, 2)]
    assert [move.alarm for move in moves] == ["absent_after_accepted", ""]
    assert {move.state for move in moves} == {S.PROCESSING}


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("state", sorted(TERMINAL))
def test_an_ended_refund_moves_only_by_a_fact_and_never_without_an_alarm(
    state: RefundState, outcome: Outcome
) -> None:
    move = step(state, Command.ASK, outcome)
    if move.state is not state:
        assert (state, move.state) in FACT_MOVES
        assert (move.state.value, move.alarm) == (outcome.value, "fact_against_end")


def test_a_closed_refund_that_the_wallet_paid_is_booked_as_paid() -> None:
    assert step(S.CLOSED, Command.ASK, O.SUCCEEDED) == Move(S.SUCCEEDED, alarm="fact_against_end")
    again = step(S.CANCELLED, Command.ASK, O.PROCESSING)
    assert (again.state, again.next_command) == (S.PROCESSING, Command.ASK)


def test_a_paid_refund_is_not_undone_by_a_stale_word() -> None:
    for outcome in (O.PROCESSING, O.ABNORMAL, O.CLOSED, O.ABSENT):
        assert step(S.SUCCEEDED, Command.ASK, outcome) == Move(S.SUCCEEDED, alarm="word_against_end")
    assert step(S.SUCCEEDED, Command.ASK, O.SUCCEEDED) == Move(S.SUCCEEDED)
