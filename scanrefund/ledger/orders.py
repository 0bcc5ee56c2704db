"""Orders in the ledger: their state derived from rows, their cap guarded."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, bindparam, case, func, literal, not_, select, update

from scanrefund.ledger.schema import orders, refunds
from scanrefund.model.hold import ON_HOLD
from scanrefund.model.money import Money
from scanrefund.model.order import Order, OrderState
from scanrefund.model.refund import COUNTS_FOR_CUSTOMER, COUNTS_FOR_WALLET, OPEN, RefundState
from scanrefund.model.wallet import Wallet

# The customer has this money.
_ARRIVED: Final = (RefundState.SUCCEEDED, RefundState.EXTERNAL, RefundState.PAID_OTHER_WAY)
# The wallet may know nothing of these.
_IN_VAIN: Final = (RefundState.CLOSED, RefundState.CANCELLED)


def _in_states(states: Iterable[RefundState]) -> ColumnElement[bool]:
    # Each state a value of its own: a list given as one value is spelled out anew at each run.
    return refunds.c.state.in_([literal(state.value) for state in states])


def _sum_of(states: Iterable[RefundState]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((_in_states(states), refunds.c.amount_fen), else_=0)), 0)


# Statements are made once: SQLAlchemy takes longer to make one than the database to run it.
_THIS: Final = orders.c.order_id == bindparam("this")
_ONE: Final = select(orders).where(_THIS)
# Locked in one order everywhere, so that two imports never wait for each other.
_SEVERAL: Final = (
    select(orders)
    .where(orders.c.order_id.in_(bindparam("these", expanding=True)))
    .order_by(orders.c.order_id)
)
_SUMS: Final = select(
    refunds.c.order_id,
    _sum_of(_ARRIVED),
    func.coalesce(func.sum(case((refunds.c.sequence > 0, 1), else_=0)), 0),
    func.max(refunds.c.sequence),
    func.max(case((not_(_in_states(_IN_VAIN)), refunds.c.sequence))),
    func.max(case((_in_states(OPEN), refunds.c.refund_id))),
    func.max(refunds.c.created_at),
    func.max(refunds.c.last_sent_at),
).group_by(refunds.c.order_id)
_SUMS_OF_ONE: Final = _SUMS.where(refunds.c.order_id == bindparam("this"))
_SUMS_OF_SEVERAL: Final = _SUMS.where(refunds.c.order_id.in_(bindparam("these", expanding=True)))
_ONE_LOCKED, _SEVERAL_LOCKED = _ONE.with_for_update(), _SEVERAL.with_for_update()

_FOR_WALLET: Final = orders.c.wallet_reserved_fen + bindparam("more_for_wallet")
_FOR_CUSTOMER: Final = orders.c.customer_reserved_fen + bindparam("more_for_customer")
_TAKE: Final = (
    update(orders)
    .where(_THIS, orders.c.amount_fen >= _FOR_WALLET, orders.c.amount_fen >= _FOR_CUSTOMER)
    .values(wallet_reserved_fen=_FOR_WALLET, customer_reserved_fen=_FOR_CUSTOMER)
)
_BEYOND_CAP: Final = (
    select(refunds.c.refund_id).where(refunds.c.order_id == bindparam("this"), refunds.c.beyond_cap).limit(1)
)


class _Sums(NamedTuple):
    """What the refunds of one order leave; these are the sums of none."""

    refunded: int = 0
    made: int = 0
    last_sequence: int = 0
    last_taken: int | None = 0
    open_refund_id: str | None = None
    last_made_at: datetime | None = None
    last_sent_at: datetime | None = None


def load(connection: Connection, order_id: str, *, lock: bool = False) -> Order | None:
    """One order with the sums of its refunds; locked against other writers where the database can."""
    row = connection.execute(_ONE_LOCKED if lock else _ONE, {"this": order_id}).one_or_none()
    if row is None:
        return None
    sums = connection.execute(_SUMS_OF_ONE, {"this": order_id}).one_or_none()
    return _order(row, _Sums(*sums[1:]) if sums else _Sums())


def load_all(connection: Connection, order_ids: Collection[str], *, lock: bool) -> dict[str, Order]:
    """Several orders by their numbers, as `load` gives each."""
    these = {"these": list(order_ids)}
    rows = connection.execute(_SEVERAL_LOCKED if lock else _SEVERAL, these).all()
    found = connection.execute(_SUMS_OF_SEVERAL, these) if rows else ()
    sums = {order_id: _Sums(*sums) for order_id, *sums in found}
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
    return connection.execute(_BEYOND_CAP, {"this": order_id}).first() is not None


def take(connection: Connection, order_id: str, wallet_fen: int, customer_fen: int) -> bool:
    """Change both caps by one guarded UPDATE; False when they cannot hold it."""
    more = {"more_for_wallet": wallet_fen, "more_for_customer": customer_fen}
    return connection.execute(_TAKE, {"this": order_id, **more}).rowcount == 1


def freeze(connection: Connection, order_id: str, why: str) -> None:
    """No refund of this order until a person has looked.

    The first reason stays, but a person's hold makes way for a fact: lifting it must not hide that.
    """
    nothing_found = orders.c.frozen_why.in_(("", ON_HOLD))
    connection.execute(
        update(orders).where(orders.c.order_id == order_id, nothing_found).values(frozen_why=why)
    )


def thaw(connection: Connection, order_id: str) -> bool:
    """A person has looked. False when the order was not frozen."""
    thawed = connection.execute(
        update(orders).where(orders.c.order_id == order_id, orders.c.frozen_why != "").values(frozen_why="")
    )
    return thawed.rowcount == 1


def off_hold(connection: Connection, order_id: str) -> None:
    """A person's hold is over; what a fact has frozen stays frozen."""
    held = (orders.c.order_id == order_id, orders.c.frozen_why == ON_HOLD)
    connection.execute(update(orders).where(*held).values(frozen_why=""))


def _order(row: Row[Any], sums: _Sums) -> Order:
    # Rows that are not under numbers of ours count down from −1.
    last_sequence, last_taken = max(int(sums.last_sequence), 0), max(int(sums.last_taken or 0), 0)
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
        last_sequence=last_sequence,
        in_vain=last_sequence - last_taken,
        open_refund_id=sums.open_refund_id,
        last_refund_at=sums.last_sent_at or sums.last_made_at,
        frozen_why=row.frozen_why,
        looked_up_at=row.looked_up_at,
        window_until=row.window_until,
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
