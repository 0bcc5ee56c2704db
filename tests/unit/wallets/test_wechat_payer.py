"""Asking WeChat Pay whose payment code was shown. The codes here are made up."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from scanrefund.errors import NoAnswer, NotSent
from scanrefund.http import HttpReply
from scanrefund.model.outcome import PayerAnswer, PayerLook
from scanrefund.model.payment_code import PaymentCode
from scanrefund.wallets.reading import Unreadable
from scanrefund.wallets.wechat import WechatGateway
from scanrefund.wallets.wechat_payer import from_xml, signed, to_xml
from tests.unit.wallets.pens import APIV2_KEY, ScriptedHttp, WechatPen
from tests.unit.wallets.refunds import NOW

DIGITS = "134500000000000042"
TOLD = {
    "return_code": "SUCCESS",
    "return_msg": "OK",
    "appid": "wx1",
    "mch_id": "m1",
    "nonce_str": "n",
    "result_code": "SUCCESS",
    "openid": "o-payer",
}


@pytest.fixture(scope="module")
def pen(tmp_path_factory: pytest.TempPathFactory) -> WechatPen:
    return WechatPen(tmp_path_factory.mktemp("wechat"))


def xml(fields: dict[str, str], key: str = APIV2_KEY) -> HttpReply:
    return HttpReply(200, {}, to_xml(fields | {"sign": signed(fields, key)}), 1)


def payer(pen: WechatPen, *script: HttpReply) -> PayerAnswer:
    return WechatGateway(pen.settings(), ScriptedHttp(*script), lambda: NOW).payer_of_code(
        PaymentCode(DIGITS)
    )


def test_the_payer_of_a_living_code_is_found_and_never_prints(pen: WechatPen) -> None:
    answer = payer(pen, xml(TOLD))
    assert (answer.look, answer.payer_id) == (PayerLook.FOUND, "o-payer")
    assert "o-payer" not in repr(answer)


def test_the_code_travels_in_the_body_and_nowhere_else(
    pen: WechatPen, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    http = ScriptedHttp(xml(TOLD))
    WechatGateway(pen.settings(), http, lambda: NOW).payer_of_code(PaymentCode(DIGITS))
    [(method, url, headers, body)] = http.calls
    assert (method, url) == ("POST", "https://one.example/tools/authcodetoopenid")
    assert DIGITS not in url + repr(headers) + caplog.text
    fields = from_xml(body)
    assert (fields["appid"], fields["mch_id"], fields["auth_code"]) == ("wx1", "m1", DIGITS)
    assert fields["sign"] == signed(fields, APIV2_KEY)


@pytest.mark.parametrize("code", ["AUTHCODEEXPIRE", "AUTH_CODE_ERROR", "AUTH_CODE_INVALID"])
def test_a_code_that_wechat_refuses_is_no_living_code(pen: WechatPen, code: str) -> None:
    words = f"{code} {DIGITS} 请扫描微信支付授权码"
    told = {**TOLD, "result_code": "FAIL", "err_code": code, "err_code_des": words}
    answer = payer(pen, xml(told))
    assert (answer.look, answer.code) == (PayerLook.CODE_REFUSED, code)
    assert DIGITS not in repr(answer)


def test_a_failure_that_says_nothing_of_the_code_proves_nothing(pen: WechatPen) -> None:
    busy = {**TOLD, "result_code": "FAIL", "err_code": "SYSTEMERROR"}
    unknown_key = HttpReply(200, {}, to_xml({"return_code": "FAIL", "return_msg": "签名错误"}), 1)
    for reply, code in ((xml(busy), "SYSTEMERROR"), (unknown_key, "v2_refused")):
        answer = payer(pen, reply)
        assert (answer.look, answer.code) == (PayerLook.NOT_ASKED, code)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (xml(TOLD, "9" * 32), "bad_signature"),
        (HttpReply(200, {}, to_xml(TOLD), 1), "bad_signature"),
        (xml({**TOLD, "appid": "wx2"}), "wrong_openid"),
        (xml({**TOLD, "mch_id": "m2"}), "wrong_openid"),
        (xml({**TOLD, "openid": ""}), "wrong_openid"),
        (HttpReply(500, {}, b"", 1), "http_500"),
        (HttpReply(200, {}, b"<html>", 1), "not_xml"),
        (HttpReply(200, {}, b"\xff", 1), "not_xml"),
    ],
)
def test_an_answer_without_proof_names_no_payer(pen: WechatPen, reply: HttpReply, code: str) -> None:
    assert payer(pen, reply) == PayerAnswer(PayerLook.NOT_ASKED, code=code)


def test_a_broken_wire_proves_nothing(pen: WechatPen) -> None:
    for fault in (NotSent("no_connection"), NoAnswer("timeout")):
        settings = pen.settings(backup_url="")
        gateway = WechatGateway(settings, ScriptedHttp(fault), lambda: NOW)
        assert gateway.payer_of_code(PaymentCode(DIGITS)) == PayerAnswer(PayerLook.NOT_ASKED, code=fault.code)


def test_without_the_v2_key_nobody_is_asked(pen: WechatPen) -> None:
    http = ScriptedHttp()
    gateway = WechatGateway(pen.settings(apiv2_key=""), http, lambda: NOW)
    assert gateway.payer_of_code(PaymentCode(DIGITS)).look is PayerLook.NOT_OFFERED
    assert http.calls == []


def test_the_sign_is_that_of_the_published_example() -> None:
    fields = {
        "appid": "wxd930ea5d5a258f4f",
        "mch_id": "10000100",
        "device_info": "1000",
        "body": "test",
        "nonce_str": "ibuaiVcKdpRxkhJA",
    }
    assert signed(fields, "192006250b4c09247ec02edce69f6a2d") == "9A0A8659F005D6984697E2CA0A9CF3B7"


@pytest.mark.parametrize(
    ("raw", "fields"),
    [
        (b"<xml><a><![CDATA[1 < 2]]></a>\n <b>x &amp; y</b></xml>", {"a": "1 < 2", "b": "x & y"}),
        (b'<?xml version="1.0"?>\n<xml><a></a></xml>\n', {"a": ""}),
    ],
)
def test_flat_xml_is_read(raw: bytes, fields: dict[str, str]) -> None:
    assert from_xml(raw) == fields


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<xml></xml>",
        b"<xml><a>1</b></xml>",
        b"<xml><a>1</a><a>2</a></xml>",
        b"<xml><a><b>1</b></a></xml>",
        b'<!DOCTYPE x [<!ENTITY e "boom">]><xml><a>&e;</a></xml>',
        b"<xml>" + b"".join(b"<a%d>1</a%d>" % (n, n) for n in range(51)) + b"</xml>",
    ],
    ids=["empty", "no field", "crossed", "twice", "nested", "entity", "too many"],
)
def test_any_other_xml_is_not_read(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        from_xml(raw)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    assert from_xml(to_xml({"a": "<&>\"'", "b": "退"})) == {"a": "<&>\"'", "b": "退"}
