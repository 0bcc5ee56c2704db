"""WeChat Pay's refund, ask, order and certificates, through the door and back."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.unit.sandbox.conftest import Wallets
from tests.unit.sandbox.merchants import REFUNDS


def ask(wallets: Wallets, refund_id: str = "R1") -> dict[str, Any]:
    return wallets.told(wallets.wechat.ask({}, refund_id))


def test_a_refund_is_first_processing_and_settles_after_two_seconds(wallets: Wallets) -> None:
    first = wallets.told(wallets.wechat.refund(wallets.add("wechat"), "R1", 300))
    assert first["status"] == "PROCESSING"
    assert "success_time" not in first
    wallets.advance(2)
    settled = ask(wallets)
    assert settled["status"] == "SUCCESS"
    assert settled["success_time"].endswith("+08:00")
    assert {name: settled[name] for name in first if name != "status"} == {
        name: first[name] for name in first if name != "status"
    }


def test_the_answer_carries_the_order_and_the_amounts(wallets: Wallets) -> None:
    order = wallets.add("wechat", amount_fen=1000)
    answer = wallets.told(wallets.wechat.refund(order, "R1", 300))
    assert (answer["out_trade_no"], answer["transaction_id"]) == (order["order_id"], order["wallet_order_id"])
    assert (answer["amount"]["refund"], answer["amount"]["total"]) == (300, 1000)
    assert answer["amount"]["payer_refund"] == 300


def test_the_same_request_again_is_the_same_refund(wallets: Wallets) -> None:
    order = wallets.add("wechat")
    first = wallets.told(wallets.wechat.refund(order, "R1", 300))
    again = wallets.told(wallets.wechat.refund(order, "R1", 300))
    assert again == first
    with wallets.store.turn() as turn:
        assert [(refund.amount_fen, refund.times_sent) for refund in turn.refunds()] == [(300, 2)]


def test_a_full_refund_may_be_repeated(wallets: Wallets) -> None:
    order = wallets.add("wechat", amount_fen=1000)
    wallets.told(wallets.wechat.refund(order, "R1", 1000))
    assert wallets.told(wallets.wechat.refund(order, "R1", 1000))["status"] == "PROCESSING"
    assert wallets.told(wallets.wechat.refund(order, "R2", 1))["message"] == "订单已全额退款"


def test_the_same_number_with_another_amount_is_refused(wallets: Wallets) -> None:
    order = wallets.add("wechat")
    wallets.told(wallets.wechat.refund(order, "R1", 300))
    answer = wallets.told(wallets.wechat.refund(order, "R1", 200))
    assert answer["code"] == "INVALID_REQUEST"
    assert "与之前请求不一致" in answer["message"]


def test_the_same_number_on_another_order_is_refused(wallets: Wallets) -> None:
    wallets.told(wallets.wechat.refund(wallets.add("wechat"), "R1", 300))
    answer = wallets.told(wallets.wechat.refund(wallets.add("wechat"), "R1", 300))
    assert answer["message"] == "您的请求参数与订单信息不一致"


def test_the_rest_of_an_order_is_the_limit(wallets: Wallets) -> None:
    order = wallets.add("wechat", amount_fen=1000)
    wallets.told(wallets.wechat.refund(order, "R1", 600))
    reply = wallets.answer(wallets.wechat.refund(order, "R2", 401))
    assert reply.status == 400
    assert wallets.wechat.open(reply)["message"] == "申请退款金额超过订单可退金额"
    assert wallets.told(wallets.wechat.refund(order, "R3", 400))["status"] == "PROCESSING"


def test_another_order_total_is_refused(wallets: Wallets) -> None:
    order = wallets.add("wechat", amount_fen=1000)
    answer = wallets.told(wallets.wechat.refund({**order, "amount_fen": 999}, "R1", 1))
    assert answer["code"] == "INVALID_REQUEST"


@pytest.mark.parametrize("state", ["unpaid", "closed"])
def test_an_order_that_was_not_paid_does_not_exist_for_a_refund(wallets: Wallets, state: str) -> None:
    reply = wallets.answer(wallets.wechat.refund(wallets.add("wechat", state=state), "R1", 1))
    assert (reply.status, wallets.wechat.open(reply)["code"]) == (404, "RESOURCE_NOT_EXISTS")


def test_an_alipay_order_is_unknown_to_wechat(wallets: Wallets) -> None:
    reply = wallets.answer(wallets.wechat.refund(wallets.add("alipay"), "R1", 1))
    assert reply.status == 404


def test_the_wallets_own_order_number_wins(wallets: Wallets) -> None:
    order = wallets.add("wechat")
    call = wallets.wechat.refund(order, "R1", 1, transaction_id="4200000000000000000000000000")
    assert wallets.told(call)["code"] == "RESOURCE_NOT_EXISTS"
    by_theirs = wallets.wechat.refund(
        {**order, "order_id": "UNKNOWN"}, "R1", 1, transaction_id=order["wallet_order_id"]
    )
    assert wallets.told(by_theirs)["status"] == "PROCESSING"


def test_an_order_of_more_than_a_year_is_refused(wallets: Wallets) -> None:
    old = wallets.add("wechat", age_s=366 * 86_400)
    assert "最大期限" in wallets.told(wallets.wechat.refund(old, "R1", 1))["message"]


def test_at_real_pace_a_second_refund_waits_a_minute(strict_wallets: Wallets) -> None:
    order = strict_wallets.add("wechat")
    first = strict_wallets.wechat.refund(order, "R1", 1)
    strict_wallets.told(first)
    reply = strict_wallets.answer(strict_wallets.wechat.refund(order, "R2", 1))
    assert (reply.status, strict_wallets.wechat.open(reply)["code"]) == (429, "FREQUENCY_LIMITED")
    assert strict_wallets.told(first)["status"] == "PROCESSING"
    strict_wallets.advance(61)
    assert strict_wallets.told(strict_wallets.wechat.refund(order, "R2", 1))["status"] == "PROCESSING"


def test_at_rehearsal_pace_nobody_waits(wallets: Wallets) -> None:
    order = wallets.add("wechat")
    wallets.told(wallets.wechat.refund(order, "R1", 1))
    assert wallets.told(wallets.wechat.refund(order, "R2", 1))["status"] == "PROCESSING"


def test_a_refund_number_with_marks_is_read_from_the_path_as_signed(wallets: Wallets) -> None:
    wallets.told(wallets.wechat.refund(wallets.add("wechat"), "R|1", 1))
    assert ask(wallets, "R%7C1")["out_refund_no"] == "R|1"
    assert ask(wallets, "R|1")["out_refund_no"] == "R|1"


def test_an_ask_takes_no_parameters_and_names_the_one_it_got(wallets: Wallets) -> None:
    told = wallets.told(wallets.wechat.call("GET", f"{REFUNDS}/R1?sub_mchid=1&x=2"))
    assert (told["code"], told["detail"]["field"]) == ("PARAM_ERROR", "sub_mchid")


@pytest.mark.parametrize(("state", "told"), [("paid", "SUCCESS"), ("unpaid", "NOTPAY"), ("closed", "CLOSED")])
def test_an_order_tells_its_state(wallets: Wallets, state: str, told: str) -> None:
    order = wallets.add("wechat", state=state)
    answer = wallets.told(wallets.wechat.order(order))
    assert answer["trade_state"] == told
    assert ("transaction_id" in answer) is (state == "paid")
    assert answer["amount"]["total"] == 1000


def test_an_order_with_any_refund_is_in_refund(wallets: Wallets) -> None:
    order = wallets.add("wechat")
    wallets.told(wallets.wechat.refund(order, "R1", 1))
    assert wallets.told(wallets.wechat.order(order))["trade_state"] == "REFUND"


def test_an_order_is_found_by_the_wallets_number(wallets: Wallets) -> None:
    order = wallets.add("wechat")
    path = f"/v3/pay/transactions/id/{order['wallet_order_id']}?mchid={wallets.wechat.ids['mchid']}"
    assert wallets.told(wallets.wechat.call("GET", path))["out_trade_no"] == order["order_id"]


@pytest.mark.parametrize(
    ("query", "code"), [("", "PARAM_ERROR"), ("?mchid=1", "MCH_NOT_EXISTS"), ("?mchid=1&x=2", "PARAM_ERROR")]
)
def test_an_order_query_names_its_merchant(wallets: Wallets, query: str, code: str) -> None:
    call = wallets.wechat.call("GET", f"/v3/pay/transactions/out-trade-no/O1{query}")
    reply = wallets.answer(call)
    assert (reply.status, wallets.wechat.open(reply)["code"]) == (400, code)


def test_an_unknown_order_is_404(wallets: Wallets) -> None:
    reply = wallets.answer(wallets.wechat.order({"order_id": "NONE"}))
    assert (reply.status, wallets.wechat.open(reply)["code"]) == (404, "ORDER_NOT_EXIST")


def test_the_platform_certificate_opens_with_the_api_key(wallets: Wallets) -> None:
    answer = wallets.told(wallets.wechat.call("GET", "/v3/certificates"))
    entry = answer["data"][0]
    sealed = entry["encrypt_certificate"]
    key = AESGCM(wallets.wechat.ids["apiv3_key"].encode())
    pem = key.decrypt(sealed["nonce"].encode(), base64.b64decode(sealed["ciphertext"]), b"certificate")
    assert f"{x509.load_pem_x509_certificate(pem).serial_number:040X}" == entry["serial_no"]


def test_answers_are_compact_json_in_alphabetical_order(wallets: Wallets) -> None:
    reply = wallets.answer(wallets.wechat.refund(wallets.add("wechat"), "R1", 1))
    content = json.loads(reply.body)
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert reply.body.decode() == text
