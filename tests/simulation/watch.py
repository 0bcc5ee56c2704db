"""What an outsider sees of one history: trips that leave, receipts that are told, the ledger as it lies."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from scanrefund.aftercare.receipt import Receipt
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.outcome import Answer
from scanrefund.model.refund import Command, Refund
from tests.simulation.approvals import approver_of
from tests.simulation.invariants import INVARIANTS
from tests.simulation.moments import DEPARTURES, RECEIPTS
from tests.simulation.truth import Truth
from tests.simulation.view import MADE, Entry, MoveRow, RefundRow, View, Window, entries_after, moves_after
from tests.simulation.words import Word, Words
from tests.simulation.world import World


class Violation(Exception):
    """An invariant does not hold."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(f"{rule}: {detail}")
        self.rule = rule
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that one customer wants back, once. Its name travels in the refund's reason."""

    name: str
    order: Order
    amount: Money | None
    digits: str
    request_id: str


@dataclass(slots=True)
class Journey:
    """One trip as it left. `answer` stays None when its process died on the way.

    `in_window` is whether the clock of its counter showed a time of maintenance.
    """

    number: str
    command: Command
    left_at: datetime
    by_worker: bool
    in_window: bool = False
    answer: Answer | None = None
    back_at: datetime | None = None


@dataclass(slots=True)
class Seen:
    """What the watch remembers between two looks."""

    rows: dict[str, RefundRow] = field(default_factory=dict)
    move_id: int = 0
    last_move: dict[str, str] = field(default_factory=dict)
    entry: Entry | None = None
    alarms: dict[str, int] = field(default_factory=dict)
    reserved: set[str] = field(default_factory=set)
    on_hold: frozenset[str] = frozenset()
    approvers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AtTheTill:
    """Somebody is asked at the till whether a wish may go; he hears of it when the wallet knows the order."""

    by: str
    clerk: str
    wish: Wish


@dataclass(slots=True)
class Watch:
    """Everything the invariants are asked about. `rest` is what the program tells of an order's rest."""

    database: sqlite3.Connection
    truth: Truth
    world: World
    orders: dict[str, Order]
    rest: Callable[[str], int]
    window: Window = field(init=False)
    view: View = field(init=False)
    now: datetime = field(init=False)
    seen: Seen = field(default_factory=Seen)
    moves: list[MoveRow] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    journeys: dict[str, list[Journey]] = field(default_factory=dict)
    wishes: dict[str, Wish] = field(default_factory=dict)
    from_copy: set[str] = field(default_factory=set)
    lost_wishes: set[str] = field(default_factory=set)
    slips: set[str] = field(default_factory=set)
    lost_sends: set[tuple[str, bytes]] = field(default_factory=set)
    first_shown: dict[str, datetime] = field(default_factory=dict)
    words: Words = field(default_factory=Words)

    def __post_init__(self) -> None:
        self.window = Window(self.database)
        self.view = self.window.look()

    @property
    def clocks_agree(self) -> bool:
        """Whether rules about seconds can be judged at all."""
        return self.world.skew_s == 0 and not self.world.jumps

    def look(self, now: datetime) -> None:
        """Read the ledger and ask every invariant. Raises Violation."""
        self.notice(now)
        self.moves = moves_after(self.database, self.seen.move_id)
        self.entries = entries_after(self.database, self.seen.entry.number if self.seen.entry else 0)
        for rule, ask in INVARIANTS.items():
            detail = ask(self)
            if detail:
                raise Violation(rule, detail)
        self._remember()

    def notice(self, now: datetime) -> None:
        """Look at the ledger, and remember how each refund was born where a second person may be needed."""
        self.now, self.view = now, self.window.look()
        if self.world.approval_above_fen is not None and not self.database.in_transaction:
            self.words.notice(self.view, now)

    def hears(self, till: AtTheTill, now: datetime) -> None:
        """Somebody at the till is shown a wish, and says yes."""
        self.notice(now)
        order, view = till.wish.order, self.view
        taken = max(view.live_fen(order.order_id), view.for_customer_fen(order.order_id))
        amount_fen = till.wish.amount.fen if till.wish.amount else order.amount.fen - taken
        of_order = (order.order_id, amount_fen, view.beside(order.order_id))
        self.words.words.append(Word(till.by, till.wish.name, till.clerk, "", *of_order, now))

    def forget(self, now: datetime) -> None:
        """An old copy took the ledger's place: what is known of later things is the wallets' alone."""
        self.window.forget()
        self.now, self.view = now, self.window.look()
        self.seen = Seen()
        self.journeys.clear()
        self.first_shown.clear()
        self.words.forget(self.view)
        self.from_copy = {row.refund_id for row in self.view.refunds}
        self.lost_wishes |= {one.wish for one in self.truth.taken.values()} - {
            row.reason for row in self.view.refunds
        }
        self.lost_sends |= {
            (one.number, one.body) for one in self.truth.arrivals if one.number not in self.truth.taken
        }

    def told(self, wish: Wish, receipt: Receipt, asked_at: datetime, now: datetime) -> None:
        """A clerk was told how a wish stands."""
        self.wishes.setdefault(wish.name, wish)
        if wish.digits:
            self.first_shown.setdefault(wish.digits, asked_at)
        self._judge(receipt, wish, now)

    def shown(self, receipt: Receipt, now: datetime) -> None:
        """A clerk looked a refund up."""
        self._judge(receipt, None, now)

    def departs(
        self, command: Command, refund: Refund, now: datetime, *, by_worker: bool, in_window: bool
    ) -> Journey:
        """A trip leaves: what must be on disk by now? Raises Violation."""
        self.notice(now)
        journey = Journey(refund.refund_id, command, now, by_worker, in_window)
        for rule, ask in DEPARTURES.items():
            detail = ask(self, journey, refund)
            if detail:
                raise Violation(rule, detail)
        self.journeys.setdefault(refund.refund_id, []).append(journey)
        return journey

    def no_transaction_is_open(self) -> None:
        """Raises Violation when a wallet is asked inside a transaction."""
        if self.database.in_transaction:
            raise Violation("no_network_inside_a_transaction", "a wallet was asked about an order")

    def _judge(self, receipt: Receipt, wish: Wish | None, now: datetime) -> None:
        self.notice(now)
        for rule, ask in RECEIPTS.items():
            detail = ask(self, receipt, wish)
            if detail:
                raise Violation(rule, detail)

    def _remember(self) -> None:
        seen = self.seen
        seen.rows = {row.refund_id: row for row in self.view.refunds}
        seen.on_hold = self.view.on_hold
        for move in self.moves:
            seen.move_id = move.move_id
            seen.last_move[move.refund_id] = move.new_state
        for entry in self.entries:
            seen.entry = entry
            if entry.kind == "alarm":
                seen.alarms[entry.subject] = seen.alarms.get(entry.subject, 0) + 1
            if self.world.approval_above_fen is not None and (told := approver_of(entry)):
                seen.approvers |= {told[0]: told[1]}
            if entry.kind in MADE:
                seen.reserved.add(entry.subject)
