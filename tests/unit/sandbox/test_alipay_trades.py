"""Alipay's order query, close and cancel, through the door and back."""

from __future__ import annotations

from typing import Any

import pytest

from scanrefund.sandbox.alipay_trades import CANCEL_S_MAX
from tests.unit.sandbox.conftest import Wallets


def told(wallets: Wallets, verb: str, **fields: Any) -> dict[str, Any]:
    return wallets.told(wallets.alipay.call(f"alipay.trade.{verb}", **fields))


def status(wallets: Wallets, order: dict[str, Any]) -> str:
    return str(wallets.told(wallets.alipay.order(order))["trade_status"])


@pytest.mark.parametrize(
    ("state", "status"), [("paid", "TRADE_SUCCESS"), ("unpaid", "WAIT_BUYER_PAY"), ("closed", "TRADE_CLOSED")]
)
def test_a_trade_tells_its_status(wallets: Wallets, state: str, status: str) -> None:
    node = wallets.told(wallets.alipay.order(wallets.add("alipay", state=state)))
    assert (node["trade_status"], node["total_amount"]) == (status, "10.00")
    assert ("send_pay_date" in node) is (state == "paid")


def test_a_trade_closes_with_its_last_fen(wallets: Wallets) -> None:
    order = wallets.add("alipay", amount_fen=1000)
    wallets.told(wallets.alipay.refund(order, "Q1", 999))
    assert wallets.told(wallets.alipay.order(order))["trade_status"] == "TRADE_SUCCESS"
    wallets.told(wallets.alipay.refund(order, "Q2", 1))
    assert wallets.told(wallets.alipay.order(order))["trade_status"] == "TRADE_CLOSED"


def test_a_failed_query_has_zero_amounts(wallets: Wallets) -> None:
    node = told(wallets, "query", out_trade_no="NONE")
    assert node["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    assert (node["out_trade_no"], node["buyer_pay_amount"], node["receipt_amount"]) == (
        "NONE",
        "0.00",
        "0.00",
    )


@pytest.mark.parametrize("verb", ["query", "close", "cancel"])
def test_a_call_names_its_trade(wallets: Wallets, verb: str) -> None:
    assert told(wallets, verb)["sub_code"] == "ACQ.INVALID_PARAMETER"
    assert told(wallets, verb, trade_no="")["sub_code"] == "ACQ.INVALID_PARAMETER"


def test_an_unpaid_trade_is_closed(wallets: Wallets) -> None:
    order = wallets.add("alipay", state="unpaid")
    node = told(wallets, "close", trade_no=order["wallet_order_id"], operator_id="YX01")
    assert node == {
        "code": "10000",
        "msg": "Success",
        "out_trade_no": order["order_id"],
        "trade_no": order["wallet_order_id"],
    }
    assert status(wallets, order) == "TRADE_CLOSED"


@pytest.mark.parametrize("state", ["paid", "closed"])
def test_only_an_unpaid_trade_can_be_closed(wallets: Wallets, state: str) -> None:
    order = wallets.add("alipay", state=state)
    assert told(wallets, "close", out_trade_no=order["order_id"])["sub_code"] == "ACQ.TRADE_STATUS_ERROR"
    assert status(wallets, order) == ("TRADE_SUCCESS" if state == "paid" else "TRADE_CLOSED")


def test_a_trade_that_does_not_exist_is_not_closed(wallets: Wallets) -> None:
    assert told(wallets, "close", out_trade_no="NONE")["sub_code"] == "ACQ.TRADE_NOT_EXIST"


def test_cancelling_an_unpaid_trade_closes_it(wallets: Wallets) -> None:
    order = wallets.add("alipay", state="unpaid")
    for _ in range(2):
        node = told(wallets, "cancel", out_trade_no=order["order_id"])
        assert (node["code"], node["action"], node["retry_flag"]) == ("10000", "close", "N")
    assert status(wallets, order) == "TRADE_CLOSED"


def test_cancelling_a_paid_trade_pays_it_back_once(wallets: Wallets) -> None:
    order = wallets.add("alipay", amount_fen=1000)
    for _ in range(2):
        node = told(wallets, "cancel", out_trade_no=order["order_id"])
        assert (node["action"], node["trade_no"]) == ("refund", order["wallet_order_id"])
    with wallets.store.turn() as turn:
        assert [one.amount_fen for one in turn.refunds()] == [1000]
    assert status(wallets, order) == "TRADE_CLOSED"


def test_cancelling_a_trade_that_does_not_exist_does_nothing_and_says_so(wallets: Wallets) -> None:
    node = told(wallets, "cancel", out_trade_no="NONE")
    assert node == {"code": "10000", "msg": "Success", "out_trade_no": "NONE", "retry_flag": "N"}


def test_a_trade_that_is_partly_refunded_cannot_be_cancelled(wallets: Wallets) -> None:
    order = wallets.add("alipay", amount_fen=1000)
    wallets.told(wallets.alipay.refund(order, "Q1", 1))
    assert told(wallets, "cancel", out_trade_no=order["order_id"])["sub_code"] == "ACQ.CANCEL_NOT_ALLOWED"


@pytest.mark.parametrize(
    ("age_s", "code"),
    [(CANCEL_S_MAX + 60, "ACQ.TRADE_CANCEL_TIME_OUT"), (366 * 86_400, "ACQ.TRADE_HAS_FINISHED")],
)
def test_an_old_trade_cannot_be_cancelled(wallets: Wallets, age_s: int, code: str) -> None:
    order = wallets.add("alipay", age_s=age_s)
    assert told(wallets, "cancel", out_trade_no=order["order_id"])["sub_code"] == code
    with wallets.store.turn() as turn:
        assert turn.refunds() == []


@pytest.mark.parametrize("verb", ["close", "cancel"])
def test_a_fault_meets_a_close_or_a_cancel(wallets: Wallets, verb: str) -> None:
    order = wallets.add("alipay", state="unpaid")
    wallets.arm("alipay", "order", "http_500_before")
    assert told(wallets, verb, out_trade_no=order["order_id"])["code"] == "20000"
    assert status(wallets, order) == "WAIT_BUYER_PAY"
    assert told(wallets, verb, out_trade_no=order["order_id"])["code"] == "10000"
