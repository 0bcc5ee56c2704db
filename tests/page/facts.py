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
MAY = {
    "UNKNOWN": ["ask"],
    "PROCESSING": ["ask"],
    "WAIT_APPROVAL": ["approve", "decline"],
    "CLOSED": ["cash"],
}
CAUSES = {
    "HELD": "held_balance_short",
    "CLOSED": "closed_by_wallet",
    "WAIT_APPROVAL": "wait_approval",
    "CANCELLED": "cancelled",
}


def shown(**found: Any) -> dict[str, Any]:
    """What a scan leads to: nothing, but for what is given."""
    return {"reading": None, "order": None, "orders": [], "refund": None, "say": "", "tone": "good"} | found
