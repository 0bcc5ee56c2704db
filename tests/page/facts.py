"""What the stand-in's shop is made of: its reasons, and how states are spoken and coloured."""

from __future__ import annotations

from typing import Any

CODE_AGE_S = 60.0
REASONS = ("faulty", "wrong_item", "changed_mind", "wrong_price", "paid_twice", "out_of_stock", "other")
# What stands in the gaps of a sentence that no test asks about.
GAPS: dict[str, Any] = {
    "amount_fen": 20_00,
    "max_fen": 12_80,
    "age_s": 75,
    "limit_s": 60,
    "wallet": "wechat",
    "order_wallet": "wechat",
    "code_wallet": "alipay",
    "because": "amount",
    "names": "王店长",
    "code": "NOT_ENOUGH",
}
OPEN_STATES = ("UNKNOWN", "PROCESSING", "HELD", "WAIT_APPROVAL")
TONES = {"SUCCEEDED": "good", "UNKNOWN": "open", "PROCESSING": "open", "HELD": "person", "CLOSED": "bad"} | {
    "RETURNED_TO_MERCHANT": "person",
    "PAID_OTHER_WAY": "good",
    "WAIT_APPROVAL": "wait",
}
CAUSES = {
    "HELD": "held_balance_short",
    "CLOSED": "closed_by_wallet",
    "WAIT_APPROVAL": "wait_approval",
    "CANCELLED": "cancelled",
    "PAID_OTHER_WAY": "paid_other_way",
}
MAY = {
    "UNKNOWN": ["ask"],
    "PROCESSING": ["ask"],
    "HELD": ["ask", "release", "close"],
    "WAIT_APPROVAL": ["approve", "decline"],
    "CLOSED": ["ask", "cash", "bank"],
    "RETURNED_TO_MERCHANT": ["ask", "cash"],
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
        "until": {"say": "到 2026-12-05 为止，还剩 6 天", "soon": False},
        "items": [{"name": "杯子", "amount_fen": 5_60}],
        "wallet_word": {"look": "FOUND", "state": "PAID", "say": "微信支付：已付款"},
        "next_day": True,
        "may_refund": True,
        "why_not": "",
        "next_step": "",
        "may": ["release", "cancel", "adjust", "hold"],
        "cost_fen": amount_fen,
        "frozen_why": "",
        "differences": [],
    }
