"""What a refund request may carry: each field's limit is met and passed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanrefund.sandbox.spoken import Said
from scanrefund.sandbox.wechat_forms import refund_fields

AMOUNT = {"refund": 1, "total": 1, "currency": "CNY"}
TWICE = [{"account": "AVAILABLE", "amount": 1}, {"account": "AVAILABLE", "amount": 1}]
GOODS = {"merchant_goods_id": "1", "unit_price": 1, "refund_amount": 1, "refund_quantity": 1}
FIELDS: dict[str, Any] = {"out_trade_no": "O1", "out_refund_no": "R1", "amount": AMOUNT}


def refused_field(changes: dict[str, Any], *, without: str = "") -> str:
    """The field a refusal names, or nothing when the request is accepted."""
    fields = {name: value for name, value in {**FIELDS, **changes}.items() if name != without}
    found = refund_fields(json.dumps(fields).encode())
    return str(found.content["detail"]["field"]) if isinstance(found, Said) else ""


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"transaction_id": "42"},
        {"out_refund_no": "aZ9_-|*@" * 8},
        {"reason": "七" * 80},
        {"notify_url": "https://shop.example/notice"},
        {"notify_url": "http://127.0.0.1:8642/notice"},
        {"funds_account": "AVAILABLE"},
        {"amount": {**AMOUNT, "from": [{"account": "AVAILABLE", "amount": 1}]}},
        {"goods_detail": [GOODS]},
    ],
)
def test_a_documented_request_is_accepted(changes: dict[str, Any]) -> None:
    assert refused_field(changes) == ""


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"attach": "x"}, "/attach"),
        ({"out_refund_no": "R 1"}, "/out_refund_no"),
        ({"out_refund_no": "R" * 65}, "/out_refund_no"),
        ({"out_refund_no": 1}, "/out_refund_no"),
        ({"out_trade_no": "O" * 33}, "/out_trade_no"),
        ({"reason": "七" * 81}, "/reason"),
        ({"reason": ""}, "/reason"),
        ({"reason": "\U0001f600"}, "/reason"),
        ({"reason": "\ud800"}, "/reason"),
        ({"notify_url": "http://shop.example/notice"}, "/notify_url"),
        ({"notify_url": "https://shop.example/notice?a=1"}, "/notify_url"),
        ({"notify_url": "http://[bad/notice"}, "/notify_url"),
        ({"funds_account": "BASIC"}, "/funds_account"),
        ({"funds_account": []}, "/funds_account"),
        ({"amount": {**AMOUNT, "refund": 0}}, "/amount/refund"),
        ({"amount": {**AMOUNT, "refund": 1.0}}, "/amount/refund"),
        ({"amount": {**AMOUNT, "refund": True}}, "/amount/refund"),
        ({"amount": {**AMOUNT, "refund": "1"}}, "/amount/refund"),
        ({"amount": {**AMOUNT, "currency": "USD"}}, "/amount/currency"),
        ({"amount": {**AMOUNT, "extra": 1}}, "/amount/extra"),
        ({"amount": {"refund": 1, "total": 1}}, "/amount/currency"),
        ({"amount": {**AMOUNT, "from": [{"account": "AVAILABLE", "amount": 2}]}}, "/amount/from"),
        ({"amount": {**AMOUNT, "refund": 2, "from": TWICE}}, "/amount/from"),
        ({"amount": {**AMOUNT, "from": [{"account": "BASIC", "amount": 1}]}}, "/amount/from/0/account"),
        ({"amount": 1}, "/amount"),
        ({"goods_detail": []}, "/goods_detail"),
        ({"goods_detail": [{"merchant_goods_id": "1"}]}, "/goods_detail/0/unit_price"),
        ({"goods_detail": [GOODS, {**GOODS, "unit_price": -1}]}, "/goods_detail/1/unit_price"),
    ],
)
def test_a_field_outside_its_limits_is_named(changes: dict[str, Any], field: str) -> None:
    assert refused_field(changes) == field


@pytest.mark.parametrize("name", ["out_refund_no", "amount"])
def test_a_required_field_that_is_missing_is_named(name: str) -> None:
    assert refused_field({}, without=name) == f"/{name}"


def test_one_of_the_two_order_numbers_must_be_there() -> None:
    assert refused_field({}, without="out_trade_no") == "/transaction_id"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"1" * 5000, b"[" * 50_000, b'{"a": NaN}', b"\xff"])
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    assert isinstance(refund_fields(body), Said)
