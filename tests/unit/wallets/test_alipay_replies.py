"""Every way an Alipay reply can be read."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from scanrefund.http import HttpReply
from scanrefund.model.money import Money
from scanrefund.model.outcome import Answer, OrderAnswer, OrderLook, Outcome, Signature
from scanrefund.model.wallet import Wallet
from scanrefund.wallets import alipay_codes
from scanrefund.wallets.alipay import REFUND, REFUND_QUERY, TRADE_QUERY
from scanrefund.wallets.alipay_replies import TRADE_STATUS, asked, opened, read_order, read_refund, sent
from scanrefund.wallets.signing import VerifyingKey
from tests.unit.wallets.refunds import WALLET_ORDER_ID, order_at, refund_at

TRADE = {"code": "10000", "msg": "Success", "out_trade_no": "A1", "trade_no": WALLET_ORDER_ID}
SENT = TRADE | {"fund_change": "Y", "refund_fee": "9.99"}
ASKED = TRADE | {
    "out_request_no": "SR_1",
    "refund_status": "REFUND_SUCCESS",
    "refund_amount": "3.00",
    "total_amount": "10.00",
    "gmt_refund_pay": "2026-11-23 10:00:05",
}
ORDER = TRADE | {"trade_status": "TRADE_SUCCESS", "total_amount": "10.00", "buyer_open_id": "b1"}


class Alipay:
    """Their pen, and our three ways of reading what it wrote."""

    def __init__(self, folder: Path) -> None:
        self.pen = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        path = folder / "alipay.pem"
        path.write_bytes(
            self.pen.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )
        self.keys = {"": VerifyingKey(path)}

    def sign(self, node: bytes) -> bytes:
        raw = self.pen.sign(node, padding.PKCS1v15(), hashes.SHA256())
        return base64.b64encode(raw)

    def write(self, method: str, node: bytes) -> bytes:
        name = method.replace(".", "_").encode()
        return b'{"%s_response":%s,"sign":"%s"}' % (name, node, self.sign(node))

    def sent(self, fields: dict[str, Any]) -> Answer:
        return self.sent_raw(self.write(REFUND, json.dumps(fields).encode()))

    def sent_raw(self, body: bytes, status: int = 200) -> Answer:
        reply = HttpReply(status, {"trace_id": "t1"}, body, 1)
        judged = opened(reply, REFUND, self.keys, alipay_codes.SEND)
        return read_refund(reply, judged, refund_at(Wallet.ALIPAY), sent)

    def asked(self, fields: dict[str, Any]) -> Answer:
        reply = HttpReply(200, {}, self.write(REFUND_QUERY, json.dumps(fields).encode()), 1)
        judged = opened(reply, REFUND_QUERY, self.keys, alipay_codes.ASK)
        return read_refund(reply, judged, refund_at(Wallet.ALIPAY), asked)

    def looked(self, fields: dict[str, Any]) -> OrderAnswer:
        reply = HttpReply(200, {}, self.write(TRADE_QUERY, json.dumps(fields).encode()), 1)
        judged = opened(reply, TRADE_QUERY, self.keys, alipay_codes.ORDER)
        return read_order(judged, order_at(Wallet.ALIPAY))


@pytest.fixture(scope="module")
def alipay(tmp_path_factory: pytest.TempPathFactory) -> Alipay:
    return Alipay(tmp_path_factory.mktemp("keys"))


def test_only_fund_change_y_is_a_success(alipay: Alipay) -> None:
    assert alipay.sent(SENT).outcome is Outcome.SUCCEEDED
    assert alipay.sent(SENT | {"fund_change": "N"}).outcome is Outcome.PROCESSING
    assert alipay.sent(TRADE).outcome is Outcome.PROCESSING


def test_the_summed_refund_fee_is_neither_compared_nor_taken_for_the_amount(alipay: Alipay) -> None:
    assert alipay.sent(SENT).amount is None


def test_an_ask_with_status_and_amount_is_a_success(alipay: Alipay) -> None:
    answer = alipay.asked(ASKED)
    assert (answer.outcome, answer.amount, answer.alarm) == (Outcome.SUCCEEDED, Money(300), False)
    assert answer.settled_at is not None
    assert answer.settled_at.isoformat() == "2026-11-23T02:00:05+00:00"


def test_an_ask_without_business_fields_is_absent(alipay: Alipay) -> None:
    assert alipay.asked({"code": "10000", "msg": "Success"}).outcome is Outcome.ABSENT
    assert alipay.asked(TRADE | {"out_request_no": "SR_1"}).outcome is Outcome.ABSENT


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"refund_amount": "3.01"}, "mismatch_amount"),
        ({"refund_amount": "3.001"}, "wrong_refund_amount"),
        ({"refund_amount": "3e0"}, "wrong_refund_amount"),
        ({"refund_amount": 3}, "wrong_refund_amount"),
        ({"out_request_no": "SR_2"}, "mismatch_refund_id"),
        ({"out_trade_no": "B2"}, "mismatch_order_id"),
        ({"trade_no": "8"}, "mismatch_wallet_order_id"),
        ({"total_amount": "9.00"}, "mismatch_order_amount"),
        ({"refund_status": "REFUND_NEW"}, "wrong_refund_status"),
        ({"refund_status": ""}, "wrong_refund_status"),
        ({"gmt_refund_pay": "yesterday"}, "wrong_gmt_refund_pay"),
    ],
)
def test_an_ask_about_something_else_is_unknown_with_an_alarm(
    alipay: Alipay, change: dict[str, Any], code: str
) -> None:
    answer = alipay.asked(ASKED | change)
    assert (answer.outcome, answer.code, answer.alarm) == (Outcome.UNKNOWN, code, True)


def test_a_send_answered_for_another_order_is_unknown(alipay: Alipay) -> None:
    assert alipay.sent(SENT | {"out_trade_no": "B2"}).code == "mismatch_order_id"
    assert alipay.sent(SENT | {"trade_no": "8"}).outcome is Outcome.UNKNOWN


def test_the_signed_bytes_are_the_node_as_received(alipay: Alipay) -> None:
    tricky = r'{ "code" : "10000","msg":"}\"{\\","out_trade_no":"A1","fund_change":"Y", "trade_no":"%s",'
    node = (tricky % WALLET_ORDER_ID + r'"store_name":"\/\u9000{"}').encode()
    body = alipay.write(REFUND, node)
    assert alipay.sent_raw(body).outcome is Outcome.SUCCEEDED
    assert alipay.sent_raw(body.replace(b"\\/", b"/")).code == "bad_signature"


def test_the_order_of_members_and_blanks_around_them_do_not_matter(alipay: Alipay) -> None:
    node = json.dumps(SENT).encode()
    sign = alipay.sign(node).replace(b"/", b"\\/")
    body = b' {"sign" : "%s" ,\n"alipay_trade_refund_response": %s }\r\n' % (sign, node)
    assert alipay.sent_raw(body).outcome is Outcome.SUCCEEDED


def _nothing(alipay: Alipay, node: bytes) -> bytes:
    return b'{"alipay_trade_refund_response":%s}' % node


def _another_node(alipay: Alipay, node: bytes) -> bytes:
    return alipay.write("alipay.trade.query", node)


def _two_nodes(alipay: Alipay, node: bytes) -> bytes:
    whole = alipay.write(REFUND, node)
    return whole[:-1] + b',"alipay_trade_refund_response":%s}' % node


def _more_behind(alipay: Alipay, node: bytes) -> bytes:
    return alipay.write(REFUND, node) + b"{}"


def _cut(alipay: Alipay, node: bytes) -> bytes:
    return alipay.write(REFUND, node)[:-3]


def _tampered(alipay: Alipay, node: bytes) -> bytes:
    return alipay.write(REFUND, node.replace(b"Y", b"N")).replace(b'"N"', b'"Y"')


def _hidden_in_a_string(alipay: Alipay, node: bytes) -> bytes:
    inner = json.dumps(alipay.write(REFUND, node).decode()).encode()
    return b'{"x":%s}' % inner


@pytest.mark.parametrize(
    ("forge", "code"),
    [
        (_nothing, "unsigned"),
        (_another_node, "no_answer_node"),
        (_two_nodes, "not_json"),
        (_more_behind, "not_json"),
        (_cut, "not_json"),
        (_tampered, "bad_signature"),
        (_hidden_in_a_string, "no_answer_node"),
        (lambda _alipay, _node: b"", "not_json"),
        (lambda _alipay, _node: b"<html>", "not_json"),
        (lambda _alipay, _node: b'{"a":' * 50_000, "not_json"),
        (lambda _alipay, _node: b'{"alipay_trade_refund_response":"encrypted","sign":"x"}', "no_answer_node"),
    ],
)
def test_a_success_that_is_not_signed_as_a_whole_is_unknown_with_an_alarm(
    alipay: Alipay, forge: Callable[[Alipay, bytes], bytes], code: str
) -> None:
    answer = alipay.sent_raw(forge(alipay, json.dumps(SENT).encode()))
    assert (answer.outcome, answer.code, answer.alarm) == (Outcome.UNKNOWN, code, True)


def test_an_unsigned_refusal_proves_nothing_but_may_call_a_person(alipay: Alipay) -> None:
    gone = b'{"alipay_trade_refund_response":{"code":"40004","sub_code":"ACQ.TRADE_HAS_FINISHED"}}'
    answer = alipay.sent_raw(gone)
    assert (answer.outcome, answer.signature, answer.alarm) == (Outcome.UNKNOWN, Signature.MISSING, True)
    set_up = b'{"error_response":{"code":"40002","sub_code":"isv.invalid-app-id","sub_msg":"no"}}'
    answer = alipay.sent_raw(set_up)
    assert (answer.outcome, answer.code, answer.message) == (Outcome.HELD, "isv.invalid-app-id", "no")


def test_a_system_error_in_gbk_is_read_and_unknown(alipay: Alipay) -> None:
    node = '{"code":"20000","sub_code":"aop.unknow-error","sub_msg":"系统繁忙"}'.encode("gbk")
    answer = alipay.sent_raw(alipay.write(REFUND, node))
    assert (answer.outcome, answer.message, answer.alarm) == (Outcome.UNKNOWN, "系统繁忙", False)


@pytest.mark.parametrize(
    ("status", "alarm"), [(202, False), (204, True), (404, True), (429, False), (502, False)]
)
def test_any_other_status_than_200_is_unknown(alipay: Alipay, status: int, *, alarm: bool) -> None:
    body = alipay.write(REFUND, json.dumps(SENT).encode())
    answer = alipay.sent_raw(body, status)
    assert (answer.outcome, answer.code, answer.alarm) == (Outcome.UNKNOWN, f"http_{status}", alarm)
    assert answer.wait_s == (60 if status == 429 else 0)


@pytest.mark.parametrize(("trade_status", "state"), TRADE_STATUS.items())
def test_a_trade_status_is_an_order_state(alipay: Alipay, trade_status: str, state: object) -> None:
    found = alipay.looked(ORDER | {"trade_status": trade_status}).order
    assert found is not None
    assert found.state is state
    assert (found.amount, found.payer_id, found.wallet_order_id) == (Money(1000), "b1", WALLET_ORDER_ID)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"out_trade_no": "B2"}, "mismatch_order_id"),
        ({"trade_no": "8"}, "mismatch_wallet_order_id"),
        ({"trade_status": "TRADE_NEW"}, "wrong_trade_status"),
        ({"total_amount": "10.001"}, "wrong_total_amount"),
    ],
)
def test_an_order_that_is_not_ours_is_not_taken(alipay: Alipay, change: dict[str, Any], code: str) -> None:
    answer = alipay.looked(ORDER | change)
    assert (answer.look, answer.code) == (OrderLook.NOT_ASKED, code)


def test_a_trade_the_wallet_does_not_know_is_not_found(alipay: Alipay) -> None:
    assert alipay.looked({"code": "40004", "sub_code": "ACQ.TRADE_NOT_EXIST"}).look is OrderLook.NOT_FOUND
    assert alipay.looked({"code": "20000", "sub_code": "isp.unknow-error"}).look is OrderLook.NOT_ASKED
