"""A counter whose self test finds everything good, until a test breaks one thing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import segno

from scanrefund.http import Http
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.ledger import Shop
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.outcome import Answer, OrderAnswer, OrderLook, PayerAnswer, PayerLook
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.refund import Refund
from scanrefund.model.wallet import Wallet
from scanrefund.readiness import CHECKS, Finding, Surroundings
from scanrefund.wallets.gateway import RefundGateway

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class Gateway:
    """A wallet that answers every question about an order in one way."""

    account = "1900000001"

    def __init__(self, look: OrderLook, wallet: Wallet = Wallet.WECHAT) -> None:
        self.wallet = wallet
        self._look = look

    def order(self, order: Order) -> OrderAnswer:
        return OrderAnswer(self._look, code="told")

    def compose(self, order: Order, refund_id: str, amount: Money, reason: str) -> bytes:
        raise AssertionError("a self test refunds nothing")

    def payer_of_code(self, code: PaymentCode) -> PayerAnswer:
        return PayerAnswer(PayerLook.NOT_OFFERED)

    def send(self, refund: Refund) -> Answer:
        raise AssertionError("a self test sends nothing")

    def ask(self, refund: Refund) -> Answer:
        raise AssertionError("a self test has no refund to ask for")


def found(around: Surroundings, name: str) -> Finding:
    [check] = [check for check in CHECKS if check.name == name]
    return check.run(around)


def a_good_counter(folder: Path) -> Surroundings:
    home = folder / "home"
    segno.make_qr("x").save(str(folder / "frame0.png"), scale=4)
    gateways: dict[Wallet, RefundGateway] = {
        wallet: Gateway(OrderLook.NOT_FOUND, wallet) for wallet in Wallet
    }
    return Surroundings(
        home=home,
        shop=Shop("shop1", rehearsal=True),
        ledger=LedgerSettings(f"sqlite:///{home / 'ledger.sqlite3'}", 5),
        camera=str(folder / "frame%d.png"),
        http=Http(),
        gateways=lambda: gateways,
        addresses={},
        now=lambda: NOW,
    )
