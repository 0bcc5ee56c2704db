"""What a scan turns out to be before the stand-in: a payment code, an order, a refund, or nothing of use."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.page.facts import shown
from tests.page.stand_in import StandIn


def read(desk: StandIn, text: str) -> dict[str, Any]:
    """What a scan turns out to be."""
    if len(text) == 18 and text.isdigit() and text[:2] in {"13", "28"}:
        return _code(desk, text)
    order = desk.order(text)
    refund = desk.refunds.get(text)
    if order or refund:
        why_not = order["why_not"] if order else ""
        said = why_not or (order["ask_for"] if order else "")
        tone = "bad" if why_not else "good"
        return shown(order=order, refund=refund and desk.receipt(refund), say=said, tone=tone)
    if len(text) == 13 and text.startswith("69"):
        return shown(say=desk.say("kind.product_barcode.is"), tone="bad")
    return shown(say=desk.say("refusal.order_not_found.clerk", order_id=text), tone="bad")


def _code(desk: StandIn, text: str) -> dict[str, Any]:
    handle = secrets.token_hex(8)
    wallet = "wechat" if text.startswith("13") else "alipay"
    now = datetime.now(UTC)
    reading = {
        "id": handle,
        "kind": "payment_code",
        "wallet": wallet,
        "text": f"{text[:2]}{'•' * 14}{text[-2:]}",
        "say": "",
        "source": "scanner",
        "seen_at": now.isoformat(),
        "expires_at": (now + timedelta(seconds=desk.code_age_s)).isoformat(),
        "confirmed": True,
    }
    desk.codes[handle] = reading
    return shown(reading=reading, say=desk.say("kind.payment_code.is_of", wallet=wallet))
