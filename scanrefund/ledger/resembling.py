"""Orders by what a clerk knows of them without the number: the amount, or the last digits of it."""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import ColumnElement, Connection, or_, select

from scanrefund.ledger.schema import orders
from scanrefund.model.money import Money

# As many as the page has digits for.
MOST: Final = 9
# Fewer would fit half a day's orders.
_LAST_DIGITS: Final = re.compile(r"[0-9A-Za-z]{4,32}")
_AMOUNT: Final = re.compile(r"[¥￥]?([0-9]{1,7}\.[0-9]{1,2})")


def resembling(connection: Connection, text: str) -> list[str]:
    """The numbers of the orders paid last that end so, ours or the wallet's, or came to this amount."""
    wanted = _wanted(text)
    if wanted is None:
        return []
    newest = select(orders.c.order_id).where(wanted).order_by(orders.c.paid_at.desc(), orders.c.order_id)
    return list(connection.execute(newest.limit(MOST)).scalars())


def _wanted(text: str) -> ColumnElement[bool] | None:
    if amount := _AMOUNT.fullmatch(text):
        return orders.c.amount_fen == Money.from_yuan(amount[1]).fen
    if not _LAST_DIGITS.fullmatch(text):
        return None
    columns = (orders.c.order_id, orders.c.wallet_order_id)
    return or_(*(column.endswith(text, autoescape=True) for column in columns))
