"""Orders from JSON, from a till's call and from both wallets' bills: kept once, each fault named."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scanrefund.errors import UsageFault
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.money import Money
from scanrefund.model.order import OrderState
from scanrefund.model.wallet import Wallet
from scanrefund.order_sources.told import TOLD_ROWS_MAX
from scanrefund.orders_desk import ImportReport, OrdersDesk
from tests.unit.builders import KEYS, WECHAT_DIGITS, FakeClock

TOLD = {
    "order_id": "B2",
    "wallet": "wechat",
    "wallet_order_id": "4200001234202611220000000002",
    "amount_fen": 2_599,
    "paid_at": "2026-11-22T10:00:00+08:00",
    "state": "PAID",
    "cashier": "Wang",
}

WECHAT_BILL = """\
交易时间,微信订单号,商户订单号,用户标识,交易状态,货币种类,{amount},商品名称
`2026-11-22 10:00:00,`4200001234202611220000000002,`B2,`openid-1,`SUCCESS,`CNY,`25.99,`Tea, green
`2026-11-22 11:00:00,`4200001234202611220000000003,`B3,`openid-1,`REFUND,`CNY,`0.00,`Tea
`2026-11-22 12:00:00,`4200001234202611220000000004,`B4,`openid-1,`SUCCESS,`CNY,`many,`Tea
总交易单数,应结订单总金额
`2,`25.99
"""
T, DAY = "\t", "2026-11-22"
ALIPAY_BILL = f"""\
#支付宝业务明细查询
#账号：[20880000000000000156]
支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,订单金额（元）,备注
2026112222001400000000000003{T},C1{T},交易{T},Tee{T},{DAY} 09:59:00,{DAY} 10:00:00,1.00,{T}
2026112222001400000000000003{T},C1{T},退款{T},Tee{T},{DAY} 09:59:00,{DAY} 11:00:00,-1.00,{T}
#交易合计：1笔，商家实收共1.00元
"""


@pytest.fixture
def desk(ledger: Ledger) -> OrdersDesk:
    return OrdersDesk(ledger, KEYS, FakeClock().clock)


def problems(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(one.line, one.order_id, one.cause.code) for one in report.problems]


def test_what_a_till_tells_is_kept_once(desk: OrdersDesk) -> None:
    assert (desk.take([TOLD]).kept, desk.take([TOLD]).unchanged) == (1, 1)
    order = desk.show("B2")
    assert (order.wallet, order.amount, order.state) == (Wallet.WECHAT, Money(2_599), OrderState.PAID)
    assert order.extra == {"cashier": "Wang"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount_fen": 25.99}, "row_value_wrong"),
        ({"amount_fen": True}, "row_value_wrong"),
        ({"amount_fen": None}, "row_lacks"),
        ({"amount_fen": -1}, "row_amount_wrong"),
        ({"state": "SOLD"}, "row_state_unknown"),
        ({"wallet": ["wechat"]}, "row_value_wrong"),
        ({"order_id": WECHAT_DIGITS}, "row_order_id_is_code"),
        ({"amount_fen": 2_600}, "row_conflict"),
        ({"order_id": "B9"}, "row_wallet_order_id_taken"),
    ],
)
def test_what_is_wrong_is_named_by_its_place_and_the_rest_is_kept(
    desk: OrdersDesk, changes: dict[str, Any], code: str
) -> None:
    report = desk.take([TOLD, TOLD | changes])
    assert [(line, fault) for line, _order, fault in problems(report)] == [(2, code)]
    assert report.kept == 1


def test_what_is_no_order_at_all_is_named_and_never_repeats_a_code(desk: OrdersDesk) -> None:
    report = desk.take(["x", None, TOLD | {"order_id": WECHAT_DIGITS}])
    assert [fault for _line, _order, fault in problems(report)] == ["row_no_object"] * 2 + [
        "row_order_id_is_code"
    ]
    assert WECHAT_DIGITS not in str(problems(report))


def test_strict_keeps_nothing_of_a_call_with_a_fault(desk: OrdersDesk, ledger: Ledger) -> None:
    assert desk.take([TOLD, "x"], strict=True).kept == 0
    assert ledger.order("B2") is None


def test_a_call_has_an_end(desk: OrdersDesk) -> None:
    with pytest.raises(UsageFault):
        desk.take([TOLD] * (TOLD_ROWS_MAX + 1))


def test_a_json_file_is_a_list_of_the_same(desk: OrdersDesk, tmp_path: Path) -> None:
    path = tmp_path / "orders.JSON"
    path.write_text(json.dumps([TOLD, {}]), encoding="utf-8")
    report = desk.import_file(path, strict=False)
    assert (report.kept, problems(report)) == (1, [(2, "", "row_lacks")])


@pytest.mark.parametrize("text", ["", "{}", "[", '[{"a": 1, "a": 2}]', "\x00", "[" * 100_000])
def test_a_file_that_is_no_json_list_keeps_nothing(desk: OrdersDesk, tmp_path: Path, text: str) -> None:
    path = tmp_path / "orders.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageFault) as caught:
        desk.import_file(path, strict=False)
    assert caught.value.code == "orders_file_not_json"


@pytest.mark.parametrize("amount", ["订单金额", "总金额"])
def test_wechats_bill_gives_its_payments(desk: OrdersDesk, tmp_path: Path, amount: str) -> None:
    path = tmp_path / "bill.csv"
    path.write_text(WECHAT_BILL.format(amount=amount), encoding="utf-8")
    report = desk.import_file(path, strict=False, bill=True)
    assert (report.read, report.kept, problems(report)) == (2, 1, [(4, "", "row_amount_wrong")])
    order = desk.show("B2")
    assert (order.amount, order.paid_at) == (Money(2_599), datetime(2026, 11, 22, 2, tzinfo=UTC))
    assert order.payer_fingerprint == KEYS.payer("openid-1")
    assert desk.import_file(path, strict=False, bill=True).unchanged == 1


@pytest.mark.parametrize("coding", ["gbk", "utf-8-sig"])
def test_alipays_bill_gives_its_payments(desk: OrdersDesk, tmp_path: Path, coding: str) -> None:
    path = tmp_path / "bill.csv"
    path.write_text(ALIPAY_BILL, encoding=coding)
    report = desk.import_file(path, strict=False, bill=True)
    assert (report.read, report.kept, report.problems) == (1, 1, [])
    order = desk.show("C1")
    assert (order.wallet, order.amount) == (Wallet.ALIPAY, Money(100))
    assert (order.wallet_order_id, order.payer_fingerprint) == ("2026112222001400000000000003", "")


@pytest.mark.parametrize("data", [b"", b"order_id,wallet\n", b"\xff\xfe\x00", b"PK\x03\x04"])
def test_what_is_no_bill_is_said_to_be_none(desk: OrdersDesk, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bill.csv"
    path.write_bytes(data)
    with pytest.raises(UsageFault) as caught:
        desk.import_file(path, strict=False, bill=True)
    assert caught.value.code == "orders_file_no_bill"


def test_a_bill_that_is_not_there_is_told(desk: OrdersDesk, tmp_path: Path) -> None:
    with pytest.raises(UsageFault) as caught:
        desk.import_file(tmp_path / "none.csv", strict=False, bill=True)
    assert caught.value.code == "orders_file_missing"
