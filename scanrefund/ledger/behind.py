"""Books that are older than what happened: noticed by the witness, cured by asking the wallet."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from scanrefund.ledger import orders as order_rows
from scanrefund.ledger import refunds as refund_rows
from scanrefund.ledger import trips
from scanrefund.ledger.columns import time_of, time_text
from scanrefund.ledger.schema import meta, orders, refunds
from scanrefund.model.order import Order
from scanrefund.model.refund import NEVER_SENT, Command, Refund, RefundState

_NAME: Final = "books_behind_since"
_SINCE: Final = select(meta.c.value).where(meta.c.name == _NAME)

# What may not go out yet is asked about again this much later; by then its order may have been looked up.
ASK_AGAIN: Final = timedelta(minutes=10)

_NEVER_SENT: Final = sorted(state.value for state in NEVER_SENT)


def since(connection: Connection) -> datetime | None:
    """Since when the books are known to be behind; None when they are not."""
    told = connection.execute(_SINCE).scalar_one_or_none()
    return time_of(told) if told else None


def note(connection: Connection, now: datetime) -> None:
    """From now on no order is refunded before it has been looked up.

    What was looked up before counts no more, whatever the clock said then.

    What the old copy holds as never sent, or proved of what is held, may be overtaken: the wallet is asked.
    """
    connection.execute(update(orders).where(orders.c.looked_up_at.is_not(None)).values(looked_up_at=None))
    connection.execute(delete(meta).where(meta.c.name == _NAME))
    connection.execute(insert(meta).values(name=_NAME, value=time_text(now)))
    _doubt_never_sent(connection, now)
    _doubt_proofs(connection, now)


def forget(connection: Connection) -> None:
    """The books have been caught up."""
    connection.execute(delete(meta).where(meta.c.name == _NAME))


def is_behind(connection: Connection, order: Order) -> bool:
    """Whether the wallet may hold refunds of this order that the books do not."""
    noticed = since(connection)
    return noticed is not None and (order.looked_up_at is None or order.looked_up_at < noticed)


def stops(connection: Connection, order_id: str) -> bool:
    """Whether nothing of an order may go out because it was not looked up."""
    if since(connection) is None:
        return False
    order = order_rows.load(connection, order_id)
    return order is not None and is_behind(connection, order)


def wait(connection: Connection, refund: Refund, now: datetime) -> None:
    """Let a refund wait for its order's look-up; what may have been sent is asked about first."""
    plan: dict[str, object] = {"next_try_at": now + ASK_AGAIN}
    if refund.state not in NEVER_SENT:
        plan["next_command"] = Command.ASK.value
    trips.decide(connection, refund, refund.state, now, "books_behind", plan)


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


def _doubt_never_sent(connection: Connection, now: datetime) -> None:
    """Any of these may have been sent, or withdrawn, after the copy was made."""
    found = connection.execute(select(refunds.c.refund_id).where(refunds.c.state.in_(_NEVER_SENT))).scalars()
    doubt = _maybe_sent(now) | _ask_now(now)
    for refund_id in found.all():
        refund = refund_rows.required(connection, refund_id)
        if refund.state not in NEVER_SENT:
            continue  # sent or withdrawn since its number was read, by a counter that was here first
        trips.decide(connection, refund, RefundState.UNKNOWN, now, "books_behind", doubt)


def _doubt_proofs(connection: Connection, now: datetime) -> None:
    """A held refund may have been released and sent since: older proofs of its absence prove nothing now.

    Nor does an older release: it may since have been closed and paid in cash.
    """
    held = update(refunds).where(refunds.c.state == RefundState.HELD.value)
    connection.execute(held.values(absent_asks=0, released=False, **_ask_now(now), **_maybe_sent(now)))


def _ask_now(now: datetime) -> dict[str, object]:
    return {"next_command": Command.ASK.value, "next_try_at": now}


def _maybe_sent(now: datetime) -> dict[str, object]:
    return {"ever_unknown": True, "not_sent_only": False, "last_sent_at": now}
