"""What people decide about an order as a whole: each one transaction, in the book with who and why.

A payment is never edited. Whatever costs the shop money is written down first, under the name of the refund
it becomes, so that the same decision made again leads to the same refund.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, update

from scanrefund.errors import UsageFault
from scanrefund.ledger import marks, orders, refunds, reversals, staff
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.engine import retried
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema import orders as orders_table
from scanrefund.model.money import ZERO, Money
from scanrefund.model.order import Order, OrderState
from scanrefund.model.reversal import Reversal, ReversalKind, ReversalState
from scanrefund.model.staff import Permission
from scanrefund.model.wallet import safe_number

_K, _S = ReversalKind, ReversalState


@dataclass(frozen=True, slots=True)
class _Decision:
    """One order under lock, and who decides about it."""

    ledger: Ledger
    connection: Connection
    order: Order
    hand: Hand
    now: datetime

    def write(self, kind: ReversalKind, state: ReversalState, old: Money, new: Money) -> Reversal:
        """The row and its entry in the book."""
        name = uuid.uuid4().hex if state is _S.OPEN else ""
        facts = (self.order.order_id, kind, state, old, new, name, self.hand.by, self.hand.why, self.now)
        written = reversals.write(self.connection, Reversal(0, *facts))
        self.enter(f"order_{kind.value.lower()}", {"old_fen": old.fen, "new_fen": new.fen})
        return written

    def enter(self, kind: str, more: dict[str, str | int | None]) -> None:
        """An entry about this order, with who and why."""
        facts = {"by": self.hand.by, "why": self.hand.why} | more
        self.ledger.enter(self.connection, self.now, kind, self.order.order_id, facts)

    def change(self, **news: object) -> None:
        """Columns of the order's own row."""
        this = update(orders_table).where(orders_table.c.order_id == self.order.order_id)
        self.connection.execute(this.values(news))


class OrderActions:
    """The decisions of people about orders. Every method raises UsageFault when the rules forbid it."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def has_staff(self) -> bool:
        """Whether this ledger knows anybody."""
        with self._ledger.reading() as connection:
            return staff.any_of(connection)

    def of_order(self, order_id: str) -> list[Reversal]:
        """Everything people did to an order, the newest first."""
        with self._ledger.reading() as connection:
            return reversals.of_order(connection, order_id)

    def cost(self, order: Order) -> Money:
        """What an order should cost by now: what was paid, or what the last adjustment made of it."""
        return reversals.cost(order, self.of_order(order.order_id))

    @retried
    def release(self, order_id: str, hand: Hand, now: datetime) -> None:
        """Ask for a paid order back (待退款). One that is released, or partly refunded, stays as it is."""
        with self._deciding(order_id, hand, Permission.ORDER_RELEASE, now) as it:
            order = it.order
            if order.state in (OrderState.RELEASED, OrderState.PARTLY_REFUNDED):
                return
            if order.state is not OrderState.PAID:
                raise UsageFault("order_not_to_release", order_id=order_id, state=order.state.value)
            it.change(told_state=OrderState.RELEASED.value)
            it.write(_K.RELEASE, _S.DONE, order.amount, order.amount)
            marks.of_order(it.connection, order_id, "RELEASED", order.remaining, now)

    @retried
    def extend(self, order_id: str, until: datetime, hand: Hand, now: datetime) -> None:
        """Let an order be refunded until then, although the shop's return period is over."""
        with self._deciding(order_id, hand, Permission.ORDER_RELEASE, now) as it:
            if it.order.window_until == until:
                return
            it.change(window_until=until)
            it.write(_K.EXTEND, _S.DONE, it.order.amount, it.order.amount)

    @retried
    def cancel(self, order_id: str, hand: Hand, now: datetime) -> Reversal | None:
        """Begin to cancel a paid order, or find what was begun; None where nothing is to be paid back.

        An order of which everything has gone back is cancelled at once.
        """
        with self._deciding(order_id, hand, Permission.ORDER_CANCEL, now) as it:
            order = it.order
            if order.state is OrderState.CANCELLED:
                return None
            begun = _begun(order_id, reversals.of_order(it.connection, order_id), _K.CANCEL)
            if begun is not None:
                return begun
            if order.state is OrderState.UNPAID:
                raise UsageFault("cancel_unpaid", order_id=order_id)
            if order.open_refund_id is not None:
                raise UsageFault("cancel_beside_open", order_id=order_id, refund_id=order.open_refund_id)
            if order.remaining > ZERO:
                return it.write(_K.CANCEL, _S.OPEN, order.amount, ZERO)
            it.write(_K.CANCEL, _S.DONE, order.amount, ZERO)
            reversals.cancel(it.connection, order_id, hand.why, now)
            return None

    @retried
    def cancel_unpaid(self, order_id: str, hand: Hand, now: datetime) -> None:
        """The wallet has closed an order that nobody paid. Told paid meanwhile, it is not cancelled."""
        with self._deciding(order_id, hand, Permission.ORDER_CANCEL, now) as it:
            if it.order.state is OrderState.CANCELLED:
                return
            if it.order.state is not OrderState.UNPAID:
                raise UsageFault("cancel_paid_meanwhile", order_id=order_id)
            it.write(_K.CANCEL, _S.DONE, it.order.amount, ZERO)
            reversals.cancel(it.connection, order_id, hand.why, now)

    @retried
    def adjust(self, order_id: str, old: Money, new: Money, hand: Hand, now: datetime) -> Reversal:
        """Begin to lower what a paid order should have cost, or find the same that was done before."""
        with self._deciding(order_id, hand, Permission.ORDER_ADJUST, now) as it:
            done = reversals.of_order(it.connection, order_id)
            again = next((one for one in done if one.kind is _K.ADJUST and one.state is not _S.VAIN), None)
            if again is not None and (again.old, again.new) == (old, new):
                return again
            _refuse_adjusting(it.order, old, new, reversals.cost(it.order, done))
            _begun(order_id, done, _K.ADJUST)
            return it.write(_K.ADJUST, _S.OPEN, old, new)

    @retried
    def in_vain(self, reversal: Reversal, now: datetime) -> None:
        """The refund it was to become was refused: the order stays as it was.

        Unless the same decision has become a refund at another counter meanwhile: that one tells how it ends.
        """
        with self._ledger.writing() as connection:
            orders.load(connection, reversal.order_id, lock=True)
            if refunds.of_request(connection, reversal.request_id) is not None:
                return
            if reversals.end(connection, reversal, _S.VAIN, now):
                facts: dict[str, str | int | None] = {"kind": reversal.kind.value}
                self._ledger.enter(connection, now, "order_action_in_vain", reversal.order_id, facts)

    @retried
    def allow(self, order_id: str, hand: Hand, permission: Permission, now: datetime) -> Order:
        """The order as it is, for somebody who may decide about it."""
        with self._deciding(order_id, hand, permission, now) as it:
            return it.order

    def order(self, order_id: str) -> Order:
        """One order, as it is."""
        order = self._ledger.order(order_id)
        if order is None:
            raise UsageFault("order_unknown", order_id=safe_number(order_id))
        return order

    @contextmanager
    def _deciding(
        self, order_id: str, hand: Hand, permission: Permission, now: datetime
    ) -> Iterator[_Decision]:
        """The order, locked, for somebody who may decide about it."""
        with self._ledger.writing() as connection:
            order = orders.load(connection, order_id, lock=True)
            if order is None:
                raise UsageFault("order_unknown", order_id=safe_number(order_id))
            if staff.any_of(connection):
                staff.permitted(connection, hand.by, permission)
            yield _Decision(self._ledger, connection, order, hand, now)


def _begun(order_id: str, done: list[Reversal], kind: ReversalKind) -> Reversal | None:
    """The same that was begun before and has not ended. Raises UsageFault where something else was."""
    begun = next((one for one in done if one.state is _S.OPEN), None)
    if begun is not None and (begun.kind is not kind or kind is _K.ADJUST):
        raise UsageFault("order_action_open", order_id=order_id)
    return begun


def _refuse_adjusting(order: Order, old: Money, new: Money, cost: Money) -> None:
    if order.state in (OrderState.UNPAID, OrderState.CANCELLED):
        raise UsageFault("adjust_not_paid", order_id=order.order_id, state=order.state.value)
    if old != cost:
        raise UsageFault("adjust_old_wrong", order_id=order.order_id, told=str(old), booked=str(cost))
    if not ZERO < new < old:
        raise UsageFault("adjust_not_lower", order_id=order.order_id, told=str(new), booked=str(old))
