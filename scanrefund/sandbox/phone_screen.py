"""What the customer's phone knows: this minute's code, the bills, the refunds that have come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from scanrefund.sandbox.business import SUCCESS, Order, Refund, succeeded_fen, wall_clock
from scanrefund.sandbox.numbers import CODE_LIFE_S, payment_code
from scanrefund.sandbox.state import Store, Turn

# As many as a thumb would scroll through; a phone asks for them every second.
BILLS_SHOWN: Final = 30
ARRIVALS_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """What the phone shows in one minute of business time; its form on paper hides the digits."""

    digits: str
    issued_at: float
    now: float

    def __repr__(self) -> str:
        return f"Shown(issued_at={self.issued_at})"

    @property
    def expires_at(self) -> float:
        return self.issued_at + CODE_LIFE_S

    @property
    def expires_in_s(self) -> float:
        return self.expires_at - self.now


def shown(store: Store, wallet: str) -> Shown:
    """The code of this minute: nothing but seed, wallet and minute decides it."""
    with store.turn() as turn:
        return _shown(turn, wallet)


def _shown(turn: Turn, wallet: str) -> Shown:
    minute = int(turn.now // CODE_LIFE_S)
    return Shown(payment_code(turn.seed, wallet, minute), float(minute * CODE_LIFE_S), turn.now)


def screen(store: Store, wallet: str) -> dict[str, Any]:
    """All that moves on the phone; the digits of the code are not among it.

    `issued_at` names the code (seconds), `expires_in_s` how long it still holds; amounts are yuan.
    """
    with store.turn() as turn:
        code = _shown(turn, wallet)
        orders = turn.history.latest_orders(wallet, BILLS_SHOWN)
        arrived = turn.history.latest_refunds(wallet, ARRIVALS_SHOWN)
        return {
            "issued_at": code.issued_at,
            "expires_in_s": round(code.expires_in_s, 3),
            "bills": [_line(order, turn.refunds_of(order)) for order in orders],
            "arrivals": [_arrival(refund) for refund in arrived if _reached_customer(refund)],
        }


def bill(store: Store, wallet: str, order_id: str) -> dict[str, Any] | None:
    """One bill with its refunds, or None when nothing was paid under this number."""
    with store.turn() as turn:
        order = turn.order(wallet, order_id=order_id)
        if order is None or order.paid_at is None:
            return None
        refunds = turn.refunds_of(order)
        return {
            **_line(order, refunds),
            "wallet_order_id": order.wallet_order_id,
            "refunds": [_arrival(refund) for refund in refunds if _reached_customer(refund)],
        }


def _line(order: Order, refunds: list[Refund]) -> dict[str, Any]:
    returned_fen = succeeded_fen([refund for refund in refunds if _reached_customer(refund)])
    return {
        "order_id": order.order_id,
        "amount": _yuan(order.amount_fen),
        "paid_at": wall_clock(order.paid_at or order.created_at),
        "returned": _yuan(returned_fen) if returned_fen else None,
        "in_full": returned_fen == order.amount_fen,
    }


def _arrival(refund: Refund) -> dict[str, Any]:
    return {
        "key": f"{refund.order_id}/{refund.refund_id}",
        "order_id": refund.order_id,
        "amount": _yuan(refund.amount_fen),
        "at": wall_clock(refund.settled_at or refund.created_at),
    }


def _reached_customer(refund: Refund) -> bool:
    return refund.status == SUCCESS and refund.payee == "customer"


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
