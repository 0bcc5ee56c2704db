"""Alipay's refund and refund query, through the door and back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.sandbox.conftest import Wallets


def refund(wallets: Wallets, order: dict[str, Any], number: str, fen: int, **fields: Any) -> dict[str, Any]:
    return wallets.told(wallets.alipay.refund(order, number, fen, **fields))


def ask(wallets: Wallets, order: dict[str, Any], number: str) -> dict[str, Any]:
    return wallets.told(wallets.alipay.ask(order, number))


def test_a_refund_moves_money_at_once(wallets: Wallets) -> None:
    order = wallets.add("alipay")
    node = refund(wallets, order, "Q1", 300)
    assert (node["code"], node["fund_change"], node["refund_fee"]) == ("10000", "Y", "3.00")
    assert node["trade_no"] == order["wallet_order_id"]
    found = ask(wallets, order, "Q1")
    assert (found["refund_status"], found["refund_amount"]) == ("REFUND_SUCCESS", "3.00")


def test_the_refund_fee_counts_the_whole_trade(wallets: Wallets) -> None:
    order = wallets.add("alipay")
    refund(wallets, order, "Q1", 300)
    assert refund(wallets, order, "Q2", 200)["refund_fee"] == "5.00"
    assert ask(wallets, order, "Q2")["refund_amount"] == "2.00"


def test_the_same_request_again_moves_nothing(wallets: Wallets) -> None:
    order = wallets.add("alipay")
    refund(wallets, order, "Q1", 300)
    again = refund(wallets, order, "Q1", 300)
    assert (again["code"], again["fund_change"], again["refund_fee"]) == ("10000", "N", "3.00")
    with wallets.store.turn() as turn:
        assert [(one.amount_fen, one.times_sent) for one in turn.refunds()] == [(300, 2)]


def test_a_full_refund_may_be_repeated(wallets: Wallets) -> None:
    order = wallets.add("alipay", amount_fen=1000)
    refund(wallets, order, "Q1", 1000)
    assert refund(wallets, order, "Q1", 1000)["fund_change"] == "N"
    assert refund(wallets, order, "Q2", 1)["sub_code"] == "ACQ.TRADE_HAS_CLOSE"


def test_the_same_number_with_another_amount_is_refused(wallets: Wallets) -> None:
    order = wallets.add("alipay")
    refund(wallets, order, "Q1", 300)
    node = refund(wallets, order, "Q1", 200)
    assert (node["code"], node["sub_code"]) == ("40004", "ACQ.DISCORDANT_REPEAT_REQUEST")
    assert node["refund_fee"] == "0.00"


def test_a_request_number_belongs_to_its_trade(wallets: Wallets) -> None:
    refund(wallets, wallets.add("alipay"), "Q1", 300)
    assert refund(wallets, wallets.add("alipay"), "Q1", 300)["fund_change"] == "Y"


def test_the_rest_of_a_trade_is_the_limit(wallets: Wallets) -> None:
    order = wallets.add("alipay", amount_fen=1000)
    refund(wallets, order, "Q1", 600)
    assert refund(wallets, order, "Q2", 401)["sub_code"] == "ACQ.REASON_TRADE_REFUND_FEE_ERR"
    assert refund(wallets, order, "Q3", 400)["fund_change"] == "Y"


def test_a_part_needs_a_request_number_and_the_whole_does_not(wallets: Wallets) -> None:
    order = wallets.add("alipay", amount_fen=1000)
    part = wallets.alipay.call("alipay.trade.refund", out_trade_no=order["order_id"], refund_amount="1.00")
    assert wallets.told(part)["sub_code"] == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
    whole = wallets.alipay.call("alipay.trade.refund", out_trade_no=order["order_id"], refund_amount="10.00")
    assert wallets.told(whole)["fund_change"] == "Y"
    assert ask(wallets, order, order["order_id"])["refund_status"] == "REFUND_SUCCESS"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"refund_amount": "1.001"}, "ACQ.INVALID_PARAMETER"),
        ({"refund_amount": None}, "ACQ.INVALID_PARAMETER"),
        ({"refund_amount": "0.00"}, "ACQ.REFUND_FEE_ERROR"),
        ({"out_request_no": ""}, "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"),
        ({"out_trade_no": ""}, "ACQ.INVALID_PARAMETER"),
        ({"out_request_no": "Q" * 65}, "ACQ.INVALID_PARAMETER"),
        ({"out_trade_no": 7.5}, "ACQ.TRADE_NOT_EXIST"),
        ({"refund_reason": "七" * 257}, "ACQ.INVALID_PARAMETER"),
        ({"trade_no": "2026112322001000000000000000"}, "ACQ.TRADE_NOT_EXIST"),
    ],
)
def test_each_business_field_is_checked(wallets: Wallets, fields: dict[str, Any], code: str) -> None:
    assert refund(wallets, wallets.add("alipay"), "Q1", 100, **fields)["sub_code"] == code


@pytest.mark.parametrize("nothing", ["", None])
def test_an_empty_field_was_not_given(wallets: Wallets, nothing: str | None) -> None:
    order = wallets.add("alipay")
    absent = {"trade_no": nothing, "refund_reason": nothing}
    assert refund(wallets, order, "Q1", 100, **absent)["fund_change"] == "Y"
    theirs = {"out_trade_no": nothing, "trade_no": order["wallet_order_id"]}
    assert refund(wallets, order, "Q1", 100, **theirs)["fund_change"] == "N"


def test_an_amount_may_be_a_number(wallets: Wallets) -> None:
    assert refund(wallets, wallets.add("alipay"), "Q1", 0, refund_amount=1.5)["refund_fee"] == "1.50"


@pytest.mark.parametrize(
    ("state", "code"), [("unpaid", "ACQ.TRADE_STATUS_ERROR"), ("closed", "ACQ.TRADE_HAS_CLOSE")]
)
def test_a_trade_that_was_not_paid_is_not_refunded(wallets: Wallets, state: str, code: str) -> None:
    assert refund(wallets, wallets.add("alipay", state=state), "Q1", 1)["sub_code"] == code


def test_a_trade_of_more_than_a_year_is_finished(wallets: Wallets) -> None:
    old = wallets.add("alipay", age_s=366 * 86_400)
    assert refund(wallets, old, "Q1", 1)["sub_code"] == "ACQ.TRADE_HAS_FINISHED"
    assert wallets.told(wallets.alipay.order(old))["trade_status"] == "TRADE_FINISHED"


def test_at_real_pace_a_second_refund_waits_three_seconds(strict_wallets: Wallets) -> None:
    order = strict_wallets.add("alipay")
    refund(strict_wallets, order, "Q1", 1)
    assert refund(strict_wallets, order, "Q2", 1)["code"] == "40005"
    strict_wallets.advance(4)
    assert refund(strict_wallets, order, "Q2", 1)["fund_change"] == "Y"


def test_an_unknown_request_number_is_a_success_without_fields(wallets: Wallets) -> None:
    assert ask(wallets, wallets.add("alipay"), "NONE") == {"code": "10000", "msg": "Success"}


def test_an_unknown_trade_is_said_to_be_unknown(wallets: Wallets) -> None:
    assert ask(wallets, {"order_id": "NONE"}, "Q1")["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    assert wallets.told(wallets.alipay.order({"order_id": "NONE"}))["sub_code"] == "ACQ.TRADE_NOT_EXIST"


def test_extra_fields_come_when_asked_for(wallets: Wallets) -> None:
    order = wallets.add("alipay")
    refund(wallets, order, "Q1", 300)
    options = ["gmt_refund_pay", "refund_detail_item_list"]
    said = {"out_trade_no": order["order_id"], "out_request_no": "Q1", "query_options": options}
    node = wallets.told(wallets.alipay.call("alipay.trade.fastpay.refund.query", **said))
    assert node["refund_detail_item_list"] == [{"amount": "3.00", "fund_channel": "ALIPAYACCOUNT"}]
    assert {"gmt_refund_pay", "send_back_fee"} <= node.keys()
    assert "gmt_refund_pay" not in ask(wallets, order, "Q1")


def test_a_refund_tells_its_parts_when_asked(wallets: Wallets) -> None:
    order = wallets.add("alipay")
    options = ["refund_detail_item_list", "gmt_refund_pay"]
    node = refund(wallets, order, "Q1", 300, query_options=options)
    assert node["refund_detail_item_list"] == [{"amount": "3.00", "fund_channel": "ALIPAYACCOUNT"}]
    assert node["send_back_fee"] == "3.00"
    assert "gmt_refund_pay" not in node
    assert refund(wallets, order, "Q2", 100)["send_back_fee"] == "0.00"


def test_an_ask_needs_both_numbers(wallets: Wallets) -> None:
    order = wallets.add("alipay")
    for said in ({"out_trade_no": order["order_id"]}, {"out_request_no": "Q1"}):
        node = wallets.told(wallets.alipay.call("alipay.trade.fastpay.refund.query", **said))
        assert node["sub_code"] == "ACQ.INVALID_PARAMETER"
