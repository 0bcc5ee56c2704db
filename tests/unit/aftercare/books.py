"""Books, both wallets with bills by day, and the morning on which they are compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from scanrefund.aftercare.reconcile import Reconciler, Reconciliation
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.bill import BillAnswer, BillKind, BillLook
from scanrefund.model.difference import Difference, DifferenceKind
from scanrefund.model.money import Money
from scanrefund.model.order import OrderState
from scanrefund.model.outcome import Outcome
from scanrefund.model.wallet import Wallet
from scanrefund.wallets.bill_files import BillAccounts
from tests.unit.aftercare import bills
from tests.unit.aftercare.bills import DAY, Row
from tests.unit.builders import NOW, FakeClock, FakeWallet, an_order, answering, keep, reserve

K = DifferenceKind


ACCOUNTS = BillAccounts(bills.MCHID, bills.SELLER)


AFTER = NOW + timedelta(days=1, hours=4)


class BillWallet(FakeWallet):
    """A wallet that answers with bills by day; a day without one was empty."""

    def __init__(self, wallet: Wallet) -> None:
        super().__init__(wallet)
        self.bills: dict[date, BillAnswer] = {}

    def bill(self, day: date, kind: BillKind) -> BillAnswer:
        assert kind is BillKind.TRADES
        return self.bills.get(day, BillAnswer(BillLook.EMPTY, code="NO_STATEMENT_EXIST"))


@dataclass
class Shop:
    """Books, both wallets, and the morning after."""

    ledger: Ledger
    time: FakeClock
    gateways: dict[Wallet, BillWallet]
    reconciler: Reconciler

    def sell(self, order_id: str, fen: int = 1_000, wallet: Wallet = Wallet.WECHAT, **changes: Any) -> None:
        told = {"paid_at": NOW, "state": OrderState.PAID, **changes}
        keep(self.ledger, an_order(order_id=order_id, amount=Money(fen), wallet=wallet, **told))

    def refund(
        self, order_id: str, fen: int = 300, outcome: Outcome = Outcome.SUCCEEDED, at: Any = NOW
    ) -> str:
        """A refund that the wallet answered so; its number."""
        refund = reserve(self.ledger, order_id, fen, at, request_id=f"{order_id} {fen} {outcome} {at}")
        self.gateways[refund.wallet].sends.append(answering(outcome))
        self.time.at = at
        Dispatcher(self.ledger, self.gateways, self.time.clock, 30).dispatch(refund)
        self.time.at = AFTER
        return refund.refund_id

    def bill_of(self, wallet: Wallet, *rows: Row, day: date = DAY) -> None:
        text = bills.wechat(rows, day=day) if wallet is Wallet.WECHAT else bills.alipay(rows, day=day)
        self.gateways[wallet].bills[day] = BillAnswer(BillLook.FETCHED, (text,))

    def reconciled(self, **asked: Any) -> tuple[Reconciliation, list[Difference]]:
        with self.reconciler.reconcile(DAY, **asked) as done:
            assert [scope.unexplained_fen for scope in done.scopes] == [0] * len(done.scopes)
            return done, list(done.differences())

    def found(self, **asked: Any) -> list[tuple[str, int]]:
        return [(one.kind.value, one.amount_fen) for one in self.reconciled(**asked)[1]]
