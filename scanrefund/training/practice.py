"""The practice counter: sets an exercise up, holds out what the customer shows, and judges what was left."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from scanrefund.errors import Bug, UsageFault
from scanrefund.house import House
from scanrefund.ledger.practised import made_of, refused_of
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.staff import Staff
from scanrefund.training.customers import HeldOut, held_out
from scanrefund.training.deeds import Deeds
from scanrefund.training.exercises import BY_NAME, Exercise, Shows
from scanrefund.training.judge import Judgement, judge
from scanrefund.training.people import SUPERVISOR_ID
from scanrefund.training.results import Result, Results
from scanrefund.training.wallets import PracticeWallets
from scanrefund.wish import RefundRequest


@dataclass(slots=True)
class Running:
    """One exercise under way: whose it is, on which order, and what the customer has shown so far."""

    exercise: Exercise
    order: Order
    begun_at: datetime
    shown: list[Shows] = field(default_factory=list)


class Practice:
    """One exercise at a time for each person. Every method may be called from any thread.

    `reason_text` gives a reason of refund as the ledger writes it.
    """

    def __init__(
        self,
        house: House,
        wallets: PracticeWallets,
        results: Results,
        reason_text: Callable[[str], str],
    ) -> None:
        self.results = results
        self._house = house
        self._wallets = wallets
        self._reason_text = reason_text
        self._lock = threading.Lock()
        self._running: dict[str, Running] = {}

    def begin(self, person: Staff, name: str) -> Running:
        """Set an exercise up anew; one that was under way is given up without a result.

        Raises UsageFault exercise_unknown, NetworkFault where the sandbox does not answer.
        """
        exercise = BY_NAME.get(name)
        if exercise is None:
            raise UsageFault("exercise_unknown")
        with self._lock:
            order = self._set_up(exercise)
            running = Running(exercise, order, self._house.clock.now())
            self._running[person.staff_id] = running
            return running

    def running(self, person: Staff) -> Running | None:
        """What somebody is at."""
        return self._running.get(person.staff_id)

    def show(self, person: Staff) -> HeldOut:
        """The customer holds out what he has, or after another ask what he has then."""
        with self._lock:
            running = self._required(person)
            shows = running.exercise.shows
            shown = shows[min(len(running.shown), len(shows) - 1)]
            running.shown.append(shown)
        return held_out(shown, self._house.clock.now())

    def end(self, person: Staff) -> tuple[Running, Judgement]:
        """Judge what somebody has done, and write it down."""
        with self._lock:
            running = self._required(person)
            del self._running[person.staff_id]
        now = self._house.clock.now()
        reason = self._reason_text(running.exercise.reason)
        judged = judge(running.exercise, self._deeds(running, now), reason)
        told = (judged.score, judged.took_s, judged.missed, judged.mistakes)
        self.results.add(Result(now, person.name, running.exercise.name, *told))
        return running, judged

    def _required(self, person: Staff) -> Running:
        running = self._running.get(person.staff_id)
        if running is None:
            raise UsageFault("exercise_not_begun")
        return running

    def _deeds(self, running: Running, now: datetime) -> Deeds:
        """What happened since the exercise began; what was set up before is nobody's deed."""
        with self._house.ledger.reading() as connection:
            made = made_of(connection, running.order.order_id)
            refused = refused_of(connection, running.order.order_id)
        return Deeds(
            running.begun_at,
            now,
            tuple(one for one in made if one.created_at >= running.begun_at),
            tuple(one for one in refused if one.at >= running.begun_at),
            tuple(running.shown),
        )

    def _set_up(self, exercise: Exercise) -> Order:
        now = self._house.clock.now()
        order = self._wallets.sell(exercise.wallet, exercise.amount_fen, now)
        with self._house.ledger.keeping_orders(now) as keep:
            keep([order])
        if exercise.earlier_fen:
            self._refund_earlier(order, exercise)
        if exercise.fault:
            self._wallets.arm(order, exercise.fault)
        return order

    def _refund_earlier(self, order: Order, exercise: Exercise) -> None:
        """A part went back before, without a code: the supervisor of the training may do that."""
        wish = RefundRequest(
            order.order_id,
            Money(exercise.earlier_fen),
            self._reason_text(exercise.reason),
            reading=None,
            request_id=f"setup-{uuid.uuid4().hex}",
            clerk=SUPERVISOR_ID,
        )
        receipt = self._house.desk.refund(wish)
        if receipt.refund_id is None:
            raise Bug("exercise_not_set_up", reason=str(receipt.reason))
