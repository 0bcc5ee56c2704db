"""What WeChat Pay accepts in the bodies of its calls, field by field.

Source: merchant document 4013071036 (apply for a refund). Unknown fields are refused, as in all signed calls.
"""

from __future__ import annotations

import json
from typing import Any, Final

from scanrefund.sandbox.business import is_notify_address
from scanrefund.sandbox.spoken import Said
from scanrefund.sandbox.wechat_fields import Check, each, fen, fields, one_of, rule, text
from scanrefund.sandbox.wechat_wire import wrong_parameter

TO_CARD: Final = "USER_BANK_CARD"
TO_MERCHANT: Final = "MERCHANT_BANK_CARD"
_CARD: Final = ("bank_type", "bank_account", "real_name")
_REFUND_NUMBER: Final = text(64, r"[0-9A-Za-z_\-|*@]+")
_FROM: Final = fields({"account": one_of("AVAILABLE", "UNAVAILABLE"), "amount": fen}, ("account", "amount"))
_AMOUNT: Final = fields(
    {"refund": fen, "total": fen, "currency": one_of("CNY"), "from": each(_FROM)},
    ("refund", "total", "currency"),
)
_GOODS: Final = fields(
    {
        "merchant_goods_id": text(32),
        "wechatpay_goods_id": text(32),
        "goods_name": text(256),
        "unit_price": fen,
        "refund_amount": fen,
        "refund_quantity": fen,
    },
    ("merchant_goods_id", "unit_price", "refund_amount", "refund_quantity"),
)
_REFUND: Final = fields(
    {
        "transaction_id": text(32),
        "out_trade_no": text(32),
        "out_refund_no": _REFUND_NUMBER,
        "reason": text(80),
        "notify_url": rule(is_notify_address),
        "funds_account": one_of("AVAILABLE", "UNSETTLED"),
        "amount": _AMOUNT,
        "goods_detail": each(_GOODS),
    },
    ("out_refund_no", "amount"),
)
_SECOND: Final = fields(
    {
        "out_refund_no": _REFUND_NUMBER,
        "type": one_of(TO_CARD, TO_MERCHANT),
        "bank_type": text(16),
        "bank_account": text(1024),
        "real_name": text(1024),
    },
    ("out_refund_no", "type"),
)
_CLOSE: Final = fields({"mchid": text(32)}, ("mchid",))


def read_object(body: bytes) -> dict[str, Any] | None:
    """A JSON object from bytes, or None."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def refund_fields(body: bytes) -> dict[str, Any] | Said:
    """The fields of a refund request, or the refusal that names the first wrong one."""
    found = _read(body, _REFUND)
    return found if isinstance(found, Said) else _disagreeing(found) or found


def second_fields(body: bytes) -> dict[str, Any] | Said:
    """The fields of an application for an abnormal refund (document 4013071193), or the refusal.

    The card fields are needed only where the money goes to the customer's card.
    """
    found = _read(body, _SECOND)
    if isinstance(found, Said) or found["type"] == TO_MERCHANT:
        return found
    absent = next((name for name in _CARD if name not in found), None)
    return wrong_parameter(absent, "", "必填参数缺失") if absent else found


def close_fields(body: bytes) -> dict[str, Any] | Said:
    """The fields of a request to close an order, or the refusal."""
    return _read(body, _CLOSE)


def _read(body: bytes, check: Check) -> dict[str, Any] | Said:
    found = read_object(body)
    if found is None:
        return wrong_parameter("", "", "请求体不是合法的JSON")
    wrong = check(found)
    return wrong_parameter(wrong.at[1:], wrong.value, wrong.issue) if wrong else found


def _disagreeing(found: dict[str, Any]) -> Said | None:
    """What no single field shows: neither of two, or parts that do not make the whole."""
    if not found.keys() & {"transaction_id", "out_trade_no"}:
        return wrong_parameter("transaction_id", "", "微信订单号和商户订单号不能同时为空")
    parts = found["amount"].get("from")
    if parts is None:
        return None
    if len({part["account"] for part in parts}) < len(parts):
        return wrong_parameter("amount/from", "", "退款出资账户不能重复")
    if sum(part["amount"] for part in parts) != found["amount"]["refund"]:
        return wrong_parameter("amount/from", "", "退款出资账户金额之和不等于退款金额")
    return None
