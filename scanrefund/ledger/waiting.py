"""Refunds that wait for somebody's approval: approved or declined, each decision one transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from scanrefund.errors import UsageFault
from scanrefund.ledger import approvals, behind, holds, orders, refunds, staff, trips
from scanrefund.ledger.approvals import Bound
from scanrefund.ledger.book import Facts
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.engine import retried
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema import refunds as refund_rows
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.refund import Command, Refund, RefundState
from scanrefund.model.staff import Permission, Staff
from scanrefund.model.wallet import safe_number


class Waiting:
    """The queue. Every decision raises UsageFault when the rules do not allow it."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def listed(self, limit: int) -> list[Refund]:
        """What waits, the longest first."""
        waiting = select(refund_rows.c.refund_id).where(
            refund_rows.c.state == RefundState.WAIT_APPROVAL.value
        )
        query = waiting.order_by(refund_rows.c.created_at, refund_rows.c.refund_id).limit(limit)
        with self._ledger.reading() as connection:
            return [refunds.required(connection, one) for one in connection.execute(query).scalars().all()]

    @retried
    def approve(self, refund_id: str, hand: Hand, now: datetime, shown: Money | None = None) -> Refund:
        """Let a waiting refund go out, for the order and the amount it was asked for and no other.

        `hand.by` has proved himself; that he may still approve is looked at again here. `shown` is the amount
        he was shown, where the refund was one of several.
        """
        with self._ledger.writing() as connection:
            refund, order = _waiting(connection, refund_id)
            approver = _second_person(connection, refund, hand.by)
            if shown is not None and shown != refund.amount:
                raise UsageFault("approval_other_amount", refund_id=refund_id, amount=refund.amount)
            if holds.standing(connection, order.order_id) is not None:
                raise UsageFault("approval_while_on_hold", refund_id=refund_id, order_id=order.order_id)
            if order.version != refund.order_version or behind.is_behind(connection, order):
                raise UsageFault("approval_outdated", refund_id=refund_id, order_id=order.order_id)
            bound = Bound(refund.request_id, order.order_id, refund.amount, order.version, refund.clerk)
            given = approvals.give(connection, bound, approver.staff_id, now)
            approvals.use(connection, given, bound, refund_id, now)
            _sign(connection, refund_id, approver)
            plan: dict[str, object] = {
                "next_command": Command.SEND.value,
                "next_try_at": refund.may_go_at(now),
            }
            decided = (hand, approver)
            return self._decide(connection, refund, RefundState.READY, "refund_approved", decided, now, plan)

    @retried
    def decline(self, refund_id: str, hand: Hand, now: datetime) -> Refund:
        """Give a waiting refund's amount back to its order. The clerk may withdraw it himself."""
        with self._ledger.writing() as connection:
            refund, _order = _waiting(connection, refund_id)
            own = hand.by == refund.clerk
            needed = Permission.REFUND_CREATE if own else Permission.REFUND_APPROVE
            decider = staff.permitted(connection, hand.by, needed)
            nothing: dict[str, object] = {"next_command": None, "next_try_at": None}
            return self._decide(
                connection, refund, RefundState.CANCELLED, "refund_declined", (hand, decider), now, nothing
            )

    def _decide(
        self,
        connection: Connection,
        refund: Refund,
        new: RefundState,
        kind: str,
        decided: tuple[Hand, Staff],
        now: datetime,
        plan: dict[str, object],
    ) -> Refund:
        hand, decider = decided
        if not trips.decide(connection, refund, new, now, kind, plan):
            raise UsageFault("refund_under_way", refund_id=refund.refund_id)
        facts: Facts = {"by": decider.staff_id, "role": decider.role.value, "why": hand.why}
        facts |= {"clerk": refund.clerk, "amount_fen": refund.amount.fen}
        self._ledger.enter(connection, now, kind, refund.refund_id, facts)
        return refunds.required(connection, refund.refund_id)


def _waiting(connection: Connection, refund_id: str) -> tuple[Refund, Order]:
    """A refund that waits, and its order, locked."""
    found = refunds.load(connection, refund_id)
    if found is None:
        raise UsageFault("refund_unknown", refund_id=safe_number(refund_id))
    order = orders.load(connection, found.order_id, lock=True)
    # Read again under the order's lock: somebody else may just have decided.
    refund = refunds.required(connection, refund_id)
    if order is None or refund.state is not RefundState.WAIT_APPROVAL:
        raise UsageFault("refund_not_waiting", refund_id=refund_id, state=refund.state.value)
    return refund, order


def _second_person(connection: Connection, refund: Refund, by: str) -> Staff:
    if by == refund.clerk:
        raise UsageFault("own_refund")
    return staff.permitted(connection, by, Permission.REFUND_APPROVE)


def _sign(connection: Connection, refund_id: str, approver: Staff) -> None:
    this = update(refund_rows).where(refund_rows.c.refund_id == refund_id)
    connection.execute(this.values(approver=approver.staff_id))
