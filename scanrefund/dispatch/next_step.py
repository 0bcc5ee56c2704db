"""What an answer means for a refund: (refund with its history, command, answer, now) → Move. Pure, a table.

Rules (house design §6; WeChat Pay 4014959631; Alipay trade.refund):
unknown asks first; an ask that finds nothing lets the same number go out again; a refusal is final only
when an ask finds nothing and no trip was ever unknown; nothing ever closes because time has passed. An
ended refund that is looked at again moves only when the wallet's word goes against its end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from scanrefund.dispatch.backoff import STUCK_S, processing_delay_s, unknown_delay_s
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import FACT_MOVES, TERMINAL, Command, Refund, RefundState, may_move
from scanrefund.model.wallet import FACTS

# After this many answers that no table knows, asking on by ourselves teaches nothing: a person must look.
ODD_ANSWERS_MAX: Final = 5
# "No such order" may be false shortly after the payment (WeChat Pay): the same number goes out twice more.
ORDER_MISSING_SENDS: Final = 3


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
    move = _decide(turn)
    if is_odd(answer) and refund.odd_answers >= ODD_ANSWERS_MAX and may_move(refund.state, RefundState.HELD):
        return replace(move, state=RefundState.HELD, alarm="odd_answers")
    if answer.alarm and not move.alarm:
        return replace(move, alarm=answer.code or "look")
    return move


def is_odd(answer: Answer) -> bool:
    """Whether an answer proves nothing in a way that no table knows: unlisted, unreadable or forged."""
    return answer.outcome is Outcome.UNKNOWN and answer.alarm


def _decide(turn: Turn) -> Move:
    if turn.refund.state in TERMINAL:
        return _of_ended(turn)
    table = _ON_SEND if turn.command is Command.SEND else _ON_ASK
    return table[turn.answer.outcome](turn)


def _of_ended(turn: Turn) -> Move:
    """A second look at an ended refund. Facts beat beliefs; anything else leaves the end as it is."""
    state, outcome = turn.refund.state, turn.answer.outcome
    if outcome in (Outcome.UNKNOWN, Outcome.NOT_SENT):
        return _ask_failed(turn)
    move = _ON_ASK[outcome](turn) if outcome in TELLING else Move(state)
    if (state, move.state) in FACT_MOVES:
        return replace(move, alarm="fact_against_end")
    paid_but_absent = outcome is Outcome.ABSENT and state in _PAID
    return Move(state, alarm="word_against_end" if move.state is not state or paid_but_absent else "")


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
    if not refund.sends:
        # Only in a restored old copy: whether it was withdrawn since the copy was made, no wallet can tell.
        return Move(RefundState.HELD, alarm="never_sent_in_old_books")
    if not refund.declined_code or _may_be_too_early(refund):
        return Move(RefundState.UNKNOWN, Command.SEND, _at(turn, _resend_delay_s(refund)))
    if refund.ever_unknown:
        return Move(RefundState.HELD, alarm="declined_after_unknown")
    return Move(RefundState.CLOSED)


def _may_be_too_early(refund: Refund) -> bool:
    """The wallet refused because it knows no such order, and was not asked often enough to be believed."""
    missing = refund.declined_code in FACTS[refund.wallet].order_missing_codes
    return missing and refund.sends < ORDER_MISSING_SENDS


def _resend_delay_s(refund: Refund) -> float:
    """The first repeat goes at once, unless the order is too new; each later one waits longer."""
    if refund.declined_code:
        return unknown_delay_s(refund.sends - 1, refund.refund_id)
    return 0.0 if refund.sends <= 1 else unknown_delay_s(refund.sends - 2, refund.refund_id)


def _contradiction(turn: Turn) -> Move:
    """An ask finds nothing although the wallet had it, or a person holds it.

    What a person has released goes out again under its number; all else stays, and the first such ask
    after an acceptance tells somebody.
    """
    refund = turn.refund
    if refund.state is RefundState.HELD:
        again = Move(RefundState.HELD, Command.SEND, _at(turn, 0.0))
        return again if refund.released else Move(RefundState.HELD)
    return _ask_in(turn, refund.state, STUCK_S, "absent_after_accepted" if refund.absent_asks <= 1 else "")


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


# Outcomes that say where the money of a refund is.
TELLING: Final = frozenset(
    {
        Outcome.SUCCEEDED,
        Outcome.PROCESSING,
        Outcome.ABNORMAL,
        Outcome.CLOSED,
        Outcome.RETURNED_TO_MERCHANT,
    }
)
_PAID: Final = frozenset({RefundState.SUCCEEDED, RefundState.RETURNED_TO_MERCHANT})

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
