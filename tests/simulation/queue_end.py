"""What waits for approval when all faults are over: approved, declined, or named as waiting for a person."""

from __future__ import annotations

from tests.simulation.crew import OWNER, secret
from tests.simulation.history import History
from tests.simulation.view import RefundRow
from tests.simulation.watch import Violation

# Of the shops one in so many leaves its queue as it is.
_LEFT_ONE_IN = 3


def decide_what_waits(history: History) -> None:
    """The owner goes through the queue; what he may not approve any more he declines. Raises Violation."""
    waits = [row for row in history.view().refunds if row.state == "WAIT_APPROVAL"]
    for row in waits:
        if not is_named(history, row.refund_id):
            raise Violation("what_nobody_decided_waits_in_the_queue", row.refund_id)
    if history.seed % _LEFT_ONE_IN == 0:
        return
    for row in waits:
        _approve(history, row)
        if _waits(history, row):
            history.decide(lambda at, row=row: at.staff.decline(row.refund_id, OWNER, secret(OWNER), "old"))  # type: ignore[misc]
            history.watch.words.declined.add(row.name)
        if _waits(history, row):
            raise Violation("what_waits_can_be_declined", row.refund_id)
        history.look_at_all()


def is_named(history: History, number: str) -> bool:
    """Whether the queue names a refund that waits."""
    [counter, *_others] = history.counters
    return number in {one.refund_id for one in counter.staff.waiting()}


def _approve(history: History, row: RefundRow) -> None:
    """A good approval is taken: safety alone would let a program pass that never approves."""
    birth = history.watch.words.births[row.name]
    same = birth.beside == history.view().beside(row.order_id, row.refund_id)
    good = same and row.order_id not in history.view().uncertain() | history.view().on_hold
    history.watch.words.approves(OWNER, row, row.amount_fen, history.view(), history.now)
    history.decide(lambda at: at.staff.approve(row.refund_id, OWNER, secret(OWNER)))
    if good and _waits(history, row):
        raise Violation("a_good_approval_is_taken", row.refund_id)


def _waits(history: History, row: RefundRow) -> bool:
    return any(one.name == row.name and one.state == "WAIT_APPROVAL" for one in history.view().refunds)
