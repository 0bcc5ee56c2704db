"""Alipay's gateway door: every check, the forms of a call it takes, and the bytes it signs."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from scanrefund.sandbox.spoken import Call, Reply
from tests.unit.sandbox.conftest import Wallets

QUERY = "alipay.trade.query"


def refusal(wallets: Wallets, parameters: dict[str, str]) -> str:
    """The sub_code a call with these parameters gets."""
    content = json.loads(wallets.answer(wallets.alipay.split(parameters)).body)
    return str(next(iter(content.values()))["sub_code"])


def resigned(wallets: Wallets, **changes: str) -> dict[str, str]:
    parameters = {**wallets.alipay.parameters(QUERY, out_trade_no="NONE"), **changes}
    return wallets.alipay.sign({name: value for name, value in parameters.items() if value})


@pytest.fixture
def in_zone() -> Iterator[None]:
    """This machine in a zone far from Beijing, where that can be had."""
    if not hasattr(time, "tzset"):
        pytest.skip("this system's zone cannot be changed from within a process")
    before = os.environ.get("TZ")
    os.environ["TZ"] = "America/New_York"
    time.tzset()
    yield
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


def test_a_genuine_call_gets_a_signed_answer(wallets: Wallets) -> None:
    assert wallets.told(wallets.alipay.call(QUERY, out_trade_no="NONE"))["sub_code"] == "ACQ.TRADE_NOT_EXIST"


@pytest.mark.parametrize(
    ("app_id", "code"), [("", "isv.missing-app-id"), ("9021000000000000", "isv.invalid-app-id")]
)
def test_an_unknown_app_is_told_so_before_its_signature_and_unsigned(
    wallets: Wallets, app_id: str, code: str
) -> None:
    parameters = {**resigned(wallets, app_id=app_id), "sign": "AAAA"}
    reply = wallets.answer(wallets.alipay.split(parameters))
    content = json.loads(reply.body)
    assert content.keys() == {"alipay_trade_query_response"}
    assert content["alipay_trade_query_response"]["sub_code"] == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"method": ""}, "isv.missing-method"),
        ({"method": "alipay.trade.pay"}, "isv.invalid-method"),
        ({"sign_type": ""}, "isv.missing-signature-type"),
        ({"sign_type": "RSA"}, "isv.invalid-signature-type"),
        ({"format": "XML"}, "isv.invalid-format"),
        ({"timestamp": ""}, "isv.missing-timestamp"),
        ({"version": ""}, "isv.missing-version"),
        ({"app_auth_token": "202611BB"}, "aop.invalid-app-auth-token"),
        ({"timestamp": "2026-11-23"}, "isv.invalid-timestamp"),
        ({"biz_content": "[]"}, "isv.illegal-json"),
        ({"biz_content": ""}, "isv.illegal-json"),
    ],
)
def test_each_public_parameter_is_checked(wallets: Wallets, changes: dict[str, str], code: str) -> None:
    parameters = resigned(wallets, **changes)
    assert refusal(wallets, {"biz_content": "", **parameters}) == code


def test_a_call_without_a_signature_is_refused(wallets: Wallets) -> None:
    assert refusal(wallets, wallets.alipay.parameters(QUERY)) == "isv.missing-signature"


@pytest.mark.parametrize(("off_s", "code"), [(-310, "isv.invalid-timestamp"), (310, "isv.invalid-timestamp")])
def test_a_clock_more_than_five_minutes_off_is_refused(wallets: Wallets, off_s: int, code: str) -> None:
    wallets.alipay.clock_off_s = off_s
    assert refusal(wallets, resigned(wallets)) == code


@pytest.mark.parametrize("off_s", [-290, 290])
def test_a_clock_less_than_five_minutes_off_will_do(wallets: Wallets, off_s: int) -> None:
    wallets.alipay.clock_off_s = off_s
    assert refusal(wallets, resigned(wallets)) == "ACQ.TRADE_NOT_EXIST"


@pytest.mark.usefixtures("in_zone")
def test_this_machines_own_zone_is_read_as_well_as_beijings(wallets: Wallets) -> None:
    assert refusal(wallets, resigned(wallets)) == "ACQ.TRADE_NOT_EXIST"
    local = time.strftime("%Y-%m-%d %H:%M:%S")
    assert refusal(wallets, resigned(wallets, timestamp=local)) == "ACQ.TRADE_NOT_EXIST"
    utc = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
    assert refusal(wallets, resigned(wallets, timestamp=utc)) == "isv.invalid-timestamp"


def test_a_changed_body_does_not_fit_its_signature(wallets: Wallets) -> None:
    order = wallets.add("alipay")
    parameters = wallets.alipay.sign(
        wallets.alipay.parameters("alipay.trade.refund", out_trade_no=order["order_id"], refund_amount="1.00")
    )
    changed = {**parameters, "biz_content": parameters["biz_content"].replace("1.00", "9.00")}
    node = wallets.told(wallets.alipay.split(changed))
    assert (node["code"], node["sub_code"]) == ("40002", "isv.invalid-signature")
    assert "app_id=" in node["sub_msg"]
    assert "&amp;biz_content=" in node["sub_msg"]
    with wallets.store.turn() as turn:
        assert turn.refunds() == []


def test_a_charset_outside_the_query_makes_chinese_unreadable(wallets: Wallets) -> None:
    order = wallets.add("alipay")
    said = {"out_trade_no": order["order_id"], "refund_amount": "10.00", "refund_reason": "退货"}
    parameters = wallets.alipay.sign(wallets.alipay.parameters("alipay.trade.refund", **said))
    everything = Call("POST", "/gateway.do", {}, urlencode(parameters).encode())
    assert b"isv.invalid-signature" in wallets.answer(everything).body
    assert wallets.told(wallets.alipay.split(parameters))["fund_change"] == "Y"


def answered(wallets: Wallets, call: Call) -> bool:
    return str(wallets.told(call)["sub_code"]) == "ACQ.TRADE_NOT_EXIST"


def test_everything_in_the_query_is_taken(wallets: Wallets) -> None:
    call = Call("GET", f"/gateway.do?{urlencode(resigned(wallets))}", {}, b"")
    assert answered(wallets, call)


def test_a_multipart_form_is_taken(wallets: Wallets) -> None:
    parameters = resigned(wallets)
    head = 'Content-Disposition: form-data; name="biz_content"'
    part = f"--b\r\n{head}\r\n\r\n{parameters.pop('biz_content')}\r\n"
    headers = {"content-type": "multipart/form-data; boundary=b"}
    call = Call("POST", f"/gateway.do?{urlencode(parameters)}", headers, f"{part}--b--\r\n".encode())
    assert answered(wallets, call)


def test_gbk_is_read_and_spoken(wallets: Wallets) -> None:
    reply = wallets.answer(wallets.alipay.split(resigned(wallets, charset="gbk")))
    assert "交易不存在".encode("gbk") in reply.body


def test_business_answers_are_http_200_html_and_the_node_comes_first(wallets: Wallets) -> None:
    reply = wallets.answer(wallets.alipay.call(QUERY, out_trade_no="NONE"))
    assert reply.status == 200
    assert dict(reply.headers)["content-type"] == "text/html;charset=utf-8"
    assert list(json.loads(reply.body)) == ["alipay_trade_query_response", "sign"]


def test_slashes_are_escaped_in_what_is_signed(wallets: Wallets) -> None:
    reply = wallets.answer(wallets.alipay.split({**resigned(wallets), "return_url": "http://a/b"}))
    assert rb"http:\/\/a\/b" in reply.body
    assert wallets.alipay.open(reply)["sub_code"] == "isv.invalid-signature"


@pytest.mark.parametrize(
    ("app", "root", "code"),
    [
        ("0" * 32, "right", "isv.invalid-app-cert-sn"),
        ("right", "0" * 32, "isv.invalid-alipay-root-cert-sn"),
        ("", "right", "isv.missing-app-cert-sn"),
        ("right", "", "isv.missing-alipay-root-cert-sn"),
        ("right", "right", "ACQ.TRADE_NOT_EXIST"),
        ("right", "other_right", "ACQ.TRADE_NOT_EXIST"),
    ],
)
def test_both_certificates_are_named_and_right(wallets: Wallets, app: str, root: str, code: str) -> None:
    side = wallets.folder.alipay()
    sns = {
        "app_cert_sn": app.replace("right", side.app_cert_sn),
        "alipay_root_cert_sn": root.replace("right", side.root_cert_sn),
    }
    assert refusal(wallets, resigned(wallets, **sns)) == code


def test_an_error_that_belongs_to_no_method_is_not_signed(wallets: Wallets) -> None:
    reply = wallets.answer(wallets.alipay.split(resigned(wallets, method="alipay.trade.pay")))
    assert json.loads(reply.body).keys() == {"error_response"}


def test_every_answer_has_a_trace_id(wallets: Wallets) -> None:
    reply = wallets.answer(wallets.alipay.call(QUERY, out_trade_no="NONE"))
    assert len(dict(reply.headers)["trace_id"]) == 32


def test_other_methods_than_get_and_post_are_405(wallets: Wallets) -> None:
    call = replace(wallets.alipay.call(QUERY), method="PUT")
    assert wallets.answer(call) == Reply(405)
