"""Mistakes around a trip: what is committed before it, what is sent, and whose answer counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, true
from sqlalchemy.sql.visitors import replacement_traverse

from scanrefund.dispatch import dispatcher
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.dispatch.worker import Worker
from scanrefund.ledger import refunds, trips
from scanrefund.ledger.engine import writing
from scanrefund.ledger.schema import refunds as table
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Command, RefundState
from tests.simulation.bugs.planting import Bed, Bug


def _no_epoch(bed: Bed) -> None:
    def make(end: Any) -> Any:
        def late(connection: Any, attempt: Any, *rest: Any) -> Any:
            now = refunds.required(connection, attempt.refund.refund_id)
            current = replace(attempt.refund, state=now.state, epoch=now.epoch)
            return end(connection, replace(attempt, refund=current), *rest)

        return late

    bed.wrap(trips, "end", make)


def _any_edge(bed: Bed) -> None:
    _no_epoch(bed)
    bed.wrap(trips, "may_move", lambda _true: lambda _old, _new: True)


def _free_when(condition: ColumnElement[bool]) -> Any:
    """Every statement that asks whether a refund is free asks something else."""

    def make(statement: Any) -> Any:
        def instead(element: Any, **_named: Any) -> Any:
            return condition if element is refunds.IS_FREE else None

        return replacement_traverse(statement, {}, instead)

    def plant(bed: Bed) -> None:
        bed.wrap(refunds, "_DUE", make)
        for name in ("_FREE", "_SEND", "_ASK"):
            bed.wrap(trips, name, make)

    return plant


def _sent_before_written(bed: Bed) -> None:
    def make(_dispatch: Any) -> Any:
        def dispatch(self: Any, refund: Any) -> Any:
            if refund.state is RefundState.SENDING:
                return self._recover(refund)
            if refund.next_command is None:
                return refund
            gateway = self._gateways[refund.wallet]
            answer = gateway.send(refund) if refund.next_command is Command.SEND else gateway.ask(refund)
            attempt = self._ledger.begin(refund, refund.next_command, self._lease, self._clock.now())
            return self._end(attempt, answer) if attempt else self._reread(refund)

        return dispatch

    bed.wrap(Dispatcher, "dispatch", make)


def _recovers_as(outcome: Outcome) -> Any:
    def plant(bed: Bed) -> None:
        def make(end: Any) -> Any:
            def wrong(self: Any, attempt: Any, answer: Answer) -> Any:
                return end(self, attempt, Answer(outcome) if answer.code == "interrupted" else answer)

            return wrong

        bed.wrap(Dispatcher, "_end", make)

    return plant


def _sends_changed(**changes: Any) -> Any:
    """From the second send on, something about the refund is another."""

    def plant(bed: Bed) -> None:
        def make(travel: Any) -> Any:
            def wrong(gateway: Any, attempt: Any) -> Any:
                refund = attempt.refund
                if attempt.command is Command.SEND and refund.sends > 1:
                    changed = {name: make_value(refund) for name, make_value in changes.items()}
                    attempt = replace(attempt, refund=replace(refund, **changed))
                return travel(gateway, attempt)

            return wrong

        bed.wrap(dispatcher, "_travel", make)

    return plant


def _history_without(**forced: Any) -> Any:
    def plant(bed: Bed) -> None:
        bed.wrap(dispatcher, "_history", lambda true: lambda *given: true(*given) | forced)

    return plant


def _unknown_never_left(bed: Bed) -> None:
    """A timeout counts as "did not leave"."""

    def make(travel: Any) -> Any:
        def wrong(gateway: Any, attempt: Any) -> Any:
            answer = travel(gateway, attempt)
            return replace(answer, outcome=Outcome.NOT_SENT) if answer.code == "timeout" else answer

        return wrong

    bed.wrap(dispatcher, "_travel", make)


def _two_hours(bed: Bed) -> None:
    def make(run_once: Any) -> Any:
        def wrong(self: Any, *rest: Any) -> Any:
            now = self._clock.now()
            with writing(bed.stage.engine) as connection:
                old = now - timedelta(hours=2)
                query = table.update().where(table.c.created_at < old, table.c.ended_at.is_(None))
                connection.execute(query.values(state="CLOSED", ended_at=now, next_command=None))
            return run_once(self, *rest)

        return wrong

    bed.wrap(Worker, "run_once", make)


def _not_on(outcome: Outcome) -> Any:
    """The poller reads only one kind of refund."""

    def plant(bed: Bed) -> None:
        def make(due: Any) -> Any:
            return lambda *given: [one for one in due(*given) if one.outcome is not outcome]

        bed.wrap(refunds, "due", make)

    return plant


def _forgets_the_dead(bed: Bed) -> None:
    bed.wrap(
        refunds,
        "due",
        lambda due: lambda *given: [one for one in due(*given) if one.state is not RefundState.SENDING],
    )


def _stranded(bed: Bed) -> None:
    bed.wrap(refunds, "AHEAD_MAX", lambda _true: timedelta(days=36_500))


def _impatient(bed: Bed) -> None:
    def make(due: Any) -> Any:
        def wrong(connection: Any, now: Any, *rest: Any) -> Any:
            return due(connection, now + timedelta(minutes=30), *rest)

        return wrong

    bed.wrap(refunds, "due", make)


def _end_unwritten(bed: Bed) -> None:
    """The move is counted, but no row tells of it."""

    def make(move: Any) -> Any:
        def wrong(connection: Any, *rest: Any, **named: Any) -> None:
            move(connection, *rest, **named)
            bed.stage.forget_last("moves", "move_id")

        return wrong

    bed.wrap(trips, "_move", make)


def _attempt_unwritten(bed: Bed) -> None:
    bed.wrap(trips, "_note_attempt", lambda _true: lambda *_given: 0)


TRIP_BUGS: Final = (
    Bug("late_answer_counts", "An answer counts although another worker has taken over since.", _no_epoch),
    Bug("stale_overwrites_end", "A stale PROCESSING overwrites SUCCEEDED: no edge is refused.", _any_edge),
    Bug("no_lease", "Two workers make the same trip at once.", _free_when(true())),
    Bug(
        "eternal_lease",
        "A dead process keeps its refunds for ever.",
        _free_when(table.c.lease_until.is_(None)),
    ),
    Bug("sent_before_written", "The trip is written down after it was made.", _sent_before_written),
    Bug(
        "dead_means_never_sent",
        "A send whose process died counts as never sent.",
        _recovers_as(Outcome.NOT_SENT),
    ),
    Bug("dead_means_closed", "Refunds found in SENDING at start are closed.", _recovers_as(Outcome.CLOSED)),
    Bug(
        "dead_means_paid",
        "Refunds found in SENDING at start are booked as paid.",
        _recovers_as(Outcome.SUCCEEDED),
    ),
    Bug(
        "body_changes",
        "A repeat is composed anew, with another body.",
        _sends_changed(body=lambda r: r.body + b"!"),
    ),
    Bug(
        "new_number",
        "A repeat goes out under a new number (Medusa).",
        _sends_changed(refund_id=lambda r: f"{r.refund_id}{r.sends}"),
    ),
    Bug(
        "amount_changes", "A repeat asks for another amount.", _sends_changed(amount=lambda r: r.order_amount)
    ),
    Bug(
        "unknown_past_forgotten",
        "That a send was once unknown is not remembered.",
        _history_without(ever_unknown=False),
    ),
    Bug(
        "never_left_for_ever",
        "One send that never left makes all later ones count as such.",
        _history_without(not_sent_only=True),
    ),
    Bug("timeout_never_left", "A read timeout counts as a refused connection.", _unknown_never_left),
    Bug("two_hours", "Whatever is open after two hours is closed (jeepay).", _two_hours),
    Bug("unknown_not_polled", "The poller skips what is unknown (jeepay).", _not_on(Outcome.UNKNOWN)),
    Bug("processing_not_polled", "The poller skips what is accepted.", _not_on(Outcome.PROCESSING)),
    Bug("dead_not_polled", "The poller skips what a dead process left.", _forgets_the_dead),
    Bug("stranded_by_a_clock", "A time written by a clock that ran a year ahead is waited for.", _stranded),
    Bug("impatient", "Trips are made half an hour before they are due.", _impatient),
    Bug("moves_unwritten", "State changes leave no trace.", _end_unwritten),
    Bug("attempts_unwritten", "Trips leave no trace.", _attempt_unwritten),
)
