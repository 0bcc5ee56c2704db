"""Orders in the ledger: their state derived from rows, their cap guarded."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, case, func, select, update

from scanrefund.ledger.schema import orders, refunds
from scanrefund.model.money import Money
from scanrefund.model.order import Order, OrderState
from scanrefund.model.refund import COUNTS_FOR_CUSTOMER, COUNTS_FOR_WALLET, OPEN, RefundState
from scanrefund.model.wallet import Wallet

# The customer has this money.
_ARRIVED: Final = (RefundState.SUCCEEDED, RefundState.EXTERNAL, RefundState.PAID_OTHER_WAY)


class _Sums(NamedTuple):
    """What the refunds of one order leave; these are the sums of none."""

    refunded: int = 0
    made: int = 0
    last_sequence: int = 0
    open_refund_id: str | None = None
    last_made_at: datetime | None = None
    last_sent_at: datetime | None = None


def load(connection: Connection, order_id: str, *, lock: bool = False) -> Order | None:
    """One order with the sums of its refunds; locked against other writers where the database can."""
    return load_all(connection, [order_id], lock=lock).get(order_id)


def load_all(connection: Connection, order_ids: Collection[str], *, lock: bool) -> dict[str, Order]:
    """Several orders by their numbers, as `load` gives each."""
    # Locked in one order everywhere, so that two imports never wait for each other.
    query = select(orders).where(orders.c.order_id.in_(order_ids)).order_by(orders.c.order_id)
    rows = connection.execute(query.with_for_update() if lock else query).all()
    sums = _sums(connection, [row.order_id for row in rows])
    return {row.order_id: _order(row, sums.get(row.order_id, _Sums())) for row in rows}


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


def _sums(connection: Connection, order_ids: Collection[str]) -> dict[str, _Sums]:
    """The sums of those orders that have refunds."""
    if not order_ids:
        return {}
    is_open = refunds.c.state.in_([state.value for state in OPEN])
    rows = connection.execute(
        select(
            refunds.c.order_id,
            _sum_of(_ARRIVED),
            func.coalesce(func.sum(case((refunds.c.sequence > 0, 1), else_=0)), 0),
            func.max(refunds.c.sequence),
            func.max(case((is_open, refunds.c.refund_id))),
            func.max(refunds.c.created_at),
            func.max(refunds.c.last_sent_at),
        )
        .where(refunds.c.order_id.in_(order_ids))
        .group_by(refunds.c.order_id)
    )
    return {order_id: _Sums(*sums) for order_id, *sums in rows}


def _order(row: Row[Any], sums: _Sums) -> Order:
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
