"""One counter: a process with a desk, a worker, a clock that may be wrong, and wires to both wallets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from scanrefund.aftercare.receipt import Writer
from scanrefund.check.limits import Limits
from scanrefund.desk import Counter as Name
from scanrefund.desk import Desk
from scanrefund.dispatch.clock import Clock
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.dispatch.recovery import Recovery
from scanrefund.dispatch.worker import Worker
from scanrefund.hold_desk import HoldDesk
from scanrefund.ledger.holds import Holds
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.maintenance import NO_MAINTENANCE, Maintenance
from scanrefund.model.money import Money
from scanrefund.model.order import Order, WalletOrder, WalletOrderState
from scanrefund.model.outcome import Answer, OrderAnswer, OrderLook, PayerAnswer, PayerLook
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.refund import Command, Refund
from scanrefund.model.wallet import Wallet
from scanrefund.supervisor_desk import SupervisorDesk
from tests.people import a_till
from tests.simulation.stage import KEYS

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
    desk: Desk = field(init=False)
    worker: Worker = field(init=False)
    supervisor: SupervisorDesk = field(init=False)
    holds: HoldDesk = field(init=False)
    recovery: Recovery = field(init=False)

    def now(self) -> datetime:
        """What this counter's clock shows."""
        return self.true_now() + self.skew

    def open(self, ledger: Ledger, travel: Trip, look: OrderTrip) -> None:
        """Start the process: everything is built anew, nothing is remembered but the ledger."""
        clock = Clock(self.now, self.sleep)
        gateways = {wallet: Wire(wallet, self.name, travel, look) for wallet in Wallet}
        dispatcher = Dispatcher(ledger, gateways, clock, LEASE_S, self.maintenance)
        writer = Writer("en", rehearsal=True, maintenance=self.maintenance)
        name = Name(self.name, LIMITS)
        people = a_till(ledger, KEYS, clock)
        self.desk = Desk(name, KEYS, ledger, gateways, dispatcher, clock, writer, people)
        self.worker = Worker(ledger, dispatcher, clock)
        self.recovery = Recovery(ledger, gateways, dispatcher, clock)
        self.supervisor = SupervisorDesk(ledger, dispatcher, clock, writer)
        self.holds = HoldDesk(Holds(ledger), clock)


def found(order: Order) -> OrderAnswer:
    """A wallet that confirms an order."""
    theirs = WalletOrder(order.order_id, order.wallet_order_id, order.amount, WalletOrderState.PAID)
    return OrderAnswer(OrderLook.FOUND, theirs)
