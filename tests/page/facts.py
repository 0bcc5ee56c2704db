"""What the stand-in's shop is made of: its reasons, and how states are spoken and coloured."""

from __future__ import annotations

from typing import Any

CODE_AGE_S = 60.0
REASONS = (
    ("quality", "质量问题"),
    ("wrong_item", "拿错商品"),
    ("changed_mind", "不想要了"),
    ("overcharged", "多收了钱"),
    ("out_of_stock", "缺货"),
    ("late", "太晚了"),
    ("other", "其他"),
)
OPEN_STATES = ("UNKNOWN", "PROCESSING", "HELD", "WAIT_APPROVAL")
TONES = {"SUCCEEDED": "good", "UNKNOWN": "open", "PROCESSING": "open", "HELD": "person", "CLOSED": "bad"}
CAUSES = {
    "HELD": "held_balance_short",
    "CLOSED": "closed_by_wallet",
    "WAIT_APPROVAL": "wait_approval",
    "CANCELLED": "cancelled",
}


def shown(**found: Any) -> dict[str, Any]:
    """What a scan leads to: nothing, but for what is given."""
    return {"reading": None, "order": None, "orders": [], "refund": None, "say": "", "tone": "good"} | found


def an_order(order_id: str, wallet: str, amount_fen: int) -> dict[str, Any]:
    """A paid order of the day before, as the desk tells it."""
    return {
        "order_id": order_id,
        "wallet": wallet,
        "wallet_order_id": "4200002" + "0" * 21,
        "amount_fen": amount_fen,
        "refunded_fen": 0,
        "in_flight_fen": 0,
        "remaining_fen": amount_fen,
        "state": "PAID",
        "paid_at": "2026-11-28T02:15:00+00:00",
        "paid_say": "",
        "items": [{"name": "杯子", "amount_fen": 5_60}],
        "wallet_word": {"look": "FOUND", "state": "PAID", "say": "微信支付：已付款"},
        "next_day": True,
        "may_refund": True,
        "why_not": "",
        "frozen_why": "",
        "differences": [],
    }
