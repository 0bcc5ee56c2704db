"""What a number leads to: from a receipt, a bill or the till; the clerk does not know which it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Integer, bindparam, or_, select

from scanrefund.ledger.schema import orders, refunds

# Two wallets may by chance give one number twice; more of them is another question.
ORDERS_MAX: Final = 20

_ORDERS: Final = (
    select(orders.c.order_id)
    .where(or_(orders.c.order_id == bindparam("number"), orders.c.wallet_order_id == bindparam("number")))
    .order_by(orders.c.order_id)
    .limit(bindparam("most", type_=Integer))
)
_REFUND: Final = select(refunds.c.refund_id, refunds.c.order_id).where(
    or_(refunds.c.refund_id == bindparam("number"), refunds.c.wallet_refund_id == bindparam("number"))
)


@dataclass(frozen=True, slots=True)
class Matches:
    """The orders that have this number, ours or the wallet's, and the refund that has it, with its order."""

    order_ids: tuple[str, ...] = ()
    refund_id: str = ""


def find(connection: Connection, number: str) -> Matches:
    """Exact matches only: part of a number is somebody else's number. Nothing has an empty one."""
    if not number:
        return Matches()
    rows = connection.execute(_ORDERS, {"number": number, "most": ORDERS_MAX})
    order_ids = [row.order_id for row in rows]
    refund = connection.execute(_REFUND, {"number": number}).first()
    if refund is None:
        return Matches(tuple(order_ids))
    if refund.order_id not in order_ids:
        order_ids.append(refund.order_id)
    return Matches(tuple(order_ids), refund.refund_id)
