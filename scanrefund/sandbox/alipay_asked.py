"""One call of an Alipay method, as its rules see it: the fields, the trade they name, the fault it met."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from scanrefund.sandbox.business import Order
from scanrefund.sandbox.faults import Fault
from scanrefund.sandbox.folder import AlipaySide
from scanrefund.sandbox.state import Turn

WALLET: Final = "alipay"
_YUAN: Final = re.compile(r"([0-9]{1,8})(?:\.([0-9]{1,2}))?")

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a method is asked to do. `base_url` is this port as the caller named it."""

    turn: Turn
    side: AlipaySide
    fields: Fields
    order: Order | None
    fault: Fault | None
    spacing_s: float
    base_url: str

    @property
    def fault_name(self) -> str:
        return self.fault.name if self.fault else ""


def order_of(turn: Turn, fields: Fields) -> Order | None:
    """The trade both numbers may name; `trade_no` wins."""
    ours, theirs = fields.get("out_trade_no"), fields.get("trade_no")
    if not all(number is None or is_number(number) for number in (ours, theirs)):
        return None
    return turn.order(WALLET, order_id=ours, wallet_order_id=theirs)


def is_number(value: object) -> bool:
    """Whether a value has the form of `out_trade_no`, `trade_no` or `out_request_no`."""
    return isinstance(value, str) and re.fullmatch(r"[\x21-\x7e]{1,64}", value) is not None


def wrong_trade(fields: Fields) -> str:
    """The name of the trade number that has no valid form or is missing, or nothing."""
    for name in ("out_trade_no", "trade_no"):
        if name in fields and not is_number(fields[name]):
            return name
    return "" if "out_trade_no" in fields or "trade_no" in fields else "out_trade_no"


def fen_of(text: object) -> int | None:
    """Fen from yuan text with at most two decimals, or None."""
    found = _YUAN.fullmatch(text) if isinstance(text, str) and text.isascii() else None
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else None


def yuan(fen: int) -> str:
    """Yuan text with two decimals; what went out has a minus sign."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"
