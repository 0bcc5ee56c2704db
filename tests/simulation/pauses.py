"""Invariants of orders on hold and maintenance windows: what was never sent waits, and goes on afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from scanrefund.model.refund import Command

if TYPE_CHECKING:
    from scanrefund.model.refund import Refund
    from tests.simulation.view import RefundRow
    from tests.simulation.watch import Journey, Watch


def what_waits_on_hold_has_no_plan(watch: Watch) -> str:
    """A plan that stays would have a worker try at every round, and tell the clerk of a send that is none."""
    return ", ".join(
        f"{row.refund_id} is to {row.next_command}"
        for row in _unsent(watch)
        if row.order_id in watch.view.on_hold and row.next_command is not None
    )


def a_lifted_hold_gives_the_plan_back(watch: Watch) -> str:
    lifted = watch.seen.on_hold - watch.view.on_hold
    return ", ".join(
        f"{row.refund_id} still waits"
        for row in _unsent(watch)
        if row.order_id in lifted and (row.next_command is None or row.next_try_at is None)
    )


def nothing_new_leaves_an_order_on_hold(watch: Watch, journey: Journey, refund: Refund) -> str:
    """What may have been sent before is asked about and sent again: only that brings it to its end."""
    row = next((row for row in watch.view.refunds if row.refund_id == refund.refund_id), None)
    first = row is not None and row.sends == 1 and journey.command is Command.SEND
    return refund.refund_id if first and refund.order_id in watch.view.on_hold else ""


def nothing_is_sent_in_a_window(_watch: Watch, journey: Journey, refund: Refund) -> str:
    """By the clock of the counter that sends."""
    return refund.refund_id if journey.in_window and journey.command is Command.SEND else ""


def _unsent(watch: Watch) -> list[RefundRow]:
    return [row for row in watch.view.refunds if row.state == "READY" and not row.sends]


PAUSES: Final[dict[str, Callable[[Watch], str]]] = {
    rule.__name__: rule for rule in (what_waits_on_hold_has_no_plan, a_lifted_hold_gives_the_plan_back)
}

PAUSED: Final[dict[str, Callable[[Watch, Journey, Refund], str]]] = {
    rule.__name__: rule for rule in (nothing_new_leaves_an_order_on_hold, nothing_is_sent_in_a_window)
}
