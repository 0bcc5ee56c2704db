"""One history: events played on real rooms, with the invariants looked at after each."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final

from scanrefund.errors import LedgerFault, UsageFault
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.money import ZERO, Money
from scanrefund.model.order import Order
from scanrefund.model.outcome import Answer, OrderAnswer, OrderLook, Outcome, Signature
from scanrefund.model.refund import Command, Refund
from tests.simulation.counter import Counter, found
from tests.simulation.crew import ANYBODY, OWNER, shift_of
from tests.simulation.plan import Event, Kind
from tests.simulation.setting import BEGIN, maintenance_of, order_of
from tests.simulation.stage import Killed, Stage, Trouble
from tests.simulation.truth import Truth
from tests.simulation.view import View
from tests.simulation.watch import AtTheTill, Violation, Watch, Wish
from tests.simulation.world import World

# How long a wallet may take to answer, in seconds: at once, slowly, and beyond the lease.
_ANSWER_S: Final = (0.0, 0.0, 0.3, 4.0, 14.0, 45.0)
_RESTORE_S: Final = 900.0
_STATEMENTS_MAX: Final = 45


# What one kind of event does: with the history, at a counter, by the event's dice.
Act = Callable[["History", Counter, Random], None]


@dataclass(slots=True)
class Frame:
    """One event being played: its dice, what still has to happen elsewhere meanwhile, who stands by."""

    event: Event
    dice: Random
    inner: list[Event]
    at_the_till: AtTheTill | None = None


@dataclass(slots=True)
class History:
    """A world and everything in it. `faults` is off in the second phase, when all must come to an end."""

    stage: Stage
    world: World
    seed: int
    acts: Mapping[Kind, Act]
    now: datetime = BEGIN
    faults: bool = True
    log: list[tuple[datetime, int, str]] = field(default_factory=list)
    orders: list[Order] = field(init=False)
    counters: list[Counter] = field(init=False)
    truth: Truth = field(init=False)
    watch: Watch = field(init=False)
    ledger: Ledger = field(init=False)
    backup: sqlite3.Connection | None = None
    rounds: int = 0
    in_round: bool = False
    wishes: list[Wish] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)

    def __post_init__(self) -> None:
        dice = Random(f"setting {self.seed}")
        staffed = self.world.approval_above_fen is not None
        self.ledger = ledger = self.stage.clear(staffed=staffed)
        self.truth = Truth(timedelta(seconds=self.world.lag_s), not self.world.is_calm, self.world.refused)
        self.orders = [order_of(number, dice) for number in range(self.world.orders)]
        with ledger.keeping_orders(BEGIN) as keep:
            keep(self.orders)
        skew = self.world.skew_s
        self.counters = [
            Counter(
                f"counter{n + 1}",
                lambda: self.now,
                self.forward,
                timedelta(seconds=dice.randint(-skew, skew)),
                maintenance_of(self.world),
                shift_of(n) if staffed else None,
                Money(self.world.approval_above_fen) if self.world.approval_above_fen is not None else None,
            )
            for n in range(self.world.counters)
        ]
        for counter in self.counters:
            counter.open(ledger, self.travel, self.look)
        orders = {order.order_id: order for order in self.orders}
        self.watch = Watch(self.stage.database, self.truth, self.world, orders, self._rest)

    @property
    def hand(self) -> Hand:
        """Who decides when nothing else goes on: nobody's refund is his own."""
        return Hand(OWNER, ANYBODY.why) if self.world.approval_above_fen is not None else ANYBODY

    def play(self, event: Event) -> None:
        """One event, whole, and then the look at everything that must be true."""
        counter = self.counters[event.actor]
        frame = Frame(event, Random(event.seed), list(event.inner))
        self.note(f"{counter.name}: {event.kind}")
        with self._framed(frame), self.stage.troubled(self._trouble(frame.dice)):
            self._guarded(counter, lambda at: self.acts[event.kind](self, at, frame.dice))
        for rest in frame.inner:
            self.play(rest)
        self.look_at_all()

    def quiet_down(self) -> None:
        """Every clock right, every wire good, both wallets honest and in funds; processes start anew."""
        self.faults, self.truth.is_short, self.truth.refused_rate = False, False, 0.0
        self.note("no more faults")
        for counter in self.counters:
            counter.skew = timedelta(0)

    def round(self) -> None:
        """A worker looks at what is due, each counter's in turn."""
        self.rounds += 1
        counter = self.counters[self.rounds % len(self.counters)]
        self.in_round = True
        self._guarded(counter, lambda at: at.worker.run_once())
        self.in_round = False

    def decide(self, act: Callable[[Counter], object]) -> None:
        """A person decides, when nothing else goes on."""
        self._guarded(self.counters[0], act)

    def at(self, counter: Counter, act: Callable[[Counter], object]) -> None:
        """Somebody acts at a counter; what goes wrong there is over with it."""
        self._guarded(counter, act)

    def restore(self) -> None:
        """Put the last copy in the ledger's place. That takes longer than any request stays under way."""
        if self.backup is None or len(self.frames) > 1:
            return
        self.forward(_RESTORE_S)
        self.stage.restore(self.backup)
        self.watch.forget(self.now)
        # No process serves before it has heard the witness: one that dies here starts anew.
        with self.stage.troubled(None):
            self.ledger.hear_witness(self.now)

    def look_at_all(self) -> None:
        """Every invariant."""
        self.watch.look(self.now)

    def forward(self, seconds: float) -> None:
        """Time passes; what is under way arrives."""
        self.now += timedelta(seconds=seconds)
        self.truth.deliver(self.now)

    def note(self, line: str) -> None:
        """One line of the story. Most are never read: they are written out by `story`."""
        self.log.append((self.now, len(self.frames), line))

    def story(self) -> tuple[str, ...]:
        """Every line so far, indented by how deep it happened inside slow trips."""
        return tuple(f"{at:%m-%d %H:%M:%S} {'  ' * depth}{line}" for at, depth, line in self.log)

    def view(self) -> View:
        return self.watch.window.look()

    def travel(self, name: str, command: Command, refund: Refund) -> Answer:
        """A trip of one counter to a wallet, with what befalls it."""
        if refund.amount == ZERO:
            return self._trip(command, refund)  # a look-up of a number, not a refund's trip
        by_worker = self.in_round or (bool(self.frames) and self.frames[-1].event.kind is Kind.WORK)
        in_window = self._in_window(name)
        journey = self.watch.departs(command, refund, self.now, by_worker=by_worker, in_window=in_window)
        try:
            answer = self._trip(command, refund)
        except Killed:
            self.note(f"{name}: {command} …{refund.refund_id[-7:]} and dies")
            raise
        journey.answer, journey.back_at = answer, self.now
        self.note(f"{name}: {command} …{refund.refund_id[-7:]} → {answer.outcome} {answer.code}")
        return answer

    def look(self, name: str, order: Order) -> OrderAnswer:
        """A question about an order."""
        self.watch.no_transaction_is_open()
        frame = self.frames[-1]
        self._elsewhere(frame)
        if frame.at_the_till is not None:
            self.watch.hears(frame.at_the_till, self.now)
        return found(order) if frame.dice.random() < 0.8 else OrderAnswer(OrderLook.NOT_ASKED, code="timeout")

    def _in_window(self, name: str) -> bool:
        """Whether a counter's own clock shows a time of maintenance."""
        if self.world.pause_s is None:
            return False
        [now] = [counter.now() for counter in self.counters if counter.name == name]
        begins_s, ends_s = self.world.pause_s
        return begins_s <= (now - BEGIN).total_seconds() < ends_s

    def _trip(self, command: Command, refund: Refund) -> Answer:
        if not self.faults:
            return self._arrive(command, refund, Random(len(self.truth.arrivals)))
        frame, world = self.frames[-1], self.world
        dice = frame.dice
        if dice.random() < world.not_sent:
            return Answer(Outcome.NOT_SENT, "connect_failed")
        self._maybe_die(dice)
        if dice.random() < world.lost:
            return self._silence(frame)
        if command is Command.SEND and dice.random() < world.late:
            late = self.now + timedelta(seconds=dice.randint(1, world.late_s))
            self.truth.under_way.append((late, refund, dice.getrandbits(32)))
            return self._silence(frame)
        return self._answered(command, refund, frame)

    def _answered(self, command: Command, refund: Refund, frame: Frame) -> Answer:
        dice, world = frame.dice, self.world
        if dice.random() < 0.5:
            self._elsewhere(frame)
        answer = self._arrive(command, refund, dice)
        if dice.random() < world.repeated:
            self._arrive(command, refund, dice)
        self._elsewhere(frame)
        self._maybe_die(dice)
        if dice.random() < world.reply_lost:
            code = dice.choice(("timeout", "http_502", "FREQUENCY_LIMITED"))
            return Answer(Outcome.UNKNOWN, code, wait_s=60 if code == "FREQUENCY_LIMITED" else 0)
        if dice.random() < world.unsigned:
            return Answer(Outcome.UNKNOWN, "bad_signature", signature=Signature.WRONG, alarm=True)
        return answer

    def _arrive(self, command: Command, refund: Refund, dice: Random) -> Answer:
        if command is Command.SEND:
            return self.truth.send(refund, self.now, dice)
        return self.truth.ask(refund, self.now)

    def _silence(self, frame: Frame) -> Answer:
        self._elsewhere(frame)
        self._maybe_die(frame.dice)
        return Answer(Outcome.UNKNOWN, "timeout")

    def _elsewhere(self, frame: Frame) -> None:
        """While one counter waits for a wallet, time passes and the others go on."""
        if self.world.slow:
            self.forward(frame.dice.choice(_ANSWER_S))
        while frame.inner and frame.dice.random() < 0.7:
            self.play(frame.inner.pop(0))

    def _maybe_die(self, dice: Random) -> None:
        if self.faults and dice.random() < self.world.crash * 0.4:
            raise Killed

    def _trouble(self, dice: Random) -> Trouble | None:
        left = dice.randint(1, _STATEMENTS_MAX)
        if self.faults and dice.random() < self.world.crash:
            return Trouble("killed", left)
        if self.faults and dice.random() < self.world.trouble:
            return Trouble(dice.choice(("SQLITE_FULL", "SQLITE_BUSY", "SQLITE_IOERR_WRITE")), left)
        return None

    @contextmanager
    def _framed(self, frame: Frame) -> Iterator[None]:
        self.frames.append(frame)
        try:
            yield
        finally:
            self.frames.pop()

    def _guarded(self, counter: Counter, act: Callable[[Counter], object]) -> None:
        """The doors of the program: a fault is told, a death forgets, anything else is a broken program."""
        try:
            act(counter)
        except Killed:
            self.note(f"{counter.name} dies")
        except (LedgerFault, UsageFault) as fault:
            self.note(f"{counter.name}: fault {fault}")
        except Violation:
            raise
        except Exception as error:  # the program broke: that is what we are looking for
            raise Violation("the_program_does_not_break", f"{type(error).__name__}: {error}") from error
        if self.world.approval_above_fen is not None:
            self.watch.notice(self.now)

    def _rest(self, order_id: str) -> int:
        """What the program tells of an order's rest, in fen."""
        with self.stage.troubled(None):
            order = self.ledger.order(order_id)
        return order.remaining.fen if order else 0
