"""A day at both sandboxes, over the wire: what agrees and what was planted, in the next morning's bills."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.errors import UsageFault
from scanrefund.model.bill import BillLook
from scanrefund.model.difference import Difference, DifferenceKind, Scope, Side
from scanrefund.model.money import Money
from scanrefund.model.order import Order, OrderState
from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import Refund, RefundState
from scanrefund.model.wallet import Wallet
from scanrefund.wallets.reading import BEIJING
from tests.contract.rehearsal import Rehearsal, rehearsing
from tests.unit.builders import FakeWallet, a_draft, answering

K = DifferenceKind
BOTH = pytest.mark.parametrize("wallet", list(Wallet), ids=str)


@dataclass
class Morning:
    """The day after: its differences by wallet, and the orders by what was planted with them."""

    shop: Rehearsal
    day: date
    planted: dict[tuple[Wallet, str], str]
    scopes: dict[Wallet, Scope]
    found: list[Difference]

    def kinds(self, wallet: Wallet, plant: str) -> list[tuple[DifferenceKind, int]]:
        order_id = self.planted[wallet, plant]
        return [(one.kind, one.amount_fen) for one in self.found if one.order_id == order_id]


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    with rehearsing(tmp_path_factory.mktemp("morning")) as shop:
        planted = {(wallet, name): plant(shop, wallet) for name, plant in PLANTS.items() for wallet in Wallet}
        settled(shop)
        # Nobody asks about these any more before the morning.
        planted |= {(wallet, name): plant(shop, wallet) for name, plant in LATE.items() for wallet in Wallet}
        shop.control("settle", {})
        day = datetime.now(UTC).astimezone(BEIJING).date()
        shop.control("clock", {"advance_s": 2 * 86_400})
        shop.time.forward(2 * 86_400)
        before = shop.house.ledger.refunds()
        with shop.house.reconciler.reconcile(day) as done:
            scopes = {scope.wallet: scope for scope in done.scopes if scope.wallet}
            found = list(done.differences())
        assert shop.house.ledger.refunds() == before
        yield Morning(shop, day, planted, scopes, found)


def settled(shop: Rehearsal) -> None:
    """What is on its way ends, and the desk has asked. No worker: a notice may come at any moment."""
    shop.control("settle", {})
    for refund in shop.house.ledger.refunds(open_only=True):
        shop.house.desk.status(refund.refund_id, ask=True)


def refunded(shop: Rehearsal, wallet: Wallet) -> str:
    order = shop.pay(wallet)
    shop.refund(order)
    return order.order_id


def refunded_in_parts(shop: Rehearsal, wallet: Wallet) -> str:
    order = shop.pay(wallet)
    for amount_fen in (300, 700):
        shop.refund(order, amount_fen)
        settled(shop)
        shop.time.forward(61)
    return order.order_id


def reply_lost(shop: Rehearsal, wallet: Wallet) -> str:
    """The wallet took it, nobody heard, and nobody asks before the morning: unknown."""
    order = shop.pay(wallet)
    shop.arm(order, "refund", "drop_after")
    assert shop.refund(order).state is RefundState.UNKNOWN
    return order.order_id


def made_elsewhere(shop: Rehearsal, wallet: Wallet) -> str:
    """Somebody refunds in the merchant platform."""
    order = shop.pay(wallet)
    gateway = shop.house.gateways[wallet]
    body = gateway.compose(order, "PLATFORM_1" + order.order_id[-6:], Money(200), "by hand")
    shop.house.gateways[wallet].send(_elsewhere(order, body, "PLATFORM_1" + order.order_id[-6:]))
    return order.order_id


def order_unknown(shop: Rehearsal, wallet: Wallet) -> str:
    """A sale and its refund at the wallet, neither in our books."""
    told = shop.control("orders", {"wallet": wallet.value, "amount_fen": 1000})
    order = Order(
        order_id=told["order_id"],
        wallet=wallet,
        wallet_order_id=told["wallet_order_id"],
        amount=Money(1000),
        paid_at=shop.time.at,
        state=OrderState.PAID,
    )
    number = "PLATFORM_2" + order.order_id[-6:]
    gateway = shop.house.gateways[wallet]
    gateway.send(_elsewhere(order, gateway.compose(order, number, Money(200), "by hand"), number))
    return order.order_id


def booked_alone(shop: Rehearsal, wallet: Wallet) -> str:
    """Our books say paid, and no wallet knows of it: what a forged or a misread answer would leave."""
    order = shop.pay(wallet)
    _believed(shop, order, Outcome.SUCCEEDED)
    return order.order_id


def other_amount(shop: Rehearsal, wallet: Wallet) -> str:
    """The wallet paid less under our number than our books hold."""
    order = shop.pay(wallet)
    refund = _believed(shop, order, Outcome.SUCCEEDED)
    _send(shop, refund, 200)
    return order.order_id


def closed_here(shop: Rehearsal, wallet: Wallet) -> str:
    """Our books closed it, and the wallet paid."""
    order = shop.pay(wallet)
    refund = _believed(shop, order, Outcome.CLOSED)
    _send(shop, refund, refund.amount.fen)
    return order.order_id


def sale_elsewhere(shop: Rehearsal, wallet: Wallet) -> str:
    told = shop.control("orders", {"wallet": wallet.value, "amount_fen": 900})
    return str(told["order_id"])


def sale_other_amount(shop: Rehearsal, wallet: Wallet) -> str:
    told = shop.control("orders", {"wallet": wallet.value, "amount_fen": 900})
    _keep(shop, wallet, told["order_id"], 1000, paid_at=shop.time.at)
    return str(told["order_id"])


def sale_unpaid_here(shop: Rehearsal, wallet: Wallet) -> str:
    told = shop.control("orders", {"wallet": wallet.value, "amount_fen": 900})
    _keep(shop, wallet, told["order_id"], 900, paid_at=None)
    return str(told["order_id"])


def sale_here_alone(shop: Rehearsal, wallet: Wallet) -> str:
    _keep(shop, wallet, f"ours-{wallet}", 900, paid_at=shop.time.at)
    return f"ours-{wallet}"


PLANTS = {
    one.__name__: one
    for one in (
        *(refunded, refunded_in_parts, made_elsewhere, order_unknown, booked_alone),
        *(other_amount, sale_elsewhere, sale_other_amount, sale_unpaid_here, sale_here_alone),
    )
}
LATE = {one.__name__: one for one in (reply_lost, closed_here)}
FOUND = {
    "refunded": [],
    "refunded_in_parts": [],
    "reply_lost": [(K.OURS_OPEN, 300)],
    "made_elsewhere": [(K.REFUND_NOT_OURS, 200)],
    "order_unknown": [(K.REFUND_OF_UNKNOWN_ORDER, 200), (K.SALE_UNKNOWN, 1000)],
    "booked_alone": [(K.REFUND_MISSING, -300)],
    "other_amount": [(K.AMOUNT_DIFFERS, -100)],
    "closed_here": [(K.OURS_CLOSED, 300)],
    "sale_elsewhere": [(K.SALE_UNKNOWN, 900)],
    "sale_other_amount": [(K.SALE_AMOUNT_DIFFERS, -100)],
    "sale_unpaid_here": [(K.SALE_OURS_UNPAID, 900)],
    "sale_here_alone": [(K.SALE_MISSING, -900)],
}


@BOTH
@pytest.mark.parametrize("plant", FOUND)
def test_what_was_planted_is_found(morning: Morning, wallet: Wallet, plant: str) -> None:
    assert morning.kinds(wallet, plant) == FOUND[plant]


@BOTH
def test_nothing_else_is_found_and_no_fen_is_unexplained(morning: Morning, wallet: Wallet) -> None:
    scope = morning.scopes[wallet]
    assert (scope.look, scope.unexplained_fen) == (BillLook.FETCHED, 0)
    assert sum(scope.counts.values()) == sum(map(len, FOUND.values()))
    # 300 + 1000 + the lost reply's 300 + 200 + 200 + 200 + 300
    assert scope.sums[Side.REFUNDS].theirs_fen == 2500


@BOTH
def test_an_empty_day_and_one_that_is_not_ready_are_told_apart(morning: Morning, wallet: Wallet) -> None:
    reconciler = morning.shop.house.reconciler
    with reconciler.reconcile(morning.day - timedelta(days=20), wallet) as done:
        assert [(one.was_compared, one.lines) for one in done.scopes] == [(True, 0)]
    morning.shop.time.forward(86_400)
    try:
        with reconciler.reconcile(morning.day + timedelta(days=2), wallet) as done:
            assert not done.scopes[0].was_compared
    finally:
        morning.shop.time.forward(-86_400)


def test_a_bill_that_fails_on_its_way_is_no_empty_day(morning: Morning) -> None:
    shop = morning.shop
    for fault in ("http_502", "truncated", "bad_signature"):
        shop.control("faults", {"wallet": "wechat", "on": "bill", "fault": fault})
        with shop.house.reconciler.reconcile(morning.day, Wallet.WECHAT) as done:
            assert done.scopes[0].look is BillLook.NOT_FETCHED
            assert list(done.differences()) == []
            with pytest.raises(UsageFault):
                shop.house.signing.sign(done, "s1")
        shop.control("faults", method="DELETE")


def test_asking_as_proposed_brings_the_books_to_the_bill(morning: Morning) -> None:
    """Last: it changes the books. Open and closed ones move by the wallet's own answer, and by it alone."""
    shop = morning.shop
    asked = [one for one in morning.found if one.kind in (K.OURS_OPEN, K.OURS_CLOSED)]
    assert len(asked) == 4
    for one in asked:
        shop.control("faults", method="DELETE")
        shop.house.desk.status(one.refund_id, ask=True)
    for one in morning.found:
        if one.kind is K.REFUND_NOT_OURS:
            [found] = shop.house.recovery.named(one.order_id, one.refund_id).found
            assert (found.state, found.amount.fen) == (RefundState.EXTERNAL, one.theirs_fen)
    with shop.house.reconciler.reconcile(morning.day) as done:
        left = {one.kind for one in done.differences()}
    assert not left & {K.OURS_OPEN, K.OURS_CLOSED, K.REFUND_NOT_OURS}


def _keep(shop: Rehearsal, wallet: Wallet, order_id: str, fen: int, paid_at: datetime | None) -> None:
    state = OrderState.PAID if paid_at else OrderState.UNPAID
    order = Order(order_id, wallet, "", Money(fen), paid_at, state)
    with shop.house.ledger.keeping_orders(shop.time.at) as keep:
        keep([order])


def _believed(shop: Rehearsal, order: Order, outcome: Outcome) -> Refund:
    """A refund in our books as if a wallet had answered so."""
    wallet = FakeWallet(order.wallet)
    wallet.account = shop.house.gateways[order.wallet].account
    wallet.sends.append(answering(outcome))
    draft = replace(a_draft(300, request_id=f"planted {order.order_id}"), account=wallet.account)
    with shop.house.ledger.locked(order.order_id) as locked:
        gateway = shop.house.gateways[order.wallet]
        refund = locked.reserve(
            draft, lambda sold, number: gateway.compose(sold, number, Money(300), "x"), shop.time.at
        )
    Dispatcher(shop.house.ledger, {order.wallet: wallet}, shop.time.clock, 30).dispatch(refund)
    return refund


def _send(shop: Rehearsal, refund: Refund, amount_fen: int) -> None:
    gateway = shop.house.gateways[refund.wallet]
    order = shop.house.ledger.order(refund.order_id)
    assert order is not None
    body = gateway.compose(order, refund.refund_id, Money(amount_fen), "x")
    gateway.send(replace(refund, amount=Money(amount_fen), body=body))


def _elsewhere(order: Order, body: bytes, number: str) -> Refund:
    return Refund(
        refund_id=number,
        order_id=order.order_id,
        request_id=number,
        wallet=order.wallet,
        wallet_order_id=order.wallet_order_id,
        order_amount=order.amount,
        amount=Money(200),
        reason="by hand",
        body=body,
        state=RefundState.READY,
        created_at=order.paid_at or datetime.now(UTC),
    )
