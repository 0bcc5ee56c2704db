"""Books that are older than what happened: noticed by the witness, cured by asking the wallet."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from scanrefund.ledger import orders as order_rows
from scanrefund.ledger.columns import time_of, time_text
from scanrefund.ledger.schema import meta, orders
from scanrefund.model.order import Order

_NAME: Final = "books_behind_since"
_SINCE: Final = select(meta.c.value).where(meta.c.name == _NAME)


def since(connection: Connection) -> datetime | None:
    """Since when the books are known to be behind; None when they are not."""
    told = connection.execute(_SINCE).scalar_one_or_none()
    return time_of(told) if told else None


def note(connection: Connection, now: datetime) -> None:
    """From now on no order is refunded before it has been looked up. What was looked up before counts not."""
    connection.execute(delete(meta).where(meta.c.name == _NAME))
    connection.execute(insert(meta).values(name=_NAME, value=time_text(now)))


def forget(connection: Connection) -> None:
    """The books have been caught up."""
    connection.execute(delete(meta).where(meta.c.name == _NAME))


def is_behind(connection: Connection, order: Order) -> bool:
    """Whether the wallet may hold refunds of this order that the books do not."""
    noticed = since(connection)
    return noticed is not None and (order.looked_up_at is None or order.looked_up_at < noticed)


def looked_up(connection: Connection, order_id: str, now: datetime) -> None:
    """The wallet was asked for every number this order can have."""
    # A clock that ran ahead when the books were noticed to be behind must not strand the order.
    at = max(now, since(connection) or now)
    connection.execute(update(orders).where(orders.c.order_id == order_id).values(looked_up_at=at))


def to_look_up(connection: Connection, paid_after: datetime, after_id: str, limit: int) -> list[Order]:
    """Orders still to be looked up, by number, those after `after_id`; only what the wallet still refunds."""
    noticed = since(connection)
    if noticed is None:
        return []
    not_yet = or_(orders.c.looked_up_at.is_(None), orders.c.looked_up_at < noticed)
    query = select(orders.c.order_id).where(
        and_(not_yet, orders.c.paid_at >= paid_after, orders.c.order_id > after_id)
    )
    found = connection.execute(query.order_by(orders.c.order_id).limit(limit)).scalars().all()
    return [order for order_id in found if (order := order_rows.load(connection, order_id)) is not None]
