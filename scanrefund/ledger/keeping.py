"""Orders told from outside: kept in the ledger, many at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, update

from scanrefund.ledger.orders import load_all
from scanrefund.ledger.schema import orders
from scanrefund.ledger.telling import note_cancelled
from scanrefund.model.money import ZERO
from scanrefund.model.order import Order, OrderState

# Orders looked up by one statement: far fewer trips than rows, far fewer values than SQLite's 32,766.
CHUNK_ORDERS: Final = 500

_HOLDERS: Final = select(orders.c.wallet, orders.c.wallet_order_id, orders.c.order_id).where(
    orders.c.wallet_order_id.in_(bindparam("numbers", expanding=True))
)
_NEW: Final = insert(orders)


class Kept(StrEnum):
    """What keeping an order from outside did."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    NUMBER_TAKEN = "number_taken"


@dataclass(frozen=True, slots=True)
class Keeping:
    """What became of one order from outside. `holder` is the order that already has its wallet's number."""

    kept: Kept
    holder: str = ""


def keep(connection: Connection, told: Sequence[Order], now: datetime) -> list[Keeping]:
    """Keep orders told from outside, in their order; what became of each.

    The same order again changes nothing; money facts never change; no two orders hold one wallet's number.
    """
    return [done for chunk in _chunks(told) for done in _keep_chunk(connection, chunk, now)]


def _chunks(told: Sequence[Order]) -> Iterator[list[Order]]:
    """Runs in which no order and no wallet's number comes twice: the next sees what the last kept."""
    chunk: list[Order] = []
    met: set[object] = set()
    for order in told:
        names = {order.order_id, (order.wallet, order.wallet_order_id or order.order_id)}
        if len(chunk) == CHUNK_ORDERS or names & met:
            yield chunk
            chunk, met = [], set()
        chunk.append(order)
        met |= names
    if chunk:
        yield chunk


def _keep_chunk(connection: Connection, chunk: list[Order], now: datetime) -> list[Keeping]:
    old = load_all(connection, [order.order_id for order in chunk], lock=True)
    holders = _holders(connection, chunk)
    done: list[Keeping] = []
    new: list[dict[str, Any]] = []
    for order in chunk:
        holder = holders.get((order.wallet.value, order.wallet_order_id), order.order_id)
        keeping, values = _decide(old.get(order.order_id), order, holder)
        done.append(keeping)
        if keeping.kept is Kept.NEW:
            new.append({"kept_at": now, **values})
        elif keeping.kept is Kept.CHANGED:
            connection.execute(update(orders).where(orders.c.order_id == order.order_id).values(**values))
            if "cancelled_at" in values:
                note_cancelled(connection, order.order_id, now)
    if new:
        connection.execute(_NEW, new)
    return done


def _decide(old: Order | None, order: Order, holder: str) -> tuple[Keeping, dict[str, Any]]:
    """What to do with one order, and the columns to write."""
    if old and _contradict(old, order):
        return Keeping(Kept.CONFLICT), {}
    values = _news(old, order) if old else _columns(order)
    if values.get("wallet_order_id") and holder != order.order_id:
        return Keeping(Kept.NUMBER_TAKEN, holder), {}
    if not values:
        return Keeping(Kept.UNCHANGED), {}
    return Keeping(Kept.CHANGED if old else Kept.NEW), values


def _holders(connection: Connection, chunk: list[Order]) -> dict[tuple[str, str], str]:
    """Which order holds each wallet's number of the chunk."""
    numbers = [order.wallet_order_id for order in chunk if order.wallet_order_id]
    if not numbers:
        return {}
    rows = connection.execute(_HOLDERS, {"numbers": numbers})
    return {(row.wallet, row.wallet_order_id): row.order_id for row in rows}


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
