"""Invariants of how one refund goes: which state follows which, what ends it, what it never loses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import Command
from tests.simulation.view import ENDED, RefundRow, time_of

if TYPE_CHECKING:
    from tests.simulation.watch import Journey, Watch

# No wait of ours is longer than an hour, a jitter of a fifth and one minute.
_WAIT_MAX: Final = timedelta(hours=1, minutes=15)
# How long after the last send an ask that finds nothing proves something, together with a second one.
_PROOF_AFTER: Final = timedelta(minutes=10)
_FOR_PEOPLE: Final = {"HELD", "WAIT_APPROVAL"}
_ALARMING: Final = {"HELD", "ABNORMAL", "RETURNED_TO_MERCHANT"}

# The house design's table of edges.
_EDGES: Final = {
    "WAIT_APPROVAL": "READY CANCELLED UNKNOWN",
    "READY": "SENDING CANCELLED UNKNOWN",
    "SENDING": "UNKNOWN PROCESSING SUCCEEDED RETURNED_TO_MERCHANT ABNORMAL HELD CLOSED",
    "UNKNOWN": "SENDING PROCESSING SUCCEEDED RETURNED_TO_MERCHANT ABNORMAL HELD CLOSED",
    "PROCESSING": "SUCCEEDED RETURNED_TO_MERCHANT ABNORMAL CLOSED",
    "ABNORMAL": "SUCCEEDED RETURNED_TO_MERCHANT PROCESSING",
    "HELD": "SENDING PROCESSING SUCCEEDED RETURNED_TO_MERCHANT ABNORMAL CLOSED",
}

# Out of an end leads only the wallet's own word, with an alarm and a frozen order.
_FACTS: Final = {
    "CLOSED": "PROCESSING ABNORMAL SUCCEEDED RETURNED_TO_MERCHANT",
    "CANCELLED": "PROCESSING ABNORMAL SUCCEEDED RETURNED_TO_MERCHANT",
    "SUCCEEDED": "RETURNED_TO_MERCHANT",
    "RETURNED_TO_MERCHANT": "SUCCEEDED",
}
_MOVES: Final = {**_EDGES, **_FACTS}


def only_known_moves_are_made(watch: Watch) -> str:
    if not watch.moves:
        return ""
    births = {row.refund_id: _born(watch, row) for row in watch.view.refunds if not row.is_found}
    for move in watch.moves:
        born = births.get(move.refund_id, move.old_state)
        before = watch.seen.last_move.get(move.refund_id, born)
        if move.old_state != before:
            return f"{move.refund_id}: {before} and then {move.old_state} → {move.new_state}"
        edges = _MOVES.get(move.old_state, "")
        if move.new_state not in edges.split():
            return f"{move.refund_id}: {move.old_state} → {move.new_state}"
        watch.seen.last_move[move.refund_id] = move.new_state
    return ""


def every_state_is_where_its_moves_lead(watch: Watch) -> str:
    for row in watch.view.refunds:
        last = watch.seen.last_move.get(row.refund_id)
        if last is None:
            last = row.state if row.is_found else _born(watch, row)
        if row.state != last:
            return f"{row.refund_id}: moved to {last}, is {row.state}"
    return ""


def an_end_is_left_only_by_a_fact(watch: Watch) -> str:
    """By what the wallet really has, with an alarm, and nothing more goes out of that order."""
    frozen = {order.order_id for order in watch.view.orders if order.frozen_why}
    alarmed = {entry.subject for entry in watch.entries if entry.kind == "alarm"}
    for row, old in _with_old(watch):
        if old.state not in ENDED or row.state == old.state:
            continue
        if (
            row.refund_id not in alarmed
            or row.order_id not in frozen
            or row.refund_id not in watch.truth.taken
        ):
            return f"{row.refund_id}: {old.state} → {row.state}"
    return ""


def counts_never_fall(watch: Watch) -> str:
    for row, old in _with_old(watch):
        if row.epoch < old.epoch or row.sends < old.sends or row.asks < old.asks or row.body != old.body:
            return row.refund_id
    return ""


def no_row_vanishes(watch: Watch) -> str:
    return ", ".join(sorted(set(watch.seen.rows) - {row.refund_id for row in watch.view.refunds}))


def nothing_sent_is_cancelled(watch: Watch) -> str:
    sends = [one for one in watch.truth.arrivals if one.command is Command.SEND]
    # What an old copy has forgotten, and the wallet never took, was never sent.
    known = {one.number for one in sends if (one.number, one.body) not in watch.lost_sends}
    cancelled = [row for row in watch.view.refunds if row.state == "CANCELLED"]
    return ", ".join(row.refund_id for row in cancelled if row.sends or row.refund_id in known)


def an_end_is_the_wallets_own(watch: Watch) -> str:
    """SUCCEEDED and RETURNED_TO_MERCHANT are the wallet's truth, and what was found paid is paid."""
    for row in watch.view.refunds:
        taken = watch.truth.taken.get(row.refund_id)
        state = taken.state(watch.now).value if taken else "nothing"
        told = "SUCCEEDED" if row.state == "EXTERNAL" else row.state
        if told in ("SUCCEEDED", "RETURNED_TO_MERCHANT") and state != told:
            return f"{row.refund_id} is {row.state} here and {state} there"
    return ""


def nothing_closes_without_proof(watch: Watch) -> str:
    """Closed means: the wallet said so; or it refused, nothing was ever unknown, and an ask found nothing;
    or two asks found nothing ten minutes and more after the last send."""
    for row in watch.view.refunds:
        if row.state != "CLOSED" or row.refund_id in watch.truth.taken or row.refund_id in watch.from_copy:
            continue
        past = watch.journeys.get(row.refund_id, [])
        absent = _absent_since_last_send(past)
        if not absent:
            return f"{row.refund_id} was never asked about"
        sends = [one for one in past if one.command is Command.SEND]
        late = [one for one in absent if one.left_at >= sends[-1].left_at + _PROOF_AFTER]
        if any(map(_unproved, sends)) and len(late) < 2 and watch.clocks_agree:
            return f"{row.refund_id} had a send whose end nobody knows"
    return ""


def whoever_is_open_has_a_next_step(watch: Watch) -> str:
    for row in watch.view.refunds:
        if not row.is_open or (row.state in _FOR_PEOPLE and not _may_have_arrived(watch, row)):
            continue
        if row.state == "READY" and row.order_id in watch.view.on_hold:
            continue
        at = time_of(row.next_try_at)
        if at is None or row.next_command is None:
            return f"{row.refund_id} is {row.state} and nothing will happen"
        if watch.clocks_agree and at > watch.now + _WAIT_MAX:
            return f"{row.refund_id} waits until {at}"
    return ""


def nothing_ended_is_to_be_sent(watch: Watch) -> str:
    return ", ".join(
        row.refund_id for row in watch.view.refunds if not row.is_open and row.next_command == "SEND"
    )


def people_are_told(watch: Watch) -> str:
    """Held, stuck and returned refunds have raised an alarm in the book."""
    alarmed = set(watch.seen.alarms) | {entry.subject for entry in watch.entries if entry.kind == "alarm"}
    return ", ".join(
        f"{row.refund_id} is {row.state}"
        for row in watch.view.refunds
        if row.state in _ALARMING and row.refund_id not in alarmed
    )


def _born(watch: Watch, row: RefundRow) -> str:
    """The state in which a refund of ours was made."""
    birth = watch.words.births.get(row.name)
    return "WAIT_APPROVAL" if birth is not None and birth.state == "WAIT_APPROVAL" else "READY"


def _with_old(watch: Watch) -> list[tuple[RefundRow, RefundRow]]:
    old = watch.seen.rows
    return [(row, old[row.refund_id]) for row in watch.view.refunds if row.refund_id in old]


def _absent_since_last_send(past: list[Journey]) -> list[Journey]:
    """The asks since the last send that found nothing."""
    absent: list[Journey] = []
    for journey in reversed(past):
        if journey.command is Command.SEND:
            break
        if journey.answer is not None and journey.answer.outcome is Outcome.ABSENT:
            absent.append(journey)
    return absent


def _may_have_arrived(watch: Watch, row: RefundRow) -> bool:
    """Whether nobody has asked since a send of this refund, one of which may have arrived."""
    past = watch.journeys.get(row.refund_id, [])
    return any(map(_unproved, past)) and past[-1].command is Command.SEND


def _unproved(journey: Journey) -> bool:
    """A send whose answer was lost, or whose process died."""
    lost = journey.answer is None or journey.answer.outcome is Outcome.UNKNOWN
    return journey.command is Command.SEND and lost


MOVES: Final[dict[str, Callable[[Watch], str]]] = {
    rule.__name__: rule
    for rule in (
        only_known_moves_are_made,
        every_state_is_where_its_moves_lead,
        an_end_is_left_only_by_a_fact,
        counts_never_fall,
        no_row_vanishes,
        nothing_sent_is_cancelled,
        an_end_is_the_wallets_own,
        nothing_closes_without_proof,
        whoever_is_open_has_a_next_step,
        nothing_ended_is_to_be_sent,
        people_are_told,
    )
}
