"""One counter: a process with a desk, a worker, a clock that may be wrong, and wires to both wallets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, cast

from scanrefund.aftercare.receipt import Writer
from scanrefund.approval_desk import ApprovalDesk
from scanrefund.check.limits import UNLIMITED, Limits
from scanrefund.desk import Counter as Name
from scanrefund.desk import Desk
from scanrefund.dispatch.clock import Clock
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.dispatch.recovery import Recovery
from scanrefund.dispatch.worker import Worker
from scanrefund.hold_desk import HoldDesk
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.holds import Holds
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.order_actions import OrderActions
from scanrefund.ledger.waiting import Waiting
from scanrefund.model.maintenance import NO_MAINTENANCE, Maintenance
from scanrefund.model.money import Money
from scanrefund.model.order import Order, WalletOrder, WalletOrderState
from scanrefund.model.outcome import Answer, OrderAnswer, OrderLook, PayerAnswer, PayerLook
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.refund import Command, Refund
from scanrefund.model.wallet import Wallet
from scanrefund.reversal_desk import OrderGateway, ReversalDesk
from scanrefund.staff_desk import StaffDesk
from scanrefund.supervisor_desk import SupervisorDesk
from tests.people import a_staff_desk, a_till
from tests.simulation.crew import ANYBODY, Shift
from tests.simulation.stage import KEYS

if TYPE_CHECKING:
    from tests.simulation.watch import Wish

LEASE_S: Final = 30
ACCOUNTS: Final = {Wallet.WECHAT: "1900000109", Wallet.ALIPAY: "2021000000000001"}
LIMITS: Final = Limits(
    amount_cap=Money(1_000_000),
    return_window_days=3650,
    code_required=False,
    reason_required=True,
    picture_may_refund=True,
    picture_age_s_max=60,
    refund_spacing_s=None,
    refunds_per_order_max=50,
    release_required=False,
    wallet_must_confirm_order=False,
)

# (counter's name, what for, the refund or order) → what came back
Trip = Callable[[str, Command, Refund], Answer]
OrderTrip = Callable[[str, Order], OrderAnswer]


@dataclass(slots=True)
class Wire:
    """The way from one counter to one wallet. What befalls a trip is decided by `travel`."""

    wallet: Wallet
    counter: str
    travel: Trip
    look: OrderTrip

    @property
    def account(self) -> str:
        return ACCOUNTS[self.wallet]

    def compose(self, order: Order, refund_id: str, amount: Money, reason: str) -> bytes:
        return f"{order.order_id} {refund_id} {amount.fen} {reason}".encode()

    def payer_of_code(self, code: PaymentCode) -> PayerAnswer:
        return PayerAnswer(PayerLook.NOT_OFFERED)

    def send(self, refund: Refund) -> Answer:
        return self.travel(self.counter, Command.SEND, refund)

    def ask(self, refund: Refund) -> Answer:
        return self.travel(self.counter, Command.ASK, refund)

    def order(self, order: Order) -> OrderAnswer:
        return self.look(self.counter, order)


@dataclass(slots=True)
class Counter:
    """A counter's rooms, and how far its clock is off."""

    name: str
    true_now: Callable[[], datetime]
    sleep: Callable[[float], None]
    skew: timedelta
    maintenance: Maintenance = NO_MAINTENANCE
    shift: Shift | None = None
    approval_above: Money | None = None
    # What a supervisor here last saw of the queue: numbers and amounts in fen.
    screen: list[tuple[str, int]] = field(default_factory=list)
    # Wishes to which a supervisor here agreed at the till, and nothing came of them at once.
    spoken: list[Wish] = field(default_factory=list)
    desk: Desk = field(init=False)
    worker: Worker = field(init=False)
    supervisor: SupervisorDesk = field(init=False)
    holds: HoldDesk = field(init=False)
    recovery: Recovery = field(init=False)
    staff: StaffDesk = field(init=False)
    approvals: ApprovalDesk = field(init=False)
    reversals: ReversalDesk = field(init=False)

    def now(self) -> datetime:
        """What this counter's clock shows."""
        return self.true_now() + self.skew

    @property
    def hand(self) -> Hand:
        """Who decides here."""
        return Hand(self.shift.supervisor, ANYBODY.why) if self.shift else ANYBODY

    def open(self, ledger: Ledger, travel: Trip, look: OrderTrip) -> None:
        """Start the process: everything is built anew, nothing is remembered but the ledger."""
        clock = Clock(self.now, self.sleep)
        gateways = {wallet: Wire(wallet, self.name, travel, look) for wallet in Wallet}
        dispatcher = Dispatcher(ledger, gateways, clock, LEASE_S, self.maintenance)
        writer = Writer("en", rehearsal=True, maintenance=self.maintenance)
        name = Name(self.name, self._limits())
        people = a_till(ledger, KEYS, clock)
        self.desk = Desk(name, KEYS, ledger, gateways, dispatcher, clock, writer, people)
        self.worker = Worker(ledger, dispatcher, clock)
        self.recovery = Recovery(ledger, gateways, dispatcher, clock)
        self.supervisor = SupervisorDesk(ledger, dispatcher, clock, writer)
        self.holds = HoldDesk(Holds(ledger), clock)
        if self.shift is not None:
            self.staff = a_staff_desk(ledger, KEYS, dispatcher, clock)
            self.approvals = ApprovalDesk(self.staff, Waiting(ledger), dispatcher, clock, writer)
            # Every order here is paid: none is ever closed at its wallet.
            closing = cast("Mapping[Wallet, OrderGateway]", gateways)
            self.reversals = ReversalDesk(OrderActions(ledger), self.desk, closing, clock, 8)

    def _limits(self) -> Limits:
        if self.approval_above is None:
            return LIMITS
        return replace(LIMITS, people=replace(UNLIMITED, approval_above=self.approval_above))


def found(order: Order) -> OrderAnswer:
    """A wallet that confirms an order."""
    theirs = WalletOrder(order.order_id, order.wallet_order_id, order.amount, WalletOrderState.PAID)
    return OrderAnswer(OrderLook.FOUND, theirs)
