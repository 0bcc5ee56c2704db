"""What reconciling reads of the ledger, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.errors import UsageFault
from scanrefund.ledger import bookings
from scanrefund.ledger.bookings import Bookings
from scanrefund.ledger.by_hand import ByHand, Hand
from scanrefund.ledger.found import Found
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.sign_offs import SignOff, SignOffs
from scanrefund.model.money import Money
from scanrefund.model.order import OrderState
from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import RefundState
from scanrefund.model.wallet import Wallet
from tests.unit.builders import (
    ACCOUNT,
    NOW,
    FakeClock,
    FakeWallet,
    an_order,
    answering,
    keep,
    open_ledger_at,
    reserve,
)

DAY = timedelta(days=1)
STRETCH = (NOW, NOW + DAY)


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    opened = open_ledger_at(ledger_url)
    for n in range(5):
        keep(opened, an_order(order_id=f"S{n}", paid_at=NOW + n * timedelta(hours=6)))
    keep(opened, an_order(order_id="S9", paid_at=None, state=OrderState.UNPAID))
    yield opened
    opened.close()


def refund(ledger: Ledger, order_id: str, *outcomes: Outcome) -> str:
    """A refund answered so, an hour apart; its number."""
    made = reserve(ledger, order_id, now=NOW, request_id=order_id)
    wallet, time = FakeWallet(), FakeClock()
    for outcome in outcomes:
        # First it is sent, then asked about.
        (wallet.asks if wallet.trips else wallet.sends).append(answering(outcome))
        now = ledger.refund(made.refund_id)
        assert now is not None
        Dispatcher(ledger, {Wallet.WECHAT: wallet}, time.clock, 30).dispatch(now)
        time.forward(3_600)
    return made.refund_id


def test_a_refund_is_of_the_moment_the_wallet_first_took_it_in(ledger: Ledger) -> None:
    later = refund(ledger, "S0", Outcome.UNKNOWN, Outcome.PROCESSING, Outcome.SUCCEEDED)
    at_once = refund(ledger, "S1", Outcome.SUCCEEDED)
    refund(ledger, "S2", Outcome.UNKNOWN)
    refund(ledger, "S3", Outcome.CLOSED)
    taken_in = list(Bookings(ledger).refunds_taken_in(*STRETCH))
    assert {one.refund_id: one.at for one in taken_in} == {
        later: NOW + timedelta(hours=1),
        at_once: NOW,
    }
    assert list(Bookings(ledger).refunds_taken_in(NOW + DAY, NOW + 2 * DAY)) == []
    assert list(Bookings(ledger).refunds_taken_in(NOW - DAY, NOW)) == []


def test_any_refund_is_found_by_its_number_and_one_never_sent_here_has_no_moment(ledger: Ledger) -> None:
    open_id = refund(ledger, "S2", Outcome.UNKNOWN)
    Found(ledger).record_external("S1", "OTHER_1", Money(100), NOW)
    found = {one.refund_id: one for one in Bookings(ledger).refunds_of([open_id, "OTHER_1", "NONE"])}
    assert {number: (one.state.value, one.at) for number, one in found.items()} == {
        open_id: ("UNKNOWN", None),
        "OTHER_1": ("EXTERNAL", None),
    }
    assert found[open_id].made_at == NOW


def test_one_that_was_found_on_its_way_has_no_moment_when_it_ends_later(ledger: Ledger) -> None:
    on_its_way = RefundState.PROCESSING
    found = Found(ledger).record_external("S1", "OTHER_1", Money(100), NOW, on_its_way, account=ACCOUNT)
    wallet = FakeWallet()
    wallet.asks.append(answering(Outcome.SUCCEEDED))
    Dispatcher(ledger, {Wallet.WECHAT: wallet}, FakeClock().clock, 30).dispatch(found)
    [now] = Bookings(ledger).refunds_of(["OTHER_1"])
    assert (now.state, now.at) == (RefundState.SUCCEEDED, None)
    assert list(Bookings(ledger).refunds_taken_in(*STRETCH)) == []


def test_cash_is_of_the_moment_it_was_paid(ledger: Ledger) -> None:
    closed = refund(ledger, "S3", Outcome.CLOSED)
    ByHand(ledger).pay_other_way(closed, Hand("Chen", "cash"), NOW)
    [cash] = Bookings(ledger).refunds_by_hand(*STRETCH)
    assert (cash.order_id, cash.at) == ("S3", NOW)
    assert list(Bookings(ledger).refunds_by_hand(NOW + DAY, NOW + 2 * DAY)) == []


def test_sales_are_read_by_their_day_page_by_page(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    for page_rows in (1, 2, 4, 2_000):
        monkeypatch.setattr(bookings, "PAGE_ROWS", page_rows)
        paid = Bookings(ledger).sales_paid(*STRETCH)
        assert [one.order_id for one in paid] == ["S0", "S1", "S2", "S3"]
    found = {one.order_id: one.paid_at for one in Bookings(ledger).sales_of(["S4", "S9", "Z"])}
    assert found == {"S4": NOW + DAY, "S9": None}


def a_sign_off(scope: str, content: str) -> SignOff:
    return SignOff(NOW.date(), scope, "s2", NOW, "b" * 64, content * 64, 300, 300, 0)


def test_a_scope_of_a_day_is_signed_once_and_all_or_none(ledger: Ledger) -> None:
    offs = SignOffs(ledger)
    assert offs.sign([a_sign_off("wechat", "1")], NOW) == [a_sign_off("wechat", "1")]
    assert offs.sign([a_sign_off("wechat", "1")], NOW + DAY) == []
    with pytest.raises(UsageFault) as caught:
        offs.sign([a_sign_off("alipay", "1"), a_sign_off("wechat", "2")], NOW)
    assert caught.value.code == "day_signed"
    assert offs.of_day(NOW.date()) == {"wechat": a_sign_off("wechat", "1")}
    assert ledger.first_broken_entry() is None
