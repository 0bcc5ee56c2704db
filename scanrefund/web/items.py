"""What was sold, as far as the till's further column `items` tells it: `cup=12.80;plate=30`."""

from __future__ import annotations

from typing import Any, Final

from scanrefund.model.money import Money, NotMoney
from scanrefund.model.order import Order
from scanrefund.model.printable import codes_hidden, written_out

COLUMN: Final = "items"
ITEMS_MAX: Final = 12
_NAME_CHARS_MAX: Final = 24


def items_of(order: Order) -> list[dict[str, Any]]:
    """Each item with its amount; none at all where one cannot be read or they come to more than was paid."""
    told = [part for part in order.extra.get(COLUMN, "").split(";") if part.strip()]
    try:
        items = [_item(part) for part in told]
    except (NotMoney, ValueError):
        return []
    fits = len(items) <= ITEMS_MAX and sum(one["amount_fen"] for one in items) <= order.amount.fen
    return items if fits else []


def _item(part: str) -> dict[str, Any]:
    name, _, amount = part.rpartition("=")
    fen = Money.from_yuan(amount.strip()).fen
    if not name.strip() or fen <= 0:
        raise NotMoney(amount)
    return {"name": written_out(codes_hidden(name.strip()))[:_NAME_CHARS_MAX], "amount_fen": fen}
