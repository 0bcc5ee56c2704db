"""What the desk asks of a wallet. One implementation per wallet; none of them raises for wallet or wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Protocol

from scanrefund.model.bill import BillAnswer, BillKind
from scanrefund.model.money import Money
from scanrefund.model.notice import Notice
from scanrefund.model.order import Order
from scanrefund.model.outcome import Answer, CloseAnswer, OrderAnswer, PayerAnswer
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.refund import Refund
from scanrefund.model.wallet import Wallet

# The code of an Answer about something that a wallet has no call for.
NOT_OFFERED: Final = "not_offered"


class RefundGateway(Protocol):
    """One wallet, one merchant account: what a refund needs from its first byte to its end."""

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

    def payer_of_code(self, code: PaymentCode) -> PayerAnswer:
        """Whose payment code this is. The wallet then locks the code to this shop."""
        ...


@dataclass(frozen=True, slots=True)
class BankCard:
    """Where a customer wants a stuck refund to go. Nothing of it is kept or printed."""

    bank_type: str
    account: str = field(repr=False)
    holder: str = field(repr=False)


class WalletGateway(RefundGateway, Protocol):
    """The whole conversation with one wallet. What a wallet has not got answers NOT_OFFERED."""

    def close(self, order: Order) -> CloseAnswer:
        """Close an order that nobody paid, so that nobody can pay it any more."""
        ...

    def apply_abnormal(self, refund: Refund, card: BankCard | None) -> Answer:
        """Ask for a second try of a refund that is ABNORMAL: to this card, or to the merchant's own account.

        A wallet without such a call answers NOT_SENT with the code `not_offered`.
        """
        ...

    def bill(self, day: date, kind: BillKind) -> BillAnswer:
        """The bill of one day on Beijing's clock, checked, unpacked and decoded."""
        ...

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """Verify a notice and say what it is about. Raises NoticeFault; header names are case-insensitive."""
        ...
