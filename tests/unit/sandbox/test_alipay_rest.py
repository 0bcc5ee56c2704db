"""Alipay's v3 door: every check, the form of its errors, and the bytes it signs."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidSignature

from scanrefund.sandbox.spoken import Call, Reply
from tests.unit.sandbox.conftest import Wallets
from tests.unit.sandbox.merchants import with_header
from tests.unit.sandbox.rest_merchant import RestMerchant


@pytest.fixture
def shop(wallets: Wallets) -> RestMerchant:
    return RestMerchant(wallets.alipay)


def query(shop: RestMerchant, order_id: str = "NONE", **more: str) -> Call:
    return shop.call("POST", "/v3/alipay/trade/query", {"out_trade_no": order_id}, **more)


def refusal(wallets: Wallets, call: Call) -> tuple[int, str]:
    """Status and code of an unsigned error."""
    reply = wallets.answer(call)
    content = json.loads(reply.body)
    assert content.keys() == {"code", "message"}
    assert "alipay-signature" not in dict(reply.headers)
    assert "alipay-trace-id" in dict(reply.headers)
    return reply.status, content["code"]


def test_it_refunds_repeats_and_asks(wallets: Wallets, shop: RestMerchant) -> None:
    order = wallets.add("alipay")
    said = {"out_trade_no": order["order_id"], "out_request_no": "Q1", "refund_amount": "3.00"}
    first = shop.open(wallets.answer(shop.post("trade/refund", **said)))
    assert (first["fund_change"], first["refund_fee"]) == ("Y", "3.00")
    assert first.keys().isdisjoint({"code", "msg"})
    assert shop.open(wallets.answer(shop.post("trade/refund", **said)))["fund_change"] == "N"
    asked = {"out_trade_no": order["order_id"], "out_request_no": "Q1"}
    found = shop.open(wallets.answer(shop.post("trade/fastpay/refund/query", **asked)))
    assert (found["refund_status"], found["refund_amount"]) == ("REFUND_SUCCESS", "3.00")


def test_it_finds_the_trade(wallets: Wallets, shop: RestMerchant) -> None:
    order = wallets.add("alipay")
    found = shop.open(wallets.answer(query(shop, order["order_id"])))
    assert (found["trade_no"], found["trade_status"]) == (order["wallet_order_id"], "TRADE_SUCCESS")


def test_an_unknown_refund_is_an_empty_success(wallets: Wallets, shop: RestMerchant) -> None:
    said = {"out_trade_no": wallets.add("alipay")["order_id"], "out_request_no": "NONE"}
    assert shop.open(wallets.answer(shop.post("trade/fastpay/refund/query", **said))) == {}


def test_a_business_refusal_keeps_its_code(wallets: Wallets, shop: RestMerchant) -> None:
    assert refusal(wallets, query(shop)) == (400, "ACQ.TRADE_NOT_EXIST")


def test_the_bill_address_is_asked_for_by_get(wallets: Wallets, shop: RestMerchant) -> None:
    target = "/v3/alipay/data/dataservice/bill/downloadurl/query?bill_type=trade&bill_date=2026-01-02"
    assert "bill_download_url" in shop.open(wallets.answer(shop.call("GET", target)))
    assert refusal(wallets, shop.call("POST", target, {})) == (400, "invalid-http-method")


def test_a_call_without_credentials_misses_its_timestamp(wallets: Wallets, shop: RestMerchant) -> None:
    bare = with_header(query(shop), "authorization", None)
    assert refusal(wallets, bare) == (400, "missing-timestamp")
    other = with_header(query(shop), "authorization", "Bearer x")
    assert refusal(wallets, other) == (400, "missing-timestamp")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"app_id": ""}, "missing-app-id"),
        ({"app_id": "9021000000000000"}, "invalid-app-id"),
        ({"timestamp": "1760000000"}, "invalid-timestamp"),
        ({"nonce": ""}, "invalid-parameter"),
        ({"app_cert_sn": "0" * 32}, "missing-alipay-root-cert-sn"),
    ],
)
def test_each_credential_is_checked(
    wallets: Wallets, shop: RestMerchant, more: dict[str, str], code: str
) -> None:
    assert refusal(wallets, query(shop, **more)) == (400, code)


def test_the_app_is_checked_before_the_signature(wallets: Wallets, shop: RestMerchant) -> None:
    header = query(shop, app_id="9021000000000000").headers["authorization"].partition(",sign=")[0]
    call = with_header(query(shop), "authorization", header)
    assert refusal(wallets, call) == (400, "invalid-app-id")


@pytest.mark.parametrize(("off_s", "status"), [(-590, 400), (-620, 400), (620, 400)])
def test_a_clock_more_than_ten_minutes_off_is_refused(
    wallets: Wallets, shop: RestMerchant, off_s: int, status: int
) -> None:
    shop.clock_off_s = off_s
    code = "invalid-timestamp" if abs(off_s) > 600 else "ACQ.TRADE_NOT_EXIST"
    assert refusal(wallets, query(shop)) == (status, code)


def test_everything_that_is_sent_is_signed(wallets: Wallets, shop: RestMerchant) -> None:
    call = query(shop)
    for changed in (
        replace(call, body=call.body.replace(b"NONE", b"SOME")),
        replace(call, target=call.target + "?a=b"),
        with_header(
            call, "authorization", call.headers["authorization"].partition(",sign=")[0] + ",sign=AAAA"
        ),
    ):
        assert refusal(wallets, changed) == (400, "invalid-signature")
    unsigned = with_header(call, "authorization", call.headers["authorization"].partition(",sign=")[0])
    assert refusal(wallets, unsigned) == (400, "missing-signature")


def test_a_token_is_signed_on_its_own_line_and_there_is_none_to_have(
    wallets: Wallets, shop: RestMerchant
) -> None:
    assert refusal(wallets, query(shop, token="202611BB")) == (401, "invalid-app-auth-token")
    added = with_header(query(shop), "alipay-app-auth-token", "202611BB")
    assert refusal(wallets, added) == (400, "invalid-signature")


def test_certificate_mode_is_answered_with_alipays_certificate_number(
    wallets: Wallets, shop: RestMerchant
) -> None:
    side, order = wallets.folder.alipay(), wallets.add("alipay")
    call = query(shop, order["order_id"], app_cert_sn=side.app_cert_sn)
    reply = wallets.answer(with_header(call, "alipay-root-cert-sn", side.root_cert_sn))
    assert shop.open(reply)["trade_no"] == order["wallet_order_id"]
    assert dict(reply.headers)["alipay-sn"] == side.alipay_cert_sn
    assert "alipay-sn" not in dict(wallets.answer(query(shop, order["order_id"])).headers)


@pytest.mark.parametrize(
    ("path", "content_type", "body", "answer"),
    [
        ("trade/pay", "application/json", b"{}", (404, "invalid-method")),
        ("trade/query", "text/plain", b"{}", (400, "invalid-content-type")),
        ("trade/query", "application/json", b"[]", (400, "illegal-json")),
        ("trade/query", "application/json", b"", (400, "illegal-json")),
    ],
)
def test_what_is_asked_must_make_sense(
    wallets: Wallets, shop: RestMerchant, path: str, content_type: str, body: bytes, answer: tuple[int, str]
) -> None:
    target = f"/v3/alipay/{path}"
    call = shop.call("POST", target, json.loads(body)) if body else shop.call("POST", target)
    assert refusal(wallets, with_header(call, "content-type", content_type)) == answer


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [("http_429", 429, "app-call-limited"), ("http_500_after", 500, "ACQ.SYSTEM_ERROR")],
)
def test_trouble_has_its_own_status(
    wallets: Wallets, shop: RestMerchant, fault: str, status: int, code: str
) -> None:
    wallets.arm("alipay", "order", fault)
    assert refusal(wallets, query(shop)) == (status, code)


def test_a_seal_may_be_wrong_or_missing(wallets: Wallets, shop: RestMerchant) -> None:
    order_id = wallets.add("alipay")["order_id"]
    wallets.arm("alipay", "order", "bad_signature")
    with pytest.raises(InvalidSignature):
        shop.open(wallets.answer(query(shop, order_id)))
    wallets.arm("alipay", "order", "unsigned")
    reply: Reply = wallets.answer(query(shop, order_id))
    assert (reply.status, "alipay-signature" in dict(reply.headers)) == (200, False)
