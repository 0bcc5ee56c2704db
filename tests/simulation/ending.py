"""The second phase, without faults: within eight days everything ends, and the end is the truth."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from scanrefund.ledger.by_hand import PROOF_AFTER
from scanrefund.ledger.refunds import AHEAD_MAX
from tests.simulation.history import History
from tests.simulation.queue_end import decide_what_waits, is_named
from tests.simulation.view import View, time_of
from tests.simulation.watch import Violation

# WeChat Pay closes an unfunded refund after seven days; one more for us to learn it.
PATIENCE: Final = timedelta(days=8)
# Hourly looks for eight days, and as many again for what happens in between.
ROUNDS_MAX: Final = 400
# A minute apart: longer than any lease is honoured.
_LOOK_UPS_MAX: Final = 300


def bring_to_an_end(history: History) -> None:
    """Let workers run on honest wires until nobody waits. Raises Violation."""
    history.quiet_down()
    _lift_every_hold(history)
    _look_up(history)
    _let_work(history)
    decide_what_waits(history)
    _let_work(history)
    for row in history.view().refunds:
        if row.state == "HELD":
            _let_a_person_decide(history, row.refund_id)
    _let_work(history)
    history.look_at_all()
    for row in history.view().refunds:
        _must_have_ended(history, row.refund_id, row.state)
    if history.view().on_hold:
        raise Violation("nothing_stays_on_hold", ", ".join(sorted(history.view().on_hold)))
    _no_code_is_written(history)


def _lift_every_hold(history: History) -> None:
    """From here on nobody is there to lift one: what waited must end by itself."""
    for order_id in sorted(history.view().on_hold):
        history.decide(lambda at, order_id=order_id: at.supervisor.thaw(order_id, history.hand))  # type: ignore[misc]


def _look_up(history: History) -> None:
    """Until every order is: what a dead counter was at cannot be asked about while its lease stands."""
    for _ in range(_LOOK_UPS_MAX):
        incomplete = 0
        for looked_up in history.counters[0].recovery.all():
            incomplete += not looked_up.complete
            history.note(f"looked up {looked_up.order_id}: {len(looked_up.found)} found")
        if not incomplete:
            return
        history.forward(60.0)


def _let_work(history: History) -> None:
    until = history.now + PATIENCE
    for _ in range(ROUNDS_MAX):
        history.round()
        wake_at = _next_time(history.view(), history.now)
        if wake_at is None or wake_at > until:
            return
        history.forward((wake_at - history.now).total_seconds())


def _let_a_person_decide(history: History, number: str) -> None:
    """What is held goes on under its number, or closes by proof; not while a dead counter's lease stands."""
    _wait_for_the_lease(history, number)
    history.decide(lambda at: at.supervisor.release(number, history.hand))
    _let_work(history)
    if any(row.refund_id == number and row.state == "HELD" for row in history.view().refunds):
        history.forward(PROOF_AFTER.total_seconds() + history.world.skew_s)
        history.decide(lambda at: at.supervisor.close(number, history.hand))


def _wait_for_the_lease(history: History, number: str) -> None:
    """A clock that ran ahead leaves a lease longer than any; the rules honour it up to `AHEAD_MAX`."""
    for row in history.view().refunds:
        until = time_of(row.lease_until)
        if row.refund_id == number and until is not None and until > history.now:
            history.forward(min(until - history.now, AHEAD_MAX).total_seconds() + history.world.skew_s)


def _must_have_ended(history: History, number: str, state: str) -> None:
    taken = history.truth.taken.get(number)
    truth = taken.state(history.now).value if taken else "nothing"
    if state == "EXTERNAL" and truth == "SUCCEEDED":
        return
    if state == "WAIT_APPROVAL" and is_named(history, number):
        return
    if state == "PAID_OTHER_WAY":
        return  # judged by `no_customer_is_paid_twice`
    if state == "CLOSED" and truth in ("nothing", "CLOSED"):
        if history.world.is_calm:
            raise Violation("a_calm_refund_succeeds", f"{number} is {state}")
        return
    if state == "CANCELLED" and truth == "nothing":
        return
    if state not in ("SUCCEEDED", "RETURNED_TO_MERCHANT") or state != truth:
        raise Violation("everything_ends_as_the_wallet_says", f"{number} is {state} here and {truth} there")


def _no_code_is_written(history: History) -> None:
    """A payment code is money for a minute: its digits are nowhere in the database."""
    everything = history.stage.database.serialize()
    for wish in history.wishes:
        if wish.digits and wish.digits.encode() in everything:
            raise Violation("no_payment_code_is_written_down", wish.name)


def _next_time(view: View, now: datetime) -> datetime | None:
    """When the next trip is due, at the latest an hour from now; None when nobody waits for one."""
    times = []
    for row in view.refunds:
        at, lease = time_of(row.next_try_at), time_of(row.lease_until)
        if row.is_open and at is not None:
            times.append(max(at, lease) if lease else at)
    if not times:
        return None
    return min(max(min(times), now + timedelta(seconds=1)), now + timedelta(hours=1))
