"""Every way a WeChat Pay reply can be read; its signature is given as already judged."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from scanrefund.http import HttpReply
from scanrefund.model.money import ZERO, Money
from scanrefund.model.order import WalletOrderState
from scanrefund.model.outcome import OrderAnswer, OrderLook, Outcome, Signature
from scanrefund.model.wallet import Wallet
from scanrefund.wallets import wechat_codes
from scanrefund.wallets.wechat_replies import TRADE_STATE, read_order, read_refund
from tests.unit.wallets.refunds import WALLET_ORDER_ID, order_at, refund_at

GOOD = Signature.VERIFIED
REFUND = {
    "refund_id": "5030",
    "out_refund_no": "SR_1",
    "out_trade_no": "A1",
    "transaction_id": WALLET_ORDER_ID,
    "status": "SUCCESS",
    "user_received_account": "支付用户零钱",
    "success_time": "2026-11-23T10:00:05+08:00",
    "amount": {"refund": 300, "total": 1000, "currency": "CNY"},
}
ORDER = {
    "mchid": "m1",
    "appid": "wx1",
    "out_trade_no": "A1",
    "transaction_id": WALLET_ORDER_ID,
    "trade_state": "SUCCESS",
    "success_time": "2026-11-23T09:00:00+08:00",
    "payer": {"openid": "o1"},
    "amount": {"total": 1000, "currency": "CNY"},
}


def reply(status: int, body: Any) -> HttpReply:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return HttpReply(status, {"Request-ID": "r1"}, raw, 1)


def sent(status: int, body: Any, signature: Signature = GOOD) -> tuple[Outcome, str, bool]:
    answer = read_refund(reply(status, body), signature, refund_at(Wallet.WECHAT), wechat_codes.SEND)
    return answer.outcome, answer.code, answer.alarm


def asked(status: int, body: Any, signature: Signature = GOOD) -> tuple[Outcome, str, bool]:
    answer = read_refund(reply(status, body), signature, refund_at(Wallet.WECHAT), wechat_codes.ASK)
    return answer.outcome, answer.code, answer.alarm


def looked(status: int, body: Any, signature: Signature = GOOD) -> OrderAnswer:
    return read_order(reply(status, body), signature, order_at(Wallet.WECHAT), mchid="m1", appid="wx1")


@pytest.mark.parametrize(
    ("status", "account", "outcome"),
    [
        ("SUCCESS", "支付用户零钱", Outcome.SUCCEEDED),
        ("SUCCESS", "招商银行信用卡0403", Outcome.SUCCEEDED),
        ("SUCCESS", "商户基本账户", Outcome.RETURNED_TO_MERCHANT),
        ("SUCCESS", "商户结算银行账户", Outcome.RETURNED_TO_MERCHANT),
        ("PROCESSING", "商户基本账户", Outcome.PROCESSING),
        ("ABNORMAL", "", Outcome.ABNORMAL),
        ("CLOSED", "", Outcome.CLOSED),
    ],
)
def test_a_signed_status_is_the_outcome(status: str, account: str, outcome: Outcome) -> None:
    body = REFUND | {"status": status, "user_received_account": account}
    assert sent(200, body) == (outcome, status, False)


def test_a_status_nobody_knows_is_unknown_with_an_alarm() -> None:
    assert sent(200, REFUND | {"status": "CHANGE"}) == (Outcome.UNKNOWN, "CHANGE", True)


def test_a_refund_keeps_what_the_wallet_said_of_it() -> None:
    answer = read_refund(reply(200, REFUND), GOOD, refund_at(Wallet.WECHAT), wechat_codes.ASK)
    assert (answer.wallet_refund_id, answer.amount) == ("5030", Money(300))
    assert (answer.received_account, answer.wallet_request_id) == ("支付用户零钱", "r1")
    assert answer.settled_at is not None
    assert answer.settled_at.isoformat() == "2026-11-23T02:00:05+00:00"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"out_refund_no": "SR_2"}, "mismatch_refund_id"),
        ({"out_trade_no": "B2"}, "mismatch_order_id"),
        ({"transaction_id": "8" * 28}, "mismatch_wallet_order_id"),
        ({"amount": {"refund": 301, "total": 1000, "currency": "CNY"}}, "mismatch_amount"),
        ({"amount": {"refund": 300, "total": 900, "currency": "CNY"}}, "mismatch_order_amount"),
        ({"amount": {"refund": 300, "total": 1000, "currency": "USD"}}, "mismatch_currency"),
        ({"amount": {"refund": 300.0, "total": 1000, "currency": "CNY"}}, "wrong_refund"),
        ({"amount": {"refund": True, "total": 1000, "currency": "CNY"}}, "wrong_refund"),
        ({"amount": [300]}, "wrong_amount"),
        ({"success_time": "2026-11-23T10:00:05"}, "wrong_success_time"),
        ({"refund_id": "50\u000030"}, "wrong_refund_id"),
    ],
)
def test_a_success_about_something_else_is_unknown_with_an_alarm(change: dict[str, Any], code: str) -> None:
    assert sent(200, REFUND | change) == (Outcome.UNKNOWN, code, True)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b"\xff\xfe", b'{"status":NaN}', b"[" * 100_000, b'{"status":"A","status":"SUCCESS"}'],
    ids=["empty", "list", "cut", "bytes", "NaN", "deep", "twice"],
)
def test_a_signed_body_that_is_no_strict_object_is_unknown_with_an_alarm(body: bytes) -> None:
    assert sent(200, body) == (Outcome.UNKNOWN, "not_json", True)


@pytest.mark.parametrize(
    ("signature", "code"), [(Signature.MISSING, "unsigned"), (Signature.WRONG, "bad_signature")]
)
def test_a_success_without_a_good_signature_is_unknown_with_an_alarm(signature: Signature, code: str) -> None:
    for status in (200, 201, 204):
        assert sent(status, REFUND, signature) == (Outcome.UNKNOWN, code, True)
    assert looked(200, ORDER, signature).look is OrderLook.NOT_ASKED


def test_an_unsigned_refusal_proves_nothing_but_may_call_a_person() -> None:
    declined = {"code": "USER_ACCOUNT_ABNORMAL"}
    assert sent(403, declined)[0] is Outcome.DECLINED
    assert sent(403, declined, Signature.MISSING) == (Outcome.UNKNOWN, "USER_ACCOUNT_ABNORMAL", True)
    assert sent(401, {"code": "SIGN_ERROR"}, Signature.MISSING) == (Outcome.HELD, "SIGN_ERROR", False)


def test_an_unsigned_not_found_proves_no_absence() -> None:
    gone = {"code": "RESOURCE_NOT_EXISTS"}
    assert asked(404, gone) == (Outcome.ABSENT, "RESOURCE_NOT_EXISTS", False)
    assert asked(404, gone, Signature.MISSING)[0] is Outcome.UNKNOWN
    assert asked(404, gone, Signature.WRONG) == (Outcome.UNKNOWN, "bad_signature", True)
    missing = {"code": "ORDER_NOT_EXIST"}
    assert looked(404, missing).look is OrderLook.NOT_FOUND
    assert looked(404, missing, Signature.MISSING).look is OrderLook.NOT_ASKED


@pytest.mark.parametrize("status", [202, 429, 500, 502, 503, 504])
def test_some_statuses_are_unknown_whatever_code_they_carry(status: int) -> None:
    for code in ("NOT_ENOUGH", "RESOURCE_NOT_EXISTS", "SYSTEM_ERROR"):
        assert sent(status, {"code": code}) == (Outcome.UNKNOWN, code, False)
        assert asked(status, {"code": code})[0] is Outcome.UNKNOWN
    assert sent(status, b"<html>") == (Outcome.UNKNOWN, f"http_{status}", False)


def test_a_rate_limit_says_how_long_to_wait() -> None:
    answer = read_refund(
        reply(429, {"code": "FREQUENCY_LIMITED"}), GOOD, refund_at(Wallet.WECHAT), wechat_codes.ASK
    )
    assert answer.wait_s == 60


@pytest.mark.parametrize("status", [400, 404, 405, 418])
def test_a_refusal_without_a_code_is_unknown_with_an_alarm(status: int) -> None:
    assert asked(status, b"", Signature.MISSING) == (Outcome.UNKNOWN, f"http_{status}", True)


def test_the_message_is_kept_for_people_cut_and_clean() -> None:
    answer = read_refund(
        reply(403, {"code": "NOT_ENOUGH", "message": "余额\n不足" + "x" * 1000}),
        GOOD,
        refund_at(Wallet.WECHAT),
        wechat_codes.SEND,
    )
    assert answer.message.startswith("余额 不足x")
    assert len(answer.message) == 300


@pytest.mark.parametrize("trade_state", TRADE_STATE)
def test_a_trade_state_is_an_order_state(trade_state: str) -> None:
    found = looked(200, ORDER | {"trade_state": trade_state}).order
    assert found is not None
    paid = trade_state in {"SUCCESS", "REFUND"}
    closed = trade_state in {"CLOSED", "REVOKED"}
    expected = (
        WalletOrderState.PAID if paid else WalletOrderState.CLOSED if closed else WalletOrderState.UNPAID
    )
    assert found.state is expected


def test_an_openid_under_another_appid_is_not_the_payer() -> None:
    found = looked(200, ORDER | {"appid": "wx2"}).order
    assert found is not None
    assert found.payer_id == ""


def test_only_an_unpaid_order_may_come_without_an_amount() -> None:
    bare = {name: value for name, value in ORDER.items() if name != "amount"}
    found = looked(200, bare | {"trade_state": "NOTPAY"}).order
    assert found is not None
    assert found.amount == ZERO
    assert looked(200, bare).code == "wrong_total"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"mchid": "m2"}, "mismatch_merchant"),
        ({"out_trade_no": "B2"}, "mismatch_order_id"),
        ({"transaction_id": "8" * 28}, "mismatch_wallet_order_id"),
        ({"trade_state": "NEW"}, "wrong_trade_state"),
        ({"amount": {"total": 1000, "currency": "USD"}}, "mismatch_currency"),
    ],
)
def test_an_order_that_is_not_ours_is_not_taken(change: dict[str, Any], code: str) -> None:
    answer = looked(200, ORDER | change)
    assert (answer.look, answer.code, answer.order) == (OrderLook.NOT_ASKED, code, None)


def test_a_question_about_a_number_of_unknown_amount_takes_any_amount_and_nothing_else() -> None:
    unknown = replace(refund_at(Wallet.WECHAT), amount=ZERO)
    other = REFUND | {"out_refund_no": "SR_2"}
    found, wrong = (
        read_refund(reply(200, body), GOOD, unknown, wechat_codes.ASK) for body in (REFUND, other)
    )
    assert (found.outcome, found.amount) == (Outcome.SUCCEEDED, Money(300))
    assert (wrong.outcome, wrong.code) == (Outcome.UNKNOWN, "mismatch_refund_id")
