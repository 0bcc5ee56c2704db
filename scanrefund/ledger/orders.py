"""Orders in the ledger: kept from outside, their state derived from rows, their cap guarded."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, case, func, insert, select, update

from scanrefund.errors import Bug
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
    taken = connection.execute(
        update(orders)
        .where(
            orders.c.order_id == order_id,
            orders.c.wallet_reserved_fen + amount.fen <= orders.c.amount_fen,
            orders.c.customer_reserved_fen + amount.fen <= orders.c.amount_fen,
        )
        .values(
            wallet_reserved_fen=orders.c.wallet_reserved_fen + amount.fen,
            customer_reserved_fen=orders.c.customer_reserved_fen + amount.fen,
        )
    )
    return taken.rowcount == 1


def give_back(
    connection: Connection, order_id: str, amount: Money, old: RefundState, new: RefundState
) -> None:
    """Give back what a move from one state to another no longer counts, cap by cap."""
    wallet = amount.fen if old in COUNTS_FOR_WALLET and new not in COUNTS_FOR_WALLET else 0
    customer = amount.fen if old in COUNTS_FOR_CUSTOMER and new not in COUNTS_FOR_CUSTOMER else 0
    if not wallet and not customer:
        return
    given = connection.execute(
        update(orders)
        .where(orders.c.order_id == order_id)
        .values(
            wallet_reserved_fen=orders.c.wallet_reserved_fen - wallet,
            customer_reserved_fen=orders.c.customer_reserved_fen - customer,
        )
    )
    if given.rowcount != 1:
        raise Bug("order_vanished", order_id=order_id)


def _sums(connection: Connection, order_id: str) -> Row[Any]:
    arrived = refunds.c.state.in_([state.value for state in _ARRIVED])
    is_open = refunds.c.state.in_([state.value for state in OPEN])
    return connection.execute(
        select(
            func.coalesce(func.sum(case((arrived, refunds.c.amount_fen), else_=0)), 0).label("refunded"),
            func.count().label("made"),
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
        refund_count=sums.made,
        open_refund_id=sums.open_refund_id,
        last_refund_at=sums.last_sent_at or sums.last_made_at,
        frozen_why=row.frozen_why,
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
