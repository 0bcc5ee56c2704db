"""A desk to refund at: a wallet that keeps the truth, a clock that is moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scanrefund.aftercare.receipt import Receipt, Writer
from scanrefund.check.limits import Limits
from scanrefund.desk import Counter, Desk
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.ledger.engine import reading
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.wallet import Wallet
from scanrefund.wallets.gateway import RefundGateway
from scanrefund.wish import RefundRequest
from tests.people import a_till
from tests.unit.builders import (
    KEYS,
    LIMITS,
    ORDER,
    WECHAT_DIGITS,
    FakeClock,
    FakeWallet,
    a_reading,
    shown_code,
)

OTHER_DIGITS = "101230000000000077"


class Shopfloor:
    """A desk with a wallet that keeps the truth and a clock that is moved."""

    def __init__(self, ledger: Ledger, limits: Limits = LIMITS, *, set_up: bool = True) -> None:
        self.ledger, self.wallet, self.time = ledger, FakeWallet(), FakeClock()
        gateways: Mapping[Wallet, RefundGateway] = {Wallet.WECHAT: self.wallet} if set_up else {}
        self.desk = Desk(
            counter=Counter("counter1", limits),
            keys=KEYS,
            ledger=ledger,
            gateways=gateways,
            dispatcher=Dispatcher(ledger, gateways, self.time.clock, lease_s=30),
            clock=self.time.clock,
            writer=Writer("en", rehearsal=True),
            people=a_till(ledger, KEYS, self.time.clock),
        )

    def wish(
        self, amount_fen: int | None = 2_500, digits: str = WECHAT_DIGITS, **changes: Any
    ) -> RefundRequest:
        amount = None if amount_fen is None else Money(amount_fen)
        shown = a_reading(shown_code(digits), taken_at=self.time.at)
        return replace(RefundRequest(ORDER.order_id, amount, "broken", shown), **changes)

    def refund(self, *args: Any, **changes: Any) -> Receipt:
        return self.desk.refund(self.wish(*args, **changes))


def order_of(ledger: Ledger) -> Order:
    order = ledger.order(ORDER.order_id)
    assert order is not None
    return order


def entries(ledger: Ledger) -> list[tuple[str, str]]:
    with reading(ledger._engine) as connection:
        rows = connection.exec_driver_sql("SELECT kind, facts FROM book ORDER BY number")
        return [(row.kind, row.facts) for row in rows]
