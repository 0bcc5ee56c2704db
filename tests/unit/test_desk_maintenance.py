"""A refund asked for in a maintenance window is written down, and nobody is kept waiting for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scanrefund.aftercare.receipt import Writer
from scanrefund.desk import Counter, Desk
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.maintenance import Maintenance, Window
from scanrefund.model.money import Money
from scanrefund.model.refund import RefundState
from scanrefund.model.wallet import Wallet
from scanrefund.wish import RefundRequest
from tests.people import a_till
from tests.unit.builders import KEYS, LIMITS, NOW, ORDER, FakeClock, FakeWallet, a_reading, keep

WINDOW = Window(NOW - timedelta(hours=1), NOW + timedelta(minutes=40))


@pytest.fixture
def wallet() -> FakeWallet:
    return FakeWallet()


@pytest.fixture
def time() -> FakeClock:
    return FakeClock()


@pytest.fixture
def desk(ledger: Ledger, wallet: FakeWallet, time: FakeClock) -> Desk:
    planned, gateways = Maintenance((WINDOW,)), {Wallet.WECHAT: wallet}
    keep(ledger, ORDER)
    return Desk(
        counter=Counter("counter1", LIMITS),
        keys=KEYS,
        ledger=ledger,
        gateways=gateways,
        dispatcher=Dispatcher(ledger, gateways, time.clock, 30, planned),
        clock=time.clock,
        writer=Writer("en", rehearsal=True, maintenance=planned),
        people=a_till(ledger, KEYS, time.clock),
    )


def test_it_is_written_and_told_and_goes_out_afterwards(
    desk: Desk, ledger: Ledger, wallet: FakeWallet, time: FakeClock
) -> None:
    receipt = desk.refund(RefundRequest(ORDER.order_id, Money(2_500), "broken", a_reading()))
    assert (receipt.state, receipt.put_off, receipt.next_try_at) == (RefundState.READY, True, WINDOW.ends)
    order = ledger.order(ORDER.order_id)
    assert order is not None
    assert order.wallet_reserved == Money(2_500)
    begun = time.at
    waited = desk.wait(str(receipt.refund_id), 20)
    assert (time.at, waited.put_off, wallet.trips) == (begun, True, [])
    time.at = WINDOW.ends
    assert desk.wait(str(receipt.refund_id), 20).state is RefundState.SUCCEEDED
    assert len(wallet.trips) == 1


def test_its_age_counts_from_the_end_of_the_window(desk: Desk, time: FakeClock) -> None:
    receipt = desk.refund(RefundRequest(ORDER.order_id, Money(2_500), "broken", a_reading()))
    time.at = WINDOW.ends + timedelta(minutes=1)
    assert desk.status(str(receipt.refund_id)).alarm == ""
    time.at = WINDOW.ends + timedelta(minutes=3)
    [listed] = desk.refunds(open_only=True, order_id=None, limit=9)
    assert listed.alarm == "clerk"
