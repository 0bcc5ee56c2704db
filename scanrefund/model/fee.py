"""Fees as bills tell them, in thousandths of a fen, and as people read them."""

from __future__ import annotations

from typing import Final

_PER_YUAN: Final = 100_000


def fee_yuan(thousandths: int) -> str:
    """Yuan with two decimals, more where the bill has more: `0.18`, `0.00600`."""
    sign, rest = ("-" if thousandths < 0 else ""), abs(thousandths)
    decimals = f"{rest % _PER_YUAN:05}"
    shown = decimals[:2] if decimals.endswith("000") else decimals
    return f"{sign}{rest // _PER_YUAN}.{shown}"


def fee_standing(thousandths: int) -> str:
    """`returned` where the wallet gave some back, `kept` where it gave nothing, `charged` where it took."""
    if thousandths < 0:
        return "returned"
    return "charged" if thousandths else "kept"
