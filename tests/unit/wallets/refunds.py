"""One order and one refund for every test of this room."""

from __future__ import annotations

from datetime import UTC, datetime

from scanrefund.model.money import Money
from scanrefund.model.order import Order, OrderState
from scanrefund.model.refund import Refund, RefundState
from scanrefund.model.wallet import Wallet

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
WALLET_ORDER_ID = "9" * 28


def order_at(wallet: Wallet, wallet_order_id: str = WALLET_ORDER_ID) -> Order:
    return Order("A1", wallet, wallet_order_id, Money(1000), NOW, OrderState.PAID)


def refund_at(wallet: Wallet, body: bytes = b"{}") -> Refund:
    return Refund(
        refund_id="SR_1",
        order_id="A1",
        request_id="q1",
        wallet=wallet,
        wallet_order_id=WALLET_ORDER_ID,
        order_amount=Money(1000),
        amount=Money(300),
        reason="",
        body=body,
        state=RefundState.SENDING,
        created_at=NOW,
    )
