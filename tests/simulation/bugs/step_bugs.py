"""Mistakes in the one decision: what an answer means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from scanrefund.dispatch import dispatcher
from scanrefund.dispatch.next_step import Move
from scanrefund.dispatch.next_step import next_step as true_step
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Command, Refund, RefundState
from scanrefund.model.wallet import Wallet
from tests.simulation.bugs.planting import Bed, Bug

Step = Callable[[Refund, Command, Answer, datetime], Move]
# The true decision and what it is asked about → the wrong decision.
Wrong = Callable[[Move, Refund, Command, Answer, datetime], Move]

SEND, ASK = Command.SEND, Command.ASK
S, O = RefundState, Outcome  # noqa: E741


def _step(name: str, story: str, wrong: Wrong) -> Bug:
    def make(decide: Step) -> Step:
        def step(refund: Refund, command: Command, answer: Answer, now: datetime) -> Move:
            return wrong(decide(refund, command, answer, now), refund, command, answer, now)

        return step

    def plant(bed: Bed) -> None:
        bed.wrap(dispatcher, "next_step", make)

    return Bug(name, story, plant)


def _ends(name: str, story: str, outcome: Outcome, state: RefundState, command: Command | None = None) -> Bug:
    """An outcome that is taken for an end."""

    def wrong(move: Move, _refund: Refund, did: Command, answer: Answer, _now: datetime) -> Move:
        hit = answer.outcome is outcome and command in (None, did)
        return Move(state, alarm=move.alarm) if hit else move

    return _step(name, story, wrong)


def _rests(move: Move) -> Move:
    return replace(move, next_command=None, next_try_at=None)


def _three_strikes(move: Move, refund: Refund, _did: Command, answer: Answer, _now: datetime) -> Move:
    return Move(S.CLOSED) if answer.outcome is O.UNKNOWN and refund.sends + refund.asks >= 3 else move


def _blind_resend(move: Move, _refund: Refund, _did: Command, answer: Answer, _now: datetime) -> Move:
    return replace(move, next_command=SEND) if answer.outcome is O.UNKNOWN and move.next_command else move


def _past_forgotten(move: Move, refund: Refund, did: Command, answer: Answer, _now: datetime) -> Move:
    refused = did is ASK and answer.outcome is O.ABSENT and refund.declined_code
    return Move(S.CLOSED) if refused else move


def _gives_up(move: Move, refund: Refund, _did: Command, _answer: Answer, _now: datetime) -> Move:
    return _rests(move) if refund.asks >= 5 else move


def _never_polled(move: Move, _refund: Refund, _did: Command, _answer: Answer, _now: datetime) -> Move:
    return _rests(move) if move.state is S.UNKNOWN else move


def _stuck_is_left(move: Move, _refund: Refund, _did: Command, _answer: Answer, _now: datetime) -> Move:
    return _rests(move) if move.state is S.ABNORMAL else move


def _at_once(move: Move, _refund: Refund, did: Command, answer: Answer, now: datetime) -> Move:
    return replace(move, next_try_at=now) if did is ASK and answer.outcome is O.UNKNOWN else move


def _too_soon(move: Move, _refund: Refund, did: Command, answer: Answer, now: datetime) -> Move:
    return replace(move, next_try_at=now) if did is SEND and answer.outcome is O.UNKNOWN else move


def _deaf_to_waits(_move: Move, refund: Refund, did: Command, answer: Answer, now: datetime) -> Move:
    return true_step(refund, did, replace(answer, wait_s=0), now)


def _unsigned_believed(move: Move, _refund: Refund, _did: Command, answer: Answer, _now: datetime) -> Move:
    return Move(S.SUCCEEDED) if answer.code == "bad_signature" else move


def _silent(move: Move, _refund: Refund, _did: Command, _answer: Answer, _now: datetime) -> Move:
    return replace(move, alarm="")


def _fund_change_n(move: Move, refund: Refund, did: Command, answer: Answer, _now: datetime) -> Move:
    hit = refund.wallet is Wallet.ALIPAY and did is SEND and answer.outcome is O.PROCESSING
    return Move(S.CLOSED) if hit else move


def _held_untold(move: Move, refund: Refund, _did: Command, answer: Answer, _now: datetime) -> Move:
    return _rests(move) if move.state is S.HELD else move


def _deaf_to_closed(move: Move, refund: Refund, did: Command, answer: Answer, now: datetime) -> Move:
    if did is ASK and answer.outcome is O.CLOSED:
        return true_step(refund, did, Answer(O.PROCESSING), now)
    return move


def _absent_is_paid(move: Move, refund: Refund, did: Command, answer: Answer, _now: datetime) -> Move:
    paid = did is ASK and answer.outcome is O.ABSENT and refund.ever_unknown
    return Move(S.SUCCEEDED) if paid else move


def _backwards(move: Move, refund: Refund, did: Command, answer: Answer, _now: datetime) -> Move:
    lost = did is ASK and answer.outcome is O.UNKNOWN and refund.state is S.PROCESSING
    return replace(move, state=S.UNKNOWN) if lost else move


def _late(move: Move, _refund: Refund, _did: Command, _answer: Answer, now: datetime) -> Move:
    return replace(move, next_try_at=now.replace(year=now.year + 1)) if move.next_try_at else move


STEP_BUGS: Final = (
    _ends(
        "unknown_is_failed",
        "A timeout on sending closes the refund (jeepay, pretix, GOV.UK Pay).",
        O.UNKNOWN,
        S.CLOSED,
        SEND,
    ),
    _ends("a_lost_ask_is_failed", "A timeout on asking closes the refund.", O.UNKNOWN, S.CLOSED, ASK),
    _ends(
        "absent_is_failed",
        "What the query does not find is closed, though it may be on its way.",
        O.ABSENT,
        S.CLOSED,
        ASK,
    ),
    _ends(
        "declined_is_final",
        "A refusal closes at once; an earlier twin may be the cause.",
        O.DECLINED,
        S.CLOSED,
        SEND,
    ),
    _ends(
        "held_is_failed",
        "A short balance closes the refund; the clerk starts another.",
        O.HELD,
        S.CLOSED,
        SEND,
    ),
    _ends("stuck_is_failed", "ABNORMAL counts as failed (jeepay).", O.ABNORMAL, S.CLOSED),
    _ends("accepted_is_paid", "PROCESSING counts as success.", O.PROCESSING, S.SUCCEEDED),
    _ends(
        "returned_is_paid",
        "Money that went back to the merchant counts as paid.",
        O.RETURNED_TO_MERCHANT,
        S.SUCCEEDED,
    ),
    _ends(
        "not_sent_is_failed",
        "A refused connection closes the refund, whatever went out before.",
        O.NOT_SENT,
        S.CLOSED,
    ),
    _step(
        "three_strikes",
        "After three unknowns the refund is given up (hyperswitch before 2026).",
        _three_strikes,
    ),
    _step("blind_resend", "An unknown is sent again without asking.", _blind_resend),
    _step("past_forgotten", "A refusal closes although an earlier send was never proved.", _past_forgotten),
    _step("gives_up", "After five asks nobody asks again (Kill Bill).", _gives_up),
    _step(
        "never_polled", "An unknown stays where it is; the poller does not read it (jeepay).", _never_polled
    ),
    _step("stuck_is_left", "An ABNORMAL refund is never looked at again.", _stuck_is_left),
    _step("held_untold", "A held refund with an open past is not asked about.", _held_untold),
    _step("hot_loop", "A lost ask is repeated at once, for ever.", _at_once),
    _step("asks_too_soon", "An unknown send is asked about at once.", _too_soon),
    _step("deaf_to_waits", "The wallet's rate limit is not waited out.", _deaf_to_waits),
    _step("unsigned_believed", "An answer with a wrong signature counts as success.", _unsigned_believed),
    _step("nobody_is_told", "No alarm is ever raised.", _silent),
    _step("fund_change_n", "Alipay's fund_change=N counts as failed.", _fund_change_n),
    _step("deaf_to_closed", "A refund that the wallet closed is asked about for ever.", _deaf_to_closed),
    _step("absent_is_paid", "What the query does not find is taken for done.", _absent_is_paid),
    _step("backwards", "A lost ask turns an accepted refund back into an unknown one.", _backwards),
    _step("next_year", "The next try is written into the next year.", _late),
)
