"""Mistakes around orders on hold and maintenance windows: what must wait goes, or waits for ever."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import update

from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.ledger import holds, orders, refunds, trips
from scanrefund.ledger.by_hand import ByHand
from scanrefund.ledger.order_schema import holds as hold_rows
from scanrefund.model.hold import ON_HOLD
from scanrefund.model.refund import Command
from tests.simulation.bugs.planting import Bed, Bug


def _hold_ignored(bed: Bed) -> None:
    bed.wrap(holds, "keeps_back", lambda _true: lambda *_given: False)


def _hold_keeps_plan(bed: Bed) -> None:
    def make(plan: Any) -> Any:
        def wrong(connection: Any, refund: Any, cause: str, *rest: Any) -> None:
            if cause != ON_HOLD:
                plan(connection, refund, cause, *rest)

        return wrong

    bed.wrap(holds, "_plan", make)


def _of_order(connection: Any, order_id: str) -> list[Any]:
    return refunds.listed(connection, open_only=True, order_id=order_id, limit=99)


def _hold_stops_asking(bed: Bed) -> None:
    def make(named: Any) -> Any:
        def wrong(connection: Any, number: str) -> Any:
            order, _never_sent = named(connection, number)
            return order, _of_order(connection, order.order_id)

        return wrong

    bed.wrap(holds, "_named", make)


def _lift_forgets(bed: Bed) -> None:
    def make(_lift: Any) -> Any:
        def wrong(connection: Any, hold: Any, hand: Any, now: datetime) -> None:
            this = update(hold_rows).where(hold_rows.c.hold_id == hold.hold_id)
            connection.execute(this.values(lifted_by=hand.by, lifted_at=now))

        return wrong

    bed.wrap(holds, "lift", make)


def _lift_sends_all(bed: Bed) -> None:
    def make(lift: Any) -> Any:
        def wrong(connection: Any, hold: Any, hand: Any, now: datetime) -> None:
            lift(connection, hold, hand, now)
            plan = {"next_command": Command.SEND.value, "next_try_at": now}
            for one in _of_order(connection, hold.order_id):
                trips.decide(connection, one, one.state, now, "hold_lifted", plan)

        return wrong

    bed.wrap(holds, "lift", make)


def _thaw_leaves_hold(bed: Bed) -> None:
    def make(_thaw: Any) -> Any:
        def wrong(self: Any, order_id: str, *_rest: Any) -> None:
            with self._ledger.writing() as connection:
                orders.thaw(connection, order_id)

        return wrong

    bed.wrap(ByHand, "thaw", make)


def _window_ignored(bed: Bed) -> None:
    def make(_put_off: Any) -> Any:
        return lambda self, refund, *_rest: self._trip(self._gateways[refund.wallet], refund, Command.SEND)

    bed.wrap(Dispatcher, "_put_off", make)


def _window_forgets(bed: Bed) -> None:
    def make(put_off: Any) -> Any:
        return lambda connection, refund, _until, now: put_off(connection, refund, None, now)

    bed.wrap(trips, "put_off", make)


PAUSE_BUGS: Final = (
    Bug("hold_ignored", "The last look before a send does not see that the order is on hold.", _hold_ignored),
    Bug("hold_keeps_plan", "A hold leaves the plan to what has not been sent.", _hold_keeps_plan),
    Bug("hold_stops_asking", "A hold stops also what may have been sent: nobody asks.", _hold_stops_asking),
    Bug("lift_forgets", "Lifting a hold gives no plan back.", _lift_forgets),
    Bug("lift_sends_all", "Lifting a hold sends again what may have been sent.", _lift_sends_all),
    Bug("thaw_leaves_hold", "An order is thawed and its hold stays.", _thaw_leaves_hold),
    Bug("window_ignored", "A maintenance window keeps no send back.", _window_ignored),
    Bug("window_forgets", "What a maintenance window keeps back is never sent.", _window_forgets),
)
