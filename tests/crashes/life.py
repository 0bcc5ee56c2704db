"""One life of the program, always the same: open, repeat the clerk's wishes, work until nothing is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from scanrefund.aftercare.receipt import Writer
from scanrefund.desk import Counter, Desk
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.dispatch.worker import Worker
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.money import Money
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.refund import RefundState
from scanrefund.model.shown import Kind, Reading, Shown, Source
from scanrefund.model.wallet import Wallet
from scanrefund.supervisor_desk import SupervisorDesk
from scanrefund.wallets.gateway import RefundGateway
from scanrefund.wish import RefundRequest
from tests.crashes.points import Points
from tests.crashes.wallet import FileWallet
from tests.crashes.world import World
from tests.people import a_till
from tests.unit.builders import KEYS, LIMITS

LEASE_S: Final = 30
# A restart takes a few seconds; the dead program's lease still holds and has to be waited for.
RESTART_S: Final = 5.0
# Between two wishes about one order, longer than any wallet's spacing.
SPACING_S: Final = 120.0
# Many times what the longest play needs: a refund that never comes to rest is a finding, not a hang.
ROUNDS_MAX: Final = 200

COUNTER: Final = Counter("counter1", replace(LIMITS, code_required=False, amount_cap=Money(1_000_000)))


@dataclass(frozen=True, slots=True)
class Program:
    """The parts that a planted mistake replaces."""

    ledger: type[Ledger] = Ledger
    dispatcher: type[Dispatcher] = Dispatcher
    desk: type[Desk] = Desk
    wallet: type[FileWallet] = FileWallet


class NeverAtRest(AssertionError):
    """Something stays due for ever."""


class Life:
    """A house as `assemble.open_house` builds it, on the world's disk, time and wallet."""

    def __init__(self, world: World, points: Points, program: Program) -> None:
        self._world, self._points = world, points
        world.time.forward(RESTART_S)
        self.ledger = world.open_ledger(program.ledger)
        self.ledger.hear_witness(world.time.now)
        wallet = program.wallet(world.play.wallet, world.truth, world.play.plan_of, points)
        gateways: Mapping[Wallet, RefundGateway] = {wallet.wallet: wallet}
        clock = world.time.clock
        dispatcher = program.dispatcher(self.ledger, gateways, clock, LEASE_S)
        writer = Writer("en", rehearsal=True)
        people = a_till(self.ledger, KEYS, clock)
        self._desk = program.desk(COUNTER, KEYS, self.ledger, gateways, dispatcher, clock, writer, people)
        self._supervisor = SupervisorDesk(self.ledger, dispatcher, clock, writer)
        self._worker = Worker(self.ledger, dispatcher, clock)

    def live(self, *, with_clerk: bool) -> None:
        """To the end. Without the clerk nobody repeats a wish: the worker alone brings on what is written."""
        if self._world.imports_order:
            self._world.keep_order(self.ledger)
        for place, amount_fen in enumerate(self._world.play.wishes_fen if with_clerk else ()):
            if place:
                self._world.time.forward(SPACING_S)
            self._desk.refund(self._request(place, amount_fen))
            self._work()
            if self._world.play.releases:
                self._release()
        self._work()
        self.ledger.close()

    def _request(self, place: int, amount_fen: int) -> RefundRequest:
        """The first wish goes by the customer's payment code alone; later ones name their request."""
        world = self._world
        shown = Shown(Kind.PAYMENT_CODE, world.play.wallet, code=PaymentCode(world.code_digits))
        reading = None if place else Reading(shown, Source.CAMERA, world.time.now)
        request_id = f"{world.order_id}/{place}" if place else ""
        return RefundRequest(world.order_id, Money(amount_fen), "broken", reading, request_id)

    def _release(self) -> None:
        """The supervisor has topped up the account, and lets go on what is held."""
        for refund in self.ledger.refunds(open_only=True, order_id=self._world.order_id):
            if refund.state is RefundState.HELD:
                self._supervisor.release(refund.refund_id, Hand("Li", "topped up"))

    def _work(self) -> None:
        for _ in range(ROUNDS_MAX):
            if self._worker.run_once():
                continue
            wait_s = self._wait_s()
            if wait_s is None:
                return
            self._world.time.forward(wait_s)
        raise NeverAtRest(self._world.play.name)

    def _wait_s(self) -> float | None:
        """How long until something can be done: until it is due, or until a dead program's lease is over."""
        with self._points.spared():
            found = self.ledger.refunds(open_only=True, order_id=self._world.order_id)
        due = [refund.next_try_at for refund in found if refund.next_command and refund.next_try_at]
        if not due:
            return None
        until_due_s = (min(due) - self._world.time.now).total_seconds()
        return until_due_s if until_due_s > 0 else float(LEASE_S)
