"""Each fault on each wallet: what was done, and what is heard of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature

from scanrefund.sandbox.faults import BILL_FILE, CALLS, PLAYED_ON
from scanrefund.sandbox.spoken import Reply, Travel
from tests.unit.sandbox.conftest import Wallets

BOTH = pytest.mark.parametrize("wallet", ["wechat", "alipay"])


class Counter:
    """One order of one wallet, and what became of a refund of it."""

    def __init__(self, wallets: Wallets, wallet: str) -> None:
        self.wallets, self.wallet = wallets, wallet
        self.shop = wallets.merchant(wallet)
        self.order = wallets.add(wallet)

    def refund(self, fault: str = "", number: str = "R1") -> Reply:
        if fault:
            self.wallets.arm(self.wallet, "refund", fault)
        return self.wallets.answer(self.shop.refund(self.order, number, 300))

    def ask(self, fault: str = "") -> dict[str, Any]:
        if fault:
            self.wallets.arm(self.wallet, "ask", fault)
        return self.shop.open(self.wallets.answer(self.shop.ask(self.order, "R1")))

    def statuses(self) -> list[str]:
        with self.wallets.store.turn() as turn:
            return [refund.status for refund in turn.refunds()]


@BOTH
@pytest.mark.parametrize(
    ("fault", "acted", "status", "travel"),
    [
        ("drop_before", False, 0, Travel.DROPPED),
        ("drop_after", True, 0, Travel.DROPPED),
        ("http_429", False, 429, Travel.WHOLE),
        ("http_500_before", False, 500, Travel.WHOLE),
        ("http_500_after", True, 500, Travel.WHOLE),
        ("http_502", False, 502, Travel.WHOLE),
        ("garbage", True, 200, Travel.WHOLE),
        ("delay", True, 200, Travel.LATE),
        ("slow_drip", True, 200, Travel.DRIPPING),
        ("truncated", True, 200, Travel.CUT),
        ("bad_signature", True, 200, Travel.WHOLE),
        ("unsigned", True, 200, Travel.WHOLE),
    ],
)
def test_a_fault_of_the_wire_acts_or_not_and_is_heard_once(
    wallets: Wallets, wallet: str, fault: str, acted: bool, status: int, travel: Travel
) -> None:
    counter = Counter(wallets, wallet)
    reply = counter.refund(fault)
    assert (reply.status, reply.travel) == (status, travel)
    assert len(counter.statuses()) == acted
    again = counter.refund()
    assert (again.status, again.travel) == (200, Travel.WHOLE)
    assert len(counter.statuses()) == 1


@BOTH
def test_a_wrong_signature_does_not_verify(wallets: Wallets, wallet: str) -> None:
    counter = Counter(wallets, wallet)
    reply = counter.refund("bad_signature")
    with pytest.raises(InvalidSignature):
        counter.shop.open(reply)


def test_wechats_wrong_signature_is_its_published_probe(wallets: Wallets) -> None:
    reply = Counter(wallets, "wechat").refund("bad_signature")
    assert dict(reply.headers)["wechatpay-signature"].startswith("WECHATPAY/SIGNTEST/")


def test_an_unsigned_answer_has_no_signature(wallets: Wallets) -> None:
    reply = Counter(wallets, "wechat").refund("unsigned")
    assert not [name for name, _ in reply.headers if name.startswith("wechatpay-")]
    assert json.loads(Counter(wallets, "alipay").refund("unsigned").body).keys() == {
        "alipay_trade_refund_response"
    }


def test_garbage_is_no_json(wallets: Wallets) -> None:
    with pytest.raises(json.JSONDecodeError):
        json.loads(Counter(wallets, "wechat").refund("garbage").body)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("http_429", 429, "FREQUENCY_LIMITED"),
        ("http_500_before", 500, "SYSTEM_ERROR"),
        ("http_500_after", 500, "SYSTEM_ERROR"),
        ("not_enough", 403, "NOT_ENOUGH"),
        ("account_abnormal", 403, "USER_ACCOUNT_ABNORMAL"),
        ("false_not_found", 404, "RESOURCE_NOT_EXISTS"),
    ],
)
def test_wechat_names_the_trouble(wallets: Wallets, fault: str, status: int, code: str) -> None:
    reply = Counter(wallets, "wechat").refund(fault)
    assert (reply.status, wallets.wechat.open(reply)["code"]) == (status, code)


@pytest.mark.parametrize(
    ("fault", "code", "sub_code"),
    [
        ("http_429", "40005", "isv.app-call-limited"),
        ("http_500_before", "20000", "aop.ACQ.SYSTEM_ERROR"),
        ("http_500_after", "20000", "aop.ACQ.SYSTEM_ERROR"),
        ("not_enough", "40004", "ACQ.SELLER_BALANCE_NOT_ENOUGH"),
        ("account_abnormal", "40004", "ACQ.BUYER_ENABLE_STATUS_FORBID"),
        ("false_not_found", "40004", "ACQ.TRADE_NOT_EXIST"),
    ],
)
def test_alipay_names_the_trouble(wallets: Wallets, fault: str, code: str, sub_code: str) -> None:
    node = wallets.alipay.open(Counter(wallets, "alipay").refund(fault))
    assert (node["code"], node["sub_code"]) == (code, sub_code)


@BOTH
@pytest.mark.parametrize("fault", ["not_enough", "account_abnormal", "false_not_found"])
def test_a_declined_refund_is_not_made_and_may_be_sent_again(
    wallets: Wallets, wallet: str, fault: str
) -> None:
    counter = Counter(wallets, wallet)
    counter.refund(fault)
    assert counter.statuses() == []
    counter.refund()
    assert len(counter.statuses()) == 1


def test_wechats_processing_lasts_until_it_is_settled(wallets: Wallets) -> None:
    counter = Counter(wallets, "wechat")
    counter.refund("processing")
    wallets.advance(86_400)
    assert counter.ask()["status"] == "PROCESSING"
    with wallets.store.turn() as turn:
        assert turn.settle_all() == 1
    assert counter.ask()["status"] == "SUCCESS"


def test_processing_with_a_delay_ends_by_the_clock(wallets: Wallets) -> None:
    counter = Counter(wallets, "wechat")
    with wallets.store.turn() as turn:
        turn.arm("wechat", "refund", "processing", 1, None, 90.0)
    counter.refund()
    wallets.advance(60)
    assert counter.statuses() == ["PROCESSING"]
    wallets.advance(31)
    assert counter.statuses() == ["SUCCESS"]


def test_alipays_processing_moves_nothing_and_is_not_found_until_it_is_settled(wallets: Wallets) -> None:
    counter = Counter(wallets, "alipay")
    node = wallets.alipay.open(counter.refund("processing"))
    assert (node["fund_change"], node["refund_fee"]) == ("N", "0.00")
    assert "refund_status" not in counter.ask()
    assert wallets.alipay.open(counter.refund())["fund_change"] == "N"
    with wallets.store.turn() as turn:
        turn.settle_all()
    assert counter.ask()["refund_status"] == "REFUND_SUCCESS"


@pytest.mark.parametrize(("fault", "status"), [("abnormal", "ABNORMAL"), ("closed", "CLOSED")])
def test_wechats_refund_ends_as_told(wallets: Wallets, fault: str, status: str) -> None:
    counter = Counter(wallets, "wechat")
    assert wallets.wechat.open(counter.refund(fault))["status"] == "PROCESSING"
    wallets.advance(3)
    answer = counter.ask()
    assert answer["status"] == status
    assert "success_time" not in answer
    assert wallets.wechat.open(counter.refund())["status"] == status


def test_money_that_came_back_to_the_merchant_is_a_success_with_another_payee(wallets: Wallets) -> None:
    counter = Counter(wallets, "wechat")
    counter.refund("returned_to_merchant")
    wallets.advance(3)
    answer = counter.ask()
    assert (answer["status"], answer["user_received_account"]) == ("SUCCESS", "商户基本账户")


def test_alipays_abnormal_refund_failed_on_its_way_to_the_bank(wallets: Wallets) -> None:
    counter = Counter(wallets, "alipay")
    assert wallets.alipay.open(counter.refund("abnormal"))["fund_change"] == "Y"
    said = {
        "out_trade_no": counter.order["order_id"],
        "out_request_no": "R1",
        "query_options": ["deposit_back_info"],
    }
    node = wallets.told(wallets.alipay.call("alipay.trade.fastpay.refund.query", **said))
    assert node["deposit_back_info"]["dback_status"] == "F"
    assert counter.statuses() == ["ABNORMAL"]


def test_alipays_closed_refund_is_not_found_and_executed_when_sent_again(wallets: Wallets) -> None:
    counter = Counter(wallets, "alipay")
    assert wallets.alipay.open(counter.refund("closed"))["fund_change"] == "N"
    assert counter.statuses() == ["CLOSED"]
    assert "refund_status" not in counter.ask()
    assert wallets.alipay.open(counter.refund())["fund_change"] == "Y"
    assert counter.statuses() == ["SUCCESS"]


@BOTH
def test_an_ask_that_falsely_finds_nothing_looks_like_one_that_truly_does(
    wallets: Wallets, wallet: str
) -> None:
    counter = Counter(wallets, wallet)
    nothing = counter.ask()
    counter.refund()
    assert counter.ask("false_not_found") == nothing
    assert counter.ask() != nothing


def test_an_ask_may_be_told_processing_of_a_settled_refund(wallets: Wallets) -> None:
    counter = Counter(wallets, "wechat")
    counter.refund()
    wallets.advance(3)
    answer = counter.ask("processing")
    assert answer["status"] == "PROCESSING"
    assert "success_time" not in answer
    assert counter.ask()["status"] == "SUCCESS"


@BOTH
def test_an_order_may_falsely_not_be_found(wallets: Wallets, wallet: str) -> None:
    counter = Counter(wallets, wallet)
    call = counter.shop.order(counter.order)
    wallets.arm(wallet, "order", "false_not_found")
    first = counter.shop.open(wallets.answer(call))
    assert first != counter.shop.open(wallets.answer(call))
    assert "EXIST" in first.get("code", "") + first.get("sub_code", "")


def test_a_fault_waits_for_its_call_its_order_and_its_wallet(wallets: Wallets) -> None:
    counter, other = Counter(wallets, "wechat"), Counter(wallets, "wechat")
    wallets.arm("wechat", "refund", "http_502", order_id=counter.order["order_id"])
    assert other.refund(number="R2").status == 200
    assert Counter(wallets, "alipay").refund().status == 200
    assert wallets.answer(counter.shop.order(counter.order)).status == 200
    assert counter.refund().status == 502


def test_a_fault_happens_as_often_as_was_said_on_any_call(wallets: Wallets) -> None:
    counter = Counter(wallets, "wechat")
    wallets.arm("wechat", "any", "http_502", times=2)
    assert counter.refund().status == 502
    assert wallets.answer(counter.shop.order(counter.order)).status == 502
    assert counter.refund().status == 200


def test_a_fault_on_any_call_waits_for_one_it_can_happen_on(wallets: Wallets) -> None:
    counter = Counter(wallets, "wechat")
    wallets.arm("wechat", "any", "not_enough")
    assert wallets.answer(counter.shop.order(counter.order)).status == 200
    assert counter.refund().status == 403


def test_a_call_that_is_stopped_at_the_door_uses_up_no_fault(wallets: Wallets) -> None:
    counter = Counter(wallets, "wechat")
    wallets.arm("wechat", "refund", "http_502")
    wallets.wechat.clock_off_s = 3600
    assert counter.refund().status == 401
    wallets.wechat.clock_off_s = 0
    assert counter.refund().status == 502


def test_every_fault_of_the_contract_is_played_somewhere() -> None:
    contract = (
        "drop_before drop_after delay slow_drip truncated garbage http_429 http_500_before http_500_after"
        " http_502 bad_signature unsigned not_enough account_abnormal processing abnormal closed"
        " returned_to_merchant false_not_found"
    )
    assert PLAYED_ON.keys() == set(contract.split())
    assert all(calls and calls <= CALLS | {BILL_FILE} for calls in PLAYED_ON.values())
