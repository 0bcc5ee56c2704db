"""What WeChat Pay accepts in the bodies of its calls, field by field.

Source: merchant document 4013071036 (apply for a refund). Unknown fields are refused, as in all signed calls.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

from scanrefund.sandbox.business import is_notify_address
from scanrefund.sandbox.spoken import Said
from scanrefund.sandbox.wechat_wire import wrong_parameter

Check = Callable[[Any], bool]
# Far above any order, far below what a database column holds.
_FEN_MAX: Final = 10_000_000_000


def _text(length_max: int, pattern: str = "") -> Check:
    form = re.compile(pattern or r"[\s\S]*")

    def check(value: Any) -> bool:
        # Characters beyond the basic plane (emoji) are refused, and so is half of one.
        plain = isinstance(value, str) and not re.search(r"[\ud800-\udfff\U00010000-\U0010ffff]", value)
        return plain and 1 <= len(value) <= length_max and form.fullmatch(value) is not None

    return check


def _one_of(*words: str) -> Check:
    return lambda value: value in words


def _fen(value: Any) -> bool:
    return type(value) is int and 1 <= value <= _FEN_MAX


def _each(check: Check) -> Check:
    return lambda value: isinstance(value, list) and bool(value) and all(check(item) for item in value)


def _object(fields: dict[str, Check], required: frozenset[str]) -> Check:
    def check(value: Any) -> bool:
        if not isinstance(value, dict) or not required <= value.keys() <= fields.keys():
            return False
        return all(fields[name](item) for name, item in value.items())

    return check


_FROM: Final[dict[str, Check]] = {
    "account": _one_of("AVAILABLE", "UNAVAILABLE"),
    "amount": _fen,
}
_AMOUNT: Final[dict[str, Check]] = {
    "refund": _fen,
    "total": _fen,
    "currency": _one_of("CNY"),
    "from": _each(_object(_FROM, frozenset(_FROM))),
}
_GOODS: Final[dict[str, Check]] = {
    "merchant_goods_id": _text(32),
    "wechatpay_goods_id": _text(32),
    "goods_name": _text(256),
    "unit_price": _fen,
    "refund_amount": _fen,
    "refund_quantity": _fen,
}
_GOODS_REQUIRED: Final = frozenset({"merchant_goods_id", "unit_price", "refund_amount", "refund_quantity"})
_REFUND: Final[dict[str, Check]] = {
    "transaction_id": _text(32),
    "out_trade_no": _text(32),
    "out_refund_no": _text(64, r"[0-9A-Za-z_\-|*@]+"),
    "reason": _text(80),
    "notify_url": is_notify_address,
    "funds_account": _one_of("AVAILABLE", "UNSETTLED"),
    "amount": _object(_AMOUNT, frozenset({"refund", "total", "currency"})),
    "goods_detail": _each(_object(_GOODS, _GOODS_REQUIRED)),
}
TO_CARD: Final = "USER_BANK_CARD"
TO_MERCHANT: Final = "MERCHANT_BANK_CARD"
_CARD: Final = ("bank_type", "bank_account", "real_name")
_SECOND: Final[dict[str, Check]] = {
    "out_refund_no": _REFUND["out_refund_no"],
    "type": _one_of(TO_CARD, TO_MERCHANT),
    "bank_type": _text(16),
    "bank_account": _text(1024),
    "real_name": _text(1024),
}


def read_object(body: bytes) -> dict[str, Any] | None:
    """A JSON object from bytes, or None."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def refund_fields(body: bytes) -> dict[str, Any] | Said:
    """The fields of a refund request, or the refusal that names the first wrong one."""
    fields = _fields(body, _REFUND, ("out_refund_no", "amount"))
    return fields if isinstance(fields, Said) else _disagreeing(fields) or fields


def second_fields(body: bytes) -> dict[str, Any] | Said:
    """The fields of an application for an abnormal refund (document 4013071193), or the refusal.

    The card fields are asked for, and stand, only where the money goes to the customer's card.
    """
    fields = _fields(body, _SECOND, ("out_refund_no", "type"))
    if isinstance(fields, Said) or fields["type"] == TO_MERCHANT:
        return fields
    absent = next((name for name in _CARD if name not in fields), None)
    return wrong_parameter(absent, "", "必填参数缺失") if absent else fields


def close_fields(body: bytes) -> dict[str, Any] | Said:
    """The fields of a request to close an order, or the refusal."""
    return _fields(body, {"mchid": _text(32)}, ("mchid",))


def _fields(body: bytes, checks: dict[str, Check], required: tuple[str, ...]) -> dict[str, Any] | Said:
    fields = read_object(body)
    if fields is None:
        return wrong_parameter("", "", "请求体不是合法的JSON")
    return _wrong_form(fields, checks) or _missing(fields, required) or fields


def _wrong_form(fields: dict[str, Any], checks: dict[str, Check]) -> Said | None:
    for name, value in fields.items():
        if name not in checks:
            return wrong_parameter(name[:64], "", "参数中含有非法的额外参数")
        if not checks[name](value):
            return wrong_parameter(name, _short(value), "值不符合要求")
    return None


def _missing(fields: dict[str, Any], required: tuple[str, ...]) -> Said | None:
    absent = next((name for name in required if name not in fields), None)
    return wrong_parameter(absent, "", "必填参数缺失") if absent else None


def _disagreeing(fields: dict[str, Any]) -> Said | None:
    """What no single field shows: neither of two, or two that disagree."""
    if not fields.keys() & {"transaction_id", "out_trade_no"}:
        return wrong_parameter("transaction_id", "", "微信订单号和商户订单号不能同时为空")
    parts = fields["amount"].get("from")
    if parts is not None and sum(part["amount"] for part in parts) != fields["amount"]["refund"]:
        return wrong_parameter("amount", "", "退款出资账户金额之和不等于退款金额")
    return None


def _short(value: Any) -> Any:
    return value if isinstance(value, int) else str(value)[:64]
