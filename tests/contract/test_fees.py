"""Fees of refunds, as bills tell them, on every kind of database; the refund itself stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

import pytest

from scanrefund.aftercare.reconcile import Reconciler
from scanrefund.aftercare.report import as_json, make_report
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.ledger.bookings import Bookings
from scanrefund.ledger.fees import Fees
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.bill import BillAnswer, BillLook
from scanrefund.model.money import Money
from scanrefund.model.order import OrderState
from scanrefund.model.outcome import Outcome
from scanrefund.model.wallet import Wallet
from scanrefund.wallets.bill_files import BillAccounts
from tests.contract.test_report import TOLD
from tests.unit.aftercare import bills
from tests.unit.aftercare.bills import DAY, Row
from tests.unit.aftercare.books import BillWallet
from tests.unit.builders import NOW, FakeClock, an_order, answering, keep, open_ledger_at, reserve

PAID: Final = 300


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    opened = open_ledger_at(ledger_url)
    yield opened
    opened.close()


def refunded(ledger: Ledger, gateway: BillWallet, order_id: str) -> str:
    told = {"paid_at": NOW, "state": OrderState.PAID, "wallet": gateway.wallet}
    keep(ledger, an_order(order_id=order_id, amount=Money(1_000), **told))
    refund = reserve(ledger, order_id, PAID, NOW, request_id=order_id)
    gateway.sends.append(answering(Outcome.SUCCEEDED))
    Dispatcher(ledger, {gateway.wallet: gateway}, FakeClock(NOW).clock, 30).dispatch(refund)
    return refund.refund_id


def reconciled(ledger: Ledger, gateway: BillWallet, *rows: Row) -> int:
    """The bill of that day, compared the morning after; what came back of fees."""
    made = bills.wechat if gateway.wallet is Wallet.WECHAT else bills.alipay
    gateway.bills[DAY] = BillAnswer(BillLook.FETCHED, (made(rows, day=DAY),))
    clock = FakeClock(NOW + timedelta(days=1, hours=4)).clock
    accounts = BillAccounts(bills.MCHID, bills.SELLER)
    gateways: dict[Wallet, Any] = {gateway.wallet: gateway}
    reconciler = Reconciler(Bookings(ledger), gateways, accounts, clock, Fees(ledger))
    with reconciler.reconcile(DAY) as done:
        assert [scope.unexplained_fen for scope in done.scopes] == [0]
        return done.scopes[0].fees_back


@pytest.mark.parametrize(("wallet", "fee"), [(Wallet.WECHAT, "-0.00180"), (Wallet.ALIPAY, "0.0018")])
def test_the_bill_tells_what_came_back_and_the_customer_keeps_the_whole_amount(
    ledger: Ledger, wallet: Wallet, fee: str
) -> None:
    gateway = BillWallet(wallet)
    back, kept = (refunded(ledger, gateway, order_id) for order_id in ("A1", "A2"))
    assert Fees(ledger).of_refund(back) is None
    sold = [Row(order_id, 1_000, fee="0.00600") for order_id in ("A1", "A2")]
    rows = [*sold, Row("A1", PAID, back, fee=fee), Row("A2", PAID, kept)]
    assert reconciled(ledger, gateway, *rows) == 180
    assert (Fees(ledger).of_refund(back), Fees(ledger).of_refund(kept)) == (-180, 0)
    for refund_id in (back, kept):
        refund = ledger.refund(refund_id)
        assert refund is not None
        assert refund.amount == Money(PAID)
    report = as_json(make_report(ledger, TOLD, date(2026, 11, 23), date(2026, 11, 23), NOW))
    assert report["fees"] == {
        "told": 2,
        "returned": 1,
        "returned_fen_thousandths": 180,
        "kept": 1,
        "charged_fen_thousandths": 0,
    }


def test_the_same_bill_again_changes_nothing_and_a_better_one_does(ledger: Ledger) -> None:
    gateway = BillWallet(Wallet.WECHAT)
    refund_id = refunded(ledger, gateway, "A1")
    row = Row("A1", PAID, refund_id, fee="-0.00180")
    reconciled(ledger, gateway, row)
    with ledger.reading() as connection:
        before = connection.exec_driver_sql("SELECT MAX(number) FROM book").scalar_one()
    reconciled(ledger, gateway, row)
    with ledger.reading() as connection:
        assert connection.exec_driver_sql("SELECT MAX(number) FROM book").scalar_one() == before
    reconciled(ledger, gateway, Row("A1", PAID, refund_id, fee="-0.00200"))
    assert Fees(ledger).of_refund(refund_id) == -200
    assert ledger.first_broken_entry() is None


def test_of_strangers_and_of_what_failed_no_fee_is_kept(ledger: Ledger) -> None:
    gateway = BillWallet(Wallet.WECHAT)
    refund_id = refunded(ledger, gateway, "A1")
    strange, failed = (
        Row("B1", PAID, "NOT-OURS", fee="-0.00180"),
        Row("A1", PAID, refund_id, "FAIL", fee="-0.1"),
    )
    reconciled(ledger, gateway, strange, failed)
    assert Fees(ledger).of_refund("NOT-OURS") is None
    assert Fees(ledger).of_refund(refund_id) is None
