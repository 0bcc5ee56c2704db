"""An order as a whole: released, cancelled, its price lowered. What costs money goes by the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from scanrefund.aftercare.receipt import Receipt
from scanrefund.desk import Desk
from scanrefund.dispatch.clock import Clock
from scanrefund.errors import UsageFault
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.order_actions import OrderActions
from scanrefund.model.money import Money
from scanrefund.model.order import Order, OrderState, WalletOrderState
from scanrefund.model.outcome import CloseAnswer, Closing, OrderAnswer, OrderLook
from scanrefund.model.reversal import Reversal
from scanrefund.model.shop_clock import shop_day, start_of
from scanrefund.model.shown import Reading
from scanrefund.model.staff import Credential, Permission, Staff
from scanrefund.model.wallet import Wallet
from scanrefund.supervisor_desk import signed
from scanrefund.wish import RefundRequest

# An exception is for the customer who stands here; whoever comes back later is looked at again.
EXTEND_DAYS_MAX: Final = 30


class OrderGateway(Protocol):
    """What closing an unpaid order needs of a wallet."""

    def close(self, order: Order) -> CloseAnswer:
        """Close an order that nobody paid."""
        ...

    def order(self, order: Order) -> OrderAnswer:
        """The wallet's own word on the order."""
        ...


@dataclass(frozen=True, slots=True)
class Present:
    """Who is there when a decision becomes a refund: its clerk (empty: whoever decides), what the customer
    shows, a second person's word, or himself where he was just believed; `queue` lets it wait for one.
    """

    clerk: str = ""
    reading: Reading | None = None
    approval: Credential | Staff | None = None
    queue: bool = False


@dataclass(frozen=True, slots=True)
class Reversed:
    """The order as it now is, and the receipt of the refund it led to, if any."""

    order: Order
    receipt: Receipt | None = None


NOBODY: Final = Present()


class ReversalDesk:
    """Build with `assemble.open_house`. Every method raises UsageFault when the rules do not allow it."""

    def __init__(
        self,
        actions: OrderActions,
        desk: Desk,
        gateways: Mapping[Wallet, OrderGateway],
        clock: Clock,
        utc_offset_h: int,
    ) -> None:
        self._utc_offset_h = utc_offset_h
        self._actions = actions
        self._desk = desk
        self._gateways = gateways
        self._clock = clock

    def speaking(self, desk: Desk) -> ReversalDesk:
        """The same, with the receipts of another desk: in another language."""
        return ReversalDesk(self._actions, desk, self._gateways, self._clock, self._utc_offset_h)

    def cost(self, order: Order) -> Money:
        """What an order should cost by now: what was paid, or what the last adjustment made of it."""
        return self._actions.cost(order)

    def release(self, order_id: str, hand: Hand) -> Order:
        """Ask for a paid order back (待退款)."""
        self._actions.release(order_id, signed(hand), self._clock.now())
        return self._actions.order(order_id)

    def extend(self, order_id: str, days: int, hand: Hand) -> Order:
        """Let an order be refunded to the end of the shop's day so many days from now, although its return
        period is over.
        """
        if not 0 < days <= EXTEND_DAYS_MAX:
            raise UsageFault("extend_days_wrong", days_max=EXTEND_DAYS_MAX)
        now = self._clock.now()
        # By whole days: the same decision twice on one day is one decision.
        last = shop_day(now, self._utc_offset_h) + timedelta(days=days)
        until = start_of(last + timedelta(days=1), self._utc_offset_h) - timedelta(seconds=1)
        self._actions.extend(order_id, until, signed(hand), now)
        return self._actions.order(order_id)

    def cancel(
        self, order_id: str, hand: Hand, present: Present = NOBODY, *, not_at_wallet: bool = False
    ) -> Reversed:
        """Cancel an order: unpaid it is closed at the wallet, paid it is refunded first.

        A paid order is cancelled once its refund has arrived; until then nothing else of it can be refunded.
        `not_at_wallet` is a person's word that no code to pay it was ever given out.
        """
        hand = signed(hand)
        order = self._actions.allow(order_id, hand, Permission.ORDER_CANCEL, self._clock.now())
        if order.state is OrderState.UNPAID:
            self._close(order, not_at_wallet=not_at_wallet)
            self._actions.cancel_unpaid(order_id, hand, self._clock.now())
            return Reversed(self._actions.order(order_id))
        begun = self._actions.cancel(order_id, hand, self._clock.now())
        receipt = self._refund(begun, None, hand, present) if begun else None
        return Reversed(self._actions.order(order_id), receipt)

    def adjust(
        self, order_id: str, old: Money, new: Money, hand: Hand, present: Present = NOBODY
    ) -> Reversed:
        """Lower what a paid order should have cost: the difference is refunded, the payment stays."""
        hand = signed(hand)
        begun = self._actions.adjust(order_id, old, new, hand, self._clock.now())
        receipt = self._refund(begun, begun.old - begun.new, hand, present)
        return Reversed(self._actions.order(order_id), receipt)

    def _refund(self, begun: Reversal, amount: Money | None, hand: Hand, present: Present) -> Receipt:
        """The refund it becomes, on the road of every refund. A refused one leaves the order as it was."""
        clerk = (present.clerk or hand.by) if self._actions.has_staff() else ""
        wish = RefundRequest(
            order_id=begun.order_id,
            amount=amount,
            reason=begun.why,
            reading=present.reading,
            request_id=begun.request_id,
            clerk=clerk,
            approval=present.approval,
            queue=present.queue,
        )
        try:
            receipt = self._desk.refund(wish)
        except UsageFault:
            self._actions.in_vain(begun, self._clock.now())
            raise
        if receipt.refund_id is None:
            self._actions.in_vain(begun, self._clock.now())
        return receipt

    def _close(self, order: Order, *, not_at_wallet: bool) -> None:
        """Close at the wallet. Returns only where it is proved that nobody can pay it any more."""
        gateway = self._gateways.get(order.wallet)
        if gateway is None:
            raise UsageFault("wallet_not_set_up", wallet=order.wallet.value)
        answer = gateway.close(order)
        if answer.closing is Closing.CLOSED:
            return
        says = gateway.order(order)
        state = says.order.state if says.order else None
        if state is WalletOrderState.CLOSED:
            return
        if state in (WalletOrderState.PAID, WalletOrderState.FINISHED):
            raise UsageFault("cancel_paid_meanwhile", order_id=order.order_id)
        unknown_there = answer.closing is Closing.NOT_FOUND and says.look is OrderLook.NOT_FOUND
        if unknown_there and not_at_wallet:
            return
        fault = "close_not_found" if unknown_there else "close_unproved"
        raise UsageFault(fault, order_id=order.order_id, wallet=order.wallet.value, said=answer.code or "—")
