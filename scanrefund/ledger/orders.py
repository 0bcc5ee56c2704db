"""Orders in the ledger: kept from outside, their state derived from rows, their cap guarded."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, case, func, insert, select, update

from scanrefund.ledger.schema import orders, refunds
from scanrefund.model.money import ZERO, Money
from scanrefund.model.order import Order, OrderState
from scanrefund.model.refund import COUNTS_FOR_CUSTOMER, COUNTS_FOR_WALLET, OPEN, RefundState
from scanrefund.model.wallet import Wallet

# The customer has this money.
_ARRIVED: Final = (RefundState.SUCCEEDED, RefundState.EXTERNAL, RefundState.PAID_OTHER_WAY)


class Kept(StrEnum):
    """What keeping an order from outside did."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"


def load(connection: Connection, order_id: str, *, lock: bool = False) -> Order | None:
    """One order with the sums of its refunds; locked against other writers where the database can."""
    query = select(orders).where(orders.c.order_id == order_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return _order(row, _sums(connection, order_id)) if row else None


def keep(connection: Connection, order: Order, now: datetime) -> Kept:
    """Keep an order told from outside. The same order again changes nothing; money facts never change."""
    old = load(connection, order.order_id, lock=True)
    if old is None:
        connection.execute(insert(orders).values(kept_at=now, **_columns(order)))
        return Kept.NEW
    if _contradict(old, order):
        return Kept.CONFLICT
    news = _news(old, order)
    if not news:
        return Kept.UNCHANGED
    connection.execute(update(orders).where(orders.c.order_id == order.order_id).values(**news))
    return Kept.CHANGED


def reserve(connection: Connection, order_id: str, amount: Money) -> bool:
    """Take an amount from both caps by one guarded UPDATE; False when it does not fit."""
    return take(connection, order_id, amount.fen, amount.fen)


def count(connection: Connection, order_id: str, amount: Money, old: RefundState, new: RefundState) -> bool:
    """Take or give back what a written move from one state to another changes, cap by cap.

    False when the caps cannot hold what is to be taken: they stand full then (`overfill`).
    """
    wallet = amount.fen * ((new in COUNTS_FOR_WALLET) - (old in COUNTS_FOR_WALLET))
    customer = amount.fen * ((new in COUNTS_FOR_CUSTOMER) - (old in COUNTS_FOR_CUSTOMER))
    if not wallet and not customer:
        return True
    if min(wallet, customer) < 0 and _is_overfull(connection, order_id):
        overfill(connection, order_id)
        return True
    if take(connection, order_id, wallet, customer):
        return True
    overfill(connection, order_id)
    return False


def overfill(connection: Connection, order_id: str) -> None:
    """Set both caps to the sum of the rows, at most to what was paid.

    Facts may sum up to more than was paid. Plain additions would then give room back that is not there.
    """
    row = connection.execute(
        select(orders.c.amount_fen).where(orders.c.order_id == order_id).with_for_update()
    ).one()
    sums = connection.execute(
        select(
            _sum_of(COUNTS_FOR_WALLET).label("wallet"), _sum_of(COUNTS_FOR_CUSTOMER).label("customer")
        ).where(refunds.c.order_id == order_id)
    ).one()
    connection.execute(
        update(orders)
        .where(orders.c.order_id == order_id)
        .values(
            wallet_reserved_fen=min(int(sums.wallet), row.amount_fen),
            customer_reserved_fen=min(int(sums.customer), row.amount_fen),
        )
    )


def _is_overfull(connection: Connection, order_id: str) -> bool:
    beyond = select(refunds.c.refund_id).where(refunds.c.order_id == order_id, refunds.c.beyond_cap)
    return connection.execute(beyond.limit(1)).first() is not None


def _sum_of(states: Iterable[RefundState]) -> ColumnElement[int]:
    counted = refunds.c.state.in_([state.value for state in states])
    return func.coalesce(func.sum(case((counted, refunds.c.amount_fen), else_=0)), 0)


def take(connection: Connection, order_id: str, wallet_fen: int, customer_fen: int) -> bool:
    """Change both caps by one guarded UPDATE; False when they cannot hold it."""
    wallet = orders.c.wallet_reserved_fen + wallet_fen
    customer = orders.c.customer_reserved_fen + customer_fen
    taken = connection.execute(
        update(orders)
        .where(orders.c.order_id == order_id, wallet <= orders.c.amount_fen, customer <= orders.c.amount_fen)
        .values(wallet_reserved_fen=wallet, customer_reserved_fen=customer)
    )
    return taken.rowcount == 1


def freeze(connection: Connection, order_id: str, why: str) -> None:
    """No refund of this order until a person has looked. The first reason stays."""
    connection.execute(
        update(orders).where(orders.c.order_id == order_id, orders.c.frozen_why == "").values(frozen_why=why)
    )


def thaw(connection: Connection, order_id: str) -> bool:
    """A person has looked. False when the order was not frozen."""
    thawed = connection.execute(
        update(orders).where(orders.c.order_id == order_id, orders.c.frozen_why != "").values(frozen_why="")
    )
    return thawed.rowcount == 1


def _sums(connection: Connection, order_id: str) -> Row[Any]:
    is_open = refunds.c.state.in_([state.value for state in OPEN])
    return connection.execute(
        select(
            _sum_of(_ARRIVED).label("refunded"),
            func.coalesce(func.sum(case((refunds.c.sequence > 0, 1), else_=0)), 0).label("made"),
            func.coalesce(func.max(refunds.c.sequence), 0).label("last_sequence"),
            func.max(case((is_open, refunds.c.refund_id))).label("open_refund_id"),
            func.max(refunds.c.created_at).label("last_made_at"),
            func.max(refunds.c.last_sent_at).label("last_sent_at"),
        ).where(refunds.c.order_id == order_id)
    ).one()


def _order(row: Row[Any], sums: Row[Any]) -> Order:
    return Order(
        order_id=row.order_id,
        wallet=Wallet(row.wallet),
        wallet_order_id=row.wallet_order_id,
        amount=Money(row.amount_fen),
        paid_at=row.paid_at,
        state=_state(row, int(sums.refunded)),
        payer_fingerprint=row.payer_fingerprint,
        cancelled_at=row.cancelled_at,
        cancelled_why=row.cancelled_why,
        wallet_reserved=Money(row.wallet_reserved_fen),
        customer_reserved=Money(row.customer_reserved_fen),
        refunded=Money(int(sums.refunded)),
        refund_count=int(sums.made),
        last_sequence=max(int(sums.last_sequence), 0),
        open_refund_id=sums.open_refund_id,
        last_refund_at=sums.last_sent_at or sums.last_made_at,
        frozen_why=row.frozen_why,
        looked_up_at=row.looked_up_at,
        extra=json.loads(row.extra),
    )


def _state(row: Row[Any], refunded_fen: int) -> OrderState:
    if row.cancelled_at is not None:
        return OrderState.CANCELLED
    if refunded_fen >= row.amount_fen:
        return OrderState.REFUNDED
    if refunded_fen > 0:
        return OrderState.PARTLY_REFUNDED
    return OrderState(row.told_state)


def _columns(order: Order) -> dict[str, Any]:
    told = order.state if order.state in (OrderState.UNPAID, OrderState.RELEASED) else OrderState.PAID
    return {
        "order_id": order.order_id,
        "wallet": order.wallet.value,
        "wallet_order_id": order.wallet_order_id,
        "amount_fen": order.amount.fen,
        "paid_at": order.paid_at,
        "told_state": told.value,
        "cancelled_at": order.cancelled_at,
        "cancelled_why": order.cancelled_why,
        "payer_fingerprint": order.payer_fingerprint,
        "extra": json.dumps(order.extra, ensure_ascii=False, sort_keys=True),
        "wallet_reserved_fen": ZERO.fen,
        "customer_reserved_fen": ZERO.fen,
    }


def _contradict(old: Order, new: Order) -> bool:
    both_named = old.wallet_order_id and new.wallet_order_id
    other_number = bool(both_named) and old.wallet_order_id != new.wallet_order_id
    return other_number or (old.wallet, old.amount) != (new.wallet, new.amount)


# Later news may move an order on (paid, released) or cancel it, never back.
_FORWARD: Final = (OrderState.UNPAID, OrderState.PAID, OrderState.RELEASED)


def _news(old: Order, new: Order) -> dict[str, Any]:
    news: dict[str, Any] = {}
    if new.cancelled_at is not None and old.cancelled_at is None:
        news |= {"cancelled_at": new.cancelled_at, "cancelled_why": new.cancelled_why}
    on_the_way = old.state in _FORWARD and new.state in _FORWARD
    if on_the_way and _FORWARD.index(new.state) > _FORWARD.index(old.state):
        news |= {"told_state": new.state.value, "paid_at": new.paid_at or old.paid_at}
    if new.payer_fingerprint and not old.payer_fingerprint:
        news["payer_fingerprint"] = new.payer_fingerprint
    if new.wallet_order_id and not old.wallet_order_id:
        news["wallet_order_id"] = new.wallet_order_id
    return news
