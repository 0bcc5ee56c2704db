"""Small things to build tests from: an order, a case, a code; a clock that is moved; a true wallet.

Every payment code here is made up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

from scanrefund.check.case import Case
from scanrefund.check.limits import Limits
from scanrefund.dispatch.clock import Clock
from scanrefund.keys import Keys
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.ledger import Ledger, Shop
from scanrefund.ledger.refunds import Draft
from scanrefund.ledger.trips import Lease
from scanrefund.model.money import Money
from scanrefund.model.order import Order, OrderState, WalletOrder, WalletOrderState
from scanrefund.model.outcome import Answer, OrderAnswer, OrderLook, Outcome, PayerAnswer, PayerLook
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.refund import Command, Refund, RefundState
from scanrefund.model.shown import Kind, Reading, Shown, Source
from scanrefund.model.wallet import Wallet

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
WECHAT_DIGITS = "134500000000000042"
ALIPAY_DIGITS = "2812345678901234"
ACCOUNT = "1900000109"
KEYS = Keys(b"f" * 32, b"b" * 32, b"p" * 32)
SHOP = Shop("shop1", rehearsal=True)

LIMITS = Limits(
    amount_cap=Money(100_000),
    return_window_days=30,
    code_required=True,
    reason_required=True,
    picture_may_refund=True,
    picture_age_s_max=60,
    refund_spacing_s=None,
    refunds_per_order_max=50,
    release_required=False,
    wallet_must_confirm_order=False,
)

ORDER = Order(
    order_id="A1001",
    wallet=Wallet.WECHAT,
    wallet_order_id="4200001234202611220000000001",
    amount=Money(10_000),
    paid_at=NOW - timedelta(days=1),
    state=OrderState.PAID,
)


def an_order(**changes: Any) -> Order:
    """The sample order with changes; another order has another number at the wallet."""
    if changes.get("order_id", ORDER.order_id) != ORDER.order_id:
        number = f"4200001234{crc32(changes['order_id'].encode()):018d}"
        changes = {"wallet_order_id": number, **changes}
    return replace(ORDER, **changes)


def shown_code(digits: str = WECHAT_DIGITS, wallet: Wallet = Wallet.WECHAT) -> Shown:
    return Shown(Kind.PAYMENT_CODE, wallet, code=PaymentCode(digits))


def a_reading(shown: Shown | None = None, **changes: Any) -> Reading:
    return replace(Reading(shown or shown_code(), Source.CAMERA, NOW), **changes)


def a_case(**changes: Any) -> Case:
    """A case against which no rule speaks, then what the test changes."""
    good = Case(
        now=NOW,
        limits=LIMITS,
        order_id=ORDER.order_id,
        order=ORDER,
        asked_amount=Money(2_500),
        reason="broken",
        reading=a_reading(),
        sighting=None,
        wallet_says=None,
    )
    return replace(good, **changes)


def wallet_order(**changes: Any) -> OrderAnswer:
    theirs = WalletOrder(ORDER.order_id, ORDER.wallet_order_id, ORDER.amount, WalletOrderState.PAID)
    return OrderAnswer(OrderLook.FOUND, replace(theirs, **changes))


def a_draft(amount_fen: int = 2_500, **changes: Any) -> Draft:
    draft = Draft("request-1", None, ACCOUNT, Money(amount_fen), "broken", "", "counter1")
    return replace(draft, **changes)


def a_refund(**changes: Any) -> Refund:
    refund = Refund(
        refund_id="SRT_shop1_00000000000000000000_01",
        order_id=ORDER.order_id,
        request_id="request-1",
        wallet=Wallet.WECHAT,
        wallet_order_id=ORDER.wallet_order_id,
        order_amount=ORDER.amount,
        amount=Money(2_500),
        reason="broken",
        body=b"{}",
        state=RefundState.READY,
        created_at=NOW,
        next_try_at=NOW,
        next_command=Command.SEND,
        account=ACCOUNT,
    )
    return replace(refund, **changes)


def open_ledger(path: Path, keys: Keys = KEYS) -> Ledger:
    return open_ledger_at(f"sqlite:///{path}", keys)


def open_ledger_at(url: str, keys: Keys = KEYS) -> Ledger:
    return Ledger.open(LedgerSettings(url, busy_timeout_s=30), keys, SHOP)


def keep(ledger: Ledger, *orders: Order) -> list[str]:
    with ledger.keeping_orders(NOW) as keep_all:
        return [done.kept.value for done in keep_all(orders)]


@contextmanager
def a_ledger(url: str) -> Iterator[Ledger]:
    """A ledger that holds the one sample order, closed at the end."""
    with closing(open_ledger_at(url)) as opened:
        keep(opened, ORDER)
        yield opened


def reserve(
    ledger: Ledger,
    order_id: str = ORDER.order_id,
    amount_fen: int = 2_500,
    now: datetime = NOW,
    **changes: Any,
) -> Refund:
    """A refund reserved without asking any rule."""
    with ledger.locked(order_id) as locked:
        return locked.reserve(a_draft(amount_fen, **changes), lambda _order, number: number.encode(), now)


def succeeded(ledger: Ledger, refund: Refund) -> Refund:
    """The refund after a trip on which the wallet paid."""
    attempt = ledger.begin(refund, Command.SEND, Lease("test", 30), NOW)
    assert attempt is not None
    plan = {"next_command": None, "next_try_at": None}
    return ledger.end(attempt, Answer(Outcome.SUCCEEDED), RefundState.SUCCEEDED, plan, "", NOW)


class FakeClock:
    """Time that moves only when told to; `sleep` moves it."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at
        self.clock = Clock(now=lambda: self.at, sleep=self.forward)

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Killed(BaseException):
    """The process dies here: nothing after this line runs."""


class FakeWallet:
    """A wallet that keeps the truth and answers by a script.

    `paid` counts how often money left, per refund number; like the real ones it pays a number once. It has
    no cap of its own. Each send and ask calls the next function of its script, or tells the truth.
    """

    account = ACCOUNT

    def __init__(self, wallet: Wallet = Wallet.WECHAT) -> None:
        self.wallet = wallet
        self.paid: dict[str, Money] = {}
        self.accepted: dict[str, Money] = {}
        self.ended: dict[str, Outcome] = {}
        self.bodies: dict[str, set[bytes]] = {}
        self.sends: list[Callable[[Refund], Answer]] = []
        self.asks: list[Callable[[Refund], Answer]] = []
        self.trips: list[tuple[Command, str]] = []
        self.order_answer = OrderAnswer(OrderLook.NOT_ASKED)
        self.payer_answer = PayerAnswer(PayerLook.NOT_OFFERED)
        self.codes_asked = 0

    def compose(self, order: Order, refund_id: str, amount: Money, reason: str) -> bytes:
        return f"{order.order_id} {refund_id} {amount.fen} {reason}".encode()

    def order(self, order: Order) -> OrderAnswer:
        return self.order_answer

    def payer_of_code(self, code: PaymentCode) -> PayerAnswer:
        self.codes_asked += 1
        return self.payer_answer

    def send(self, refund: Refund) -> Answer:
        self.trips.append((Command.SEND, refund.refund_id))
        self.bodies.setdefault(refund.refund_id, set()).add(refund.body)
        return (self.sends.pop(0) if self.sends else self.pay)(refund)

    def ask(self, refund: Refund) -> Answer:
        self.trips.append((Command.ASK, refund.refund_id))
        return (self.asks.pop(0) if self.asks else self.tell)(refund)

    def pay(self, refund: Refund) -> Answer:
        """Pay now, once per number."""
        if refund.refund_id not in self.ended:
            self.accepted.pop(refund.refund_id, None)
            self.paid[refund.refund_id] = refund.amount
            self.ended[refund.refund_id] = Outcome.SUCCEEDED
        return self.tell(refund)

    def accept(self, refund: Refund) -> Answer:
        """Take it in; it settles later."""
        if refund.refund_id not in self.ended:
            self.accepted[refund.refund_id] = refund.amount
        return self.tell(refund)

    def close(self, refund: Refund) -> Answer:
        """Close what is not paid, for ever."""
        self.accepted.pop(refund.refund_id, None)
        self.ended.setdefault(refund.refund_id, Outcome.CLOSED)
        return self.tell(refund)

    def tell(self, refund: Refund) -> Answer:
        """The truth about a number."""
        if refund.refund_id in self.ended:
            return Answer(self.ended[refund.refund_id], wallet_refund_id="5030000000")
        if refund.refund_id in self.accepted:
            return Answer(Outcome.PROCESSING, wallet_refund_id="5030000000")
        return Answer(Outcome.ABSENT, "RESOURCE_NOT_EXISTS")


def answering(outcome: Outcome, code: str = "") -> Callable[[Refund], Answer]:
    """A script line that says something and does nothing."""
    return lambda _refund: Answer(outcome, code or outcome.value.lower())


def killed(_refund: Refund) -> Answer:
    """A script line in which the process dies before the wallet acts."""
    raise Killed
