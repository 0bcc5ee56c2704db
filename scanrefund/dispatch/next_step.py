"""What an answer means for a refund: (refund with its history, command, answer, now) → Move. Pure, a table.

Rules (house design §6; WeChat Pay 4014959631; Alipay trade.refund):
unknown asks first; an ask that finds nothing lets the same number go out again; a refusal is final only
when an ask finds nothing and no trip was ever unknown; nothing ever closes because time has passed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from scanrefund.dispatch.backoff import STUCK_S, processing_delay_s, unknown_delay_s
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Command, Refund, RefundState
from scanrefund.model.wallet import FACTS


@dataclass(frozen=True, slots=True)
class Move:
    """Where the refund goes, what the next trip is for and when; `alarm` is a word for a person, or empty."""

    state: RefundState
    next_command: Command | None = None
    next_try_at: datetime | None = None
    alarm: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer with what it answers."""

    refund: Refund
    command: Command
    answer: Answer
    now: datetime


def next_step(refund: Refund, command: Command, answer: Answer, now: datetime) -> Move:
    """The one decision about an answer. `refund` is the row as the trip began, its trip counted."""
    turn = Turn(refund, command, answer, now)
    decide = _ON_SEND if command is Command.SEND else _ON_ASK
    move = decide[answer.outcome](turn)
    if answer.alarm and not move.alarm:
        return Move(move.state, move.next_command, move.next_try_at, answer.code or "look")
    return move


def _end(state: RefundState, alarm: str = "") -> Callable[[Turn], Move]:
    return lambda _turn: Move(state, alarm=alarm)


def _processing(turn: Turn) -> Move:
    """Accepted: look again with decay."""
    return _ask_in(turn, RefundState.PROCESSING, processing_delay_s(turn.refund.asks))


def _abnormal(turn: Turn) -> Move:
    """Stuck at the wallet; people act there, we look hourly."""
    return _ask_in(turn, RefundState.ABNORMAL, STUCK_S, "abnormal")


def _not_sent(turn: Turn) -> Move:
    """Nothing left this machine. While that is true of every send, the same number may go without an ask."""
    delay_s = unknown_delay_s(turn.refund.sends - 1, turn.refund.refund_id)
    command = Command.SEND if turn.refund.not_sent_only else Command.ASK
    return Move(RefundState.UNKNOWN, command, _at(turn, delay_s))


def _unknown(turn: Turn) -> Move:
    """No proof of anything: ask, not before the wallet can know. A long wait for the answer counts."""
    refund = turn.refund
    delay_s = unknown_delay_s(refund.sends + refund.asks - 1, refund.refund_id)
    floor_s = float(FACTS[refund.wallet].ask_after_send_s)
    waited_s = (turn.now - (refund.last_sent_at or turn.now)).total_seconds()
    return _ask_in(turn, RefundState.UNKNOWN, max(delay_s, floor_s) - max(waited_s, 0.0))


def _declined(turn: Turn) -> Move:
    """A refusal on sending: ask at once whether anything stands under this number."""
    return _ask_in(turn, RefundState.UNKNOWN, 0.0)


def _held(turn: Turn) -> Move:
    """People can cure it; if an earlier trip is open, its money is asked about first."""
    if turn.refund.ever_unknown:
        return _ask_in(turn, RefundState.HELD, 0.0, turn.answer.code or "held")
    return Move(RefundState.HELD, alarm=turn.answer.code or "held")


def _absent(turn: Turn) -> Move:
    """The wallet knows nothing under this number."""
    refund = turn.refund
    if refund.state is not RefundState.UNKNOWN:
        return _contradiction(turn)
    if not refund.declined_code:
        return Move(RefundState.UNKNOWN, Command.SEND, _at(turn, _resend_delay_s(refund)))
    if refund.ever_unknown:
        return Move(RefundState.HELD, alarm="declined_after_unknown")
    return Move(RefundState.CLOSED)


def _resend_delay_s(refund: Refund) -> float:
    """The first repeat goes at once; each later one waits longer."""
    return 0.0 if refund.sends <= 1 else unknown_delay_s(refund.sends - 2, refund.refund_id)


def _contradiction(turn: Turn) -> Move:
    """An ask finds nothing although the wallet had it, or a person holds it: stay, and tell somebody."""
    if turn.refund.state is RefundState.HELD:
        return Move(RefundState.HELD)
    return _ask_in(turn, turn.refund.state, STUCK_S, "absent_after_accepted")


def _ask_failed(turn: Turn) -> Move:
    """The ask told nothing about the refund: stay, ask again later."""
    refund = turn.refund
    delay_s = unknown_delay_s(refund.asks - 1, refund.refund_id)
    return _ask_in(turn, refund.state, delay_s)


def _ask_refused(turn: Turn) -> Move:
    """The wallet refuses to be asked (keys, rights, a wrong number): a person must look, we go on asking."""
    return _ask_in(turn, turn.refund.state, STUCK_S, turn.answer.code or "ask_refused")


def _processing_again(turn: Turn) -> Move:
    """Still on its way. One that is stuck or held stays so only by the wallet's word, which this is not."""
    return _processing(turn)


def _closed_while_stuck(turn: Turn) -> Move:
    """ABNORMAL never closes by itself (WeChat Pay 4013071193); an answer that says so needs a person."""
    if turn.refund.state is RefundState.ABNORMAL:
        return _ask_in(turn, RefundState.ABNORMAL, STUCK_S, "closed_while_abnormal")
    return Move(RefundState.CLOSED)


def _ask_in(turn: Turn, state: RefundState, delay_s: float, alarm: str = "") -> Move:
    return Move(state, Command.ASK, _at(turn, delay_s), alarm)


def _at(turn: Turn, delay_s: float) -> datetime:
    return turn.now + timedelta(seconds=max(delay_s, turn.answer.wait_s, 0.0))


_ON_SEND: Final[dict[Outcome, Callable[[Turn], Move]]] = {
    Outcome.SUCCEEDED: _end(RefundState.SUCCEEDED),
    Outcome.RETURNED_TO_MERCHANT: _end(RefundState.RETURNED_TO_MERCHANT, "returned_to_merchant"),
    Outcome.CLOSED: _end(RefundState.CLOSED),
    Outcome.PROCESSING: _processing,
    Outcome.ABNORMAL: _abnormal,
    Outcome.NOT_SENT: _not_sent,
    Outcome.UNKNOWN: _unknown,
    Outcome.ABSENT: _unknown,
    Outcome.DECLINED: _declined,
    Outcome.HELD: _held,
}

_ON_ASK: Final[dict[Outcome, Callable[[Turn], Move]]] = {
    Outcome.SUCCEEDED: _end(RefundState.SUCCEEDED),
    Outcome.RETURNED_TO_MERCHANT: _end(RefundState.RETURNED_TO_MERCHANT, "returned_to_merchant"),
    Outcome.CLOSED: _closed_while_stuck,
    Outcome.PROCESSING: _processing_again,
    Outcome.ABNORMAL: _abnormal,
    Outcome.NOT_SENT: _ask_failed,
    Outcome.UNKNOWN: _ask_failed,
    Outcome.ABSENT: _absent,
    Outcome.DECLINED: _ask_refused,
    Outcome.HELD: _ask_refused,
}
