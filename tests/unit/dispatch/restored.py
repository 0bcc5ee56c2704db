"""An old copy of the books, and the wallet that knows better."""

from __future__ import annotations

from dataclasses import replace

from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.dispatch.recovery import Recovery
from scanrefund.ledger import behind
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.numbers import refund_number
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Refund
from scanrefund.model.wallet import Wallet
from tests.unit.builders import ORDER, FakeClock, FakeWallet


class TellingWallet(FakeWallet):
    """Tells the amount it holds, as both wallets do, and notes what it was asked about."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Refund] = []

    def ask(self, refund: Refund) -> Answer:
        self.asked.append(refund)
        return super().ask(refund)

    def tell(self, refund: Refund) -> Answer:
        amount = self.paid.get(refund.refund_id) or self.accepted.get(refund.refund_id)
        return replace(super().tell(refund), amount=amount)


class Restored:
    """A ledger, known to be an old copy at once or later, and the wallet that knows better."""

    def __init__(self, ledger: Ledger, *, noticed: bool = True) -> None:
        self.ledger, self.wallet, self.time = ledger, TellingWallet(), FakeClock()
        gateways = {Wallet.WECHAT: self.wallet}
        self.dispatcher = Dispatcher(ledger, gateways, self.time.clock, 30)
        self.recovery = Recovery(ledger, gateways, self.dispatcher, self.time.clock)
        if noticed:
            self.notice()

    def notice(self) -> None:
        """From now on the ledger is known to be an old copy."""
        with self.ledger.writing() as connection:
            behind.note(connection, self.time.at)

    def lost(self, sequence: int, amount_fen: int, outcome: Outcome = Outcome.SUCCEEDED) -> str:
        """A refund that the wallet holds and the restored books do not."""
        name = number(sequence)
        self.wallet.paid[name], self.wallet.ended[name] = Money(amount_fen), outcome
        return name

    def row(self, refund: Refund) -> Refund:
        found = self.ledger.refund(refund.refund_id)
        assert found is not None
        return found

    @property
    def order(self) -> Order:
        order = self.ledger.order(ORDER.order_id)
        assert order is not None
        return order


def number(sequence: int) -> str:
    return refund_number("shop1", ORDER.order_id, sequence, rehearsal=True)
