"""What people decide about a refund or an order: each one transaction, in the book with who and why.

None of it believes a person about money: a held refund closes only by proof, and money goes another way only
after the wallet's refund has ended without reaching the customer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Integer, bindparam, select

from scanrefund.errors import UsageFault
from scanrefund.ledger import behind, holds, orders, other_ways, overfull, refunds, staff, trips
from scanrefund.ledger.book import Facts
from scanrefund.ledger.engine import retried
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.refunds import AHEAD_MAX, Ended
from scanrefund.ledger.schema import attempts
from scanrefund.model.hold import Hold
from scanrefund.model.order import Order
from scanrefund.model.other_way import IN_CASH, Method, OtherWay
from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import TERMINAL, Command, Refund, RefundState
from scanrefund.model.staff import Permission
from scanrefund.model.wallet import safe_number

# A wallet may know a refund only after a while: an ask proves absence when it comes this long after the
# last send, and one ask may be answered by a server that lags behind.
PROOF_AFTER: Final = timedelta(minutes=10)
PROOF_ASKS: Final = 2

# Ends that need no cash, each with the fault that says why.
_NO_CASH: Final = {
    RefundState.SUCCEEDED: "cash_after_wallet",
    RefundState.EXTERNAL: "cash_after_wallet",
    RefundState.PAID_OTHER_WAY: "cash_paid_already",
    RefundState.CANCELLED: "cash_of_cancelled",
}

# The newest first.
_ABSENT_ASKS: Final = (
    select(attempts.c.begun_at)
    .where(
        attempts.c.refund_id == bindparam("this"),
        attempts.c.command == Command.ASK.value,
        attempts.c.outcome == Outcome.ABSENT.value,
    )
    .order_by(attempts.c.attempt_id.desc())
    .limit(bindparam("most", type_=Integer))
)


@dataclass(frozen=True, slots=True)
class Hand:
    """Who decides, and why. Where staff is known, `by` is the staff id of somebody who has proved himself."""

    by: str
    why: str


class ByHand:
    """The decisions of people. Every method raises UsageFault when the rules do not allow it."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @retried
    def release(self, refund_id: str, hand: Hand, now: datetime) -> Refund:
        """Let a held refund go on under the same number; the wallet is asked first if it may know of it.

        One that was never sent, and waits because its order is on hold, goes on as it was planned.
        """
        with self._ledger.writing() as connection:
            if (hold := _hold_of(connection, refund_id)) is not None:
                return self._lift(connection, refund_id, hold, hand, now)
            refund = _held(connection, refund_id)
            staff.permitted_on(connection, hand.by, Permission.REFUND_RELEASE, refund.clerk)
            if overfull.is_overfull(connection, refund.order_id):
                raise UsageFault("release_over_order", refund_id=refund_id, order_id=refund.order_id)
            if refund.lacks_approval:
                raise UsageFault("release_not_approved", refund_id=refund_id)
            if behind.stops(connection, refund.order_id):
                raise UsageFault("release_while_behind", refund_id=refund_id, order_id=refund.order_id)
            command = Command.ASK if refund.ever_unknown else Command.SEND
            plan: dict[str, object] = {"next_command": command.value, "next_try_at": now}
            plan |= {"released": True, "odd_answers": 0}
            return self._decide(connection, refund, refund.state, "refund_released", hand, now, plan)

    @retried
    def close(self, refund_id: str, hand: Hand, now: datetime) -> Refund:
        """Close a held refund of which the wallet proved twice, late enough, that it knows nothing."""
        with self._ledger.writing() as connection:
            refund = _held(connection, refund_id)
            staff.permitted_on(connection, hand.by, Permission.REFUND_CLOSE, refund.clerk)
            found = _proofs(connection, refund, now)
            if found < PROOF_ASKS or refund.wallet_refund_id:
                raise UsageFault("close_not_proved", refund_id=refund_id, found=found, needed=PROOF_ASKS)
            return self._decide(
                connection, refund, RefundState.CLOSED, "refund_closed_by_hand", hand, now, _NO_PLAN
            )

    @retried
    def cancel(self, refund_id: str, hand: Hand, now: datetime) -> Refund:
        """Withdraw a refund of which no byte ever left."""
        with self._ledger.writing() as connection:
            refund = _known(connection, refund_id)
            if hand.by != refund.clerk:
                staff.permitted_on(connection, hand.by, Permission.REFUND_APPROVE, refund.clerk)
            if not refund.has_never_left:
                raise UsageFault("refund_was_sent", refund_id=refund_id, state=refund.state.value)
            return self._decide(
                connection, refund, RefundState.CANCELLED, "refund_cancelled", hand, now, _NO_PLAN
            )

    @retried
    def pay_other_way(self, refund_id: str, hand: Hand, now: datetime, other: OtherWay = IN_CASH) -> Refund:
        """Write down that the shop paid by hand what the wallet did not: a row of its own, linked.

        Takes the amount from the customer's cap only: the wallet moves nothing for it.
        """
        with self._ledger.writing() as connection:
            orders.load(connection, _known(connection, refund_id).order_id, lock=True)
            # Read under the order's lock: a late word of the wallet may just have been written.
            refund = _known(connection, refund_id)
            staff.permitted_on(connection, hand.by, Permission.REFUND_CASH, refund.clerk)
            order = _ready_for_cash(connection, refund)
            if not orders.take(connection, order.order_id, 0, refund.amount.fen):
                raise UsageFault("cash_over_remaining", order_id=order.order_id, amount_fen=refund.amount.fen)
            sequence = -refunds.sequence_of(connection, refund_id)
            paid = Ended(
                *(f"{refund_id}_C", sequence, refund.amount, RefundState.PAID_OTHER_WAY),
                *(hand.why, hand.by, other),
            )
            made = refunds.make_ended(connection, order, paid, now, instead_of=refund_id)
            self._enter(connection, "refund_paid_other_way", made, hand, now, _of_bank(other))
            return made

    @retried
    def thaw(self, order_id: str, hand: Hand, now: datetime) -> None:
        """Let an order be refunded again after a person has looked at what froze it."""
        with self._ledger.writing() as connection:
            staff.permitted_on(connection, hand.by, Permission.ORDER_ADJUST, "")
            orders.load(connection, order_id, lock=True)
            if not orders.thaw(connection, order_id):
                raise UsageFault("order_not_frozen", order_id=safe_number(order_id))
            if (hold := holds.standing(connection, order_id)) is not None:
                holds.lift(connection, hold, hand, now)
            facts: dict[str, str | int | None] = {"by": hand.by, "why": hand.why}
            self._ledger.enter(connection, now, "order_thawed", order_id, facts)

    def proofs(self, refund: Refund, now: datetime) -> int:
        """How many asks in a row, late enough after the last send, found nothing."""
        with self._ledger.reading() as connection:
            return _proofs(connection, refund, now)

    def replacement(self, refund_id: str) -> str:
        """The number under which a refund was paid another way; empty where it was not."""
        with self._ledger.reading() as connection:
            return other_ways.replacement(connection, refund_id)

    def sent_at(self, refund: Refund, now: datetime) -> datetime | None:
        """When the last send had left, at the latest; None while nothing believable tells."""
        with self._ledger.reading() as connection:
            return _sent_at(refund, _absent_asks(connection, refund, now), now)

    def _lift(self, connection: Connection, refund_id: str, hold: Hold, hand: Hand, now: datetime) -> Refund:
        refund = refunds.required(connection, refund_id)
        staff.permitted_on(connection, hand.by, Permission.REFUND_RELEASE, refund.clerk)
        orders.off_hold(connection, hold.order_id)
        holds.lift(connection, hold, hand, now)
        self._enter(connection, "refund_released", refund, hand, now)
        return refunds.required(connection, refund_id)

    def _decide(
        self,
        connection: Connection,
        refund: Refund,
        new: RefundState,
        kind: str,
        hand: Hand,
        now: datetime,
        changes: dict[str, object],
    ) -> Refund:
        if not trips.decide(connection, refund, new, now, kind, changes):
            raise UsageFault("refund_under_way", refund_id=refund.refund_id)
        self._enter(connection, kind, refund, hand, now)
        return refunds.required(connection, refund.refund_id)

    def _enter(
        self,
        connection: Connection,
        kind: str,
        refund: Refund,
        hand: Hand,
        now: datetime,
        more: Facts | None = None,
    ) -> None:
        facts: Facts = {"by": hand.by, "why": hand.why, "amount_fen": refund.amount.fen}
        self._ledger.enter(connection, now, kind, refund.refund_id, facts | (more or {}))


_NO_PLAN: Final[dict[str, object]] = {"next_command": None, "next_try_at": None}


def _of_bank(other: OtherWay) -> Facts:
    """What the book keeps of a transfer: the bank's reference, nothing of the account."""
    if other.method is Method.CASH:
        return {}
    return {"method": other.method.value, "bank_reference": other.bank_reference}


def _known(connection: Connection, refund_id: str) -> Refund:
    refund = refunds.load(connection, refund_id)
    if refund is None:
        raise UsageFault("refund_unknown", refund_id=safe_number(refund_id))
    return refund


def _hold_of(connection: Connection, refund_id: str) -> Hold | None:
    """What keeps back a refund that was never sent.

    Raises UsageFault for one that left before its order was put on hold.
    """
    orders.load(connection, _known(connection, refund_id).order_id, lock=True)
    refund = _known(connection, refund_id)
    hold = holds.standing(connection, refund.order_id)
    if hold is not None and refund.sends:
        raise UsageFault("release_while_on_hold", refund_id=refund_id, order_id=refund.order_id)
    return hold if refund.state not in TERMINAL else None


def _held(connection: Connection, refund_id: str) -> Refund:
    refund = _known(connection, refund_id)
    if refund.state is not RefundState.HELD:
        raise UsageFault("refund_not_held", refund_id=refund_id, state=refund.state.value)
    return refund


def _proofs(connection: Connection, refund: Refund, now: datetime) -> int:
    asked = _absent_asks(connection, refund, now)
    sent_at = _sent_at(refund, asked, now)
    return sum(at >= sent_at + PROOF_AFTER for at in asked) if sent_at else 0


def _absent_asks(connection: Connection, refund: Refund, now: datetime) -> list[datetime]:
    """When the asks were made that found nothing one after the other since the last send, in their order.

    `absent_asks` starts anew with every other answer: what was known in between is no absence. Where a clock
    that ran ahead wrote when the refund was sent, what such a clock wrote of the asks counts not either.
    """
    found = connection.execute(_ABSENT_ASKS, {"this": refund.refund_id, "most": refund.absent_asks})
    asked = [*found.scalars()][::-1]
    if _is_believable(refund.last_sent_at, now):
        return asked
    return [at for at in asked if _is_believable(at, now)]


def _sent_at(refund: Refund, asked: list[datetime], now: datetime) -> datetime | None:
    """As it was written. A clock that ran ahead says nothing, but the first ask since came later."""
    if _is_believable(refund.last_sent_at, now):
        return refund.last_sent_at
    return asked[0] if asked else None


def _is_believable(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now + AHEAD_MAX


def _ready_for_cash(connection: Connection, refund: Refund) -> Order:
    """The refund's order, locked, once nothing of it may still move."""
    order = orders.load(connection, refund.order_id, lock=True)
    if order is None:  # pragma: no cover - a foreign key keeps every refund's order
        raise UsageFault("order_unknown", order_id=refund.order_id)
    if not refund.left_unpaid:
        code = _NO_CASH.get(refund.state, "cash_before_end")
        raise UsageFault(code, refund_id=refund.refund_id, state=refund.state.value)
    if order.open_refund_id is not None:
        raise UsageFault("cash_beside_open", refund_id=order.open_refund_id)
    if order.frozen_why:
        raise UsageFault("cash_while_frozen", order_id=order.order_id)
    if behind.is_behind(connection, order):
        raise UsageFault("cash_while_behind", order_id=order.order_id)
    if other_ways.replacement(connection, refund.refund_id):
        raise UsageFault("cash_paid_already", refund_id=refund.refund_id)
    return order
