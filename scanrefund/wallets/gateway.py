"""What dispatch asks of a wallet. One implementation per wallet; none of them raises for wallet or wire."""

from __future__ import annotations

from typing import Protocol

from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.outcome import Answer, OrderAnswer
from scanrefund.model.refund import Refund
from scanrefund.model.wallet import Wallet


class WalletGateway(Protocol):
    """One wallet, one merchant account."""

    @property
    def wallet(self) -> Wallet:
        """Which wallet this is."""
        ...

    @property
    def account(self) -> str:
        """The merchant identity used on the wire (mchid, app_id): an ask proves nothing under another."""
        ...

    def compose(self, order: Order, refund_id: str, amount: Money, reason: str) -> bytes:
        """The business body of a refund, the same bytes for every send. Pure."""
        ...

    def send(self, refund: Refund) -> Answer:
        """Request the refund, with `refund.body` as it is and a fresh signature."""
        ...

    def ask(self, refund: Refund) -> Answer:
        """Query the refund by our number. ABSENT when the wallet has none.

        A refund of amount zero asks what the wallet holds under the number, whatever its amount.
        """
        ...

    def order(self, order: Order) -> OrderAnswer:
        """The wallet's own word on the order."""
        ...
