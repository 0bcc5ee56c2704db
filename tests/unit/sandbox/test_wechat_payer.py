"""The V2 call that tells whose payment code it is."""

from __future__ import annotations

import hashlib
import hmac
from xml.etree import ElementTree as ET

import pytest

from scanrefund.sandbox.numbers import payer_id, payment_code
from scanrefund.sandbox.spoken import Call, Reply, Travel
from tests.unit.sandbox.conftest import Wallets

PATH = "/tools/authcodetoopenid"


def signed(fields: dict[str, str], key: str) -> dict[str, str]:
    text = "&".join(f"{name}={value}" for name, value in sorted(fields.items())) + f"&key={key}"
    return {**fields, "sign": hashlib.md5(text.encode()).hexdigest().upper()}


def xml(fields: dict[str, str]) -> bytes:
    return (
        "<xml>" + "".join(f"<{name}>{value}</{name}>" for name, value in fields.items()) + "</xml>"
    ).encode()


def call(body: bytes, method: str = "POST") -> Call:
    return Call(method, PATH, {"content-type": "text/xml"}, body)


def read(reply: Reply) -> dict[str, str]:
    assert reply.status == 200
    return {child.tag: child.text or "" for child in ET.fromstring(reply.body.decode())}


class Desk:
    """Asks as the merchant."""

    def __init__(self, wallets: Wallets) -> None:
        self.wallets, self.ids = wallets, wallets.wechat.ids

    def fields(self, code: str) -> dict[str, str]:
        return {"appid": self.ids["appid"], "mch_id": self.ids["mchid"], "auth_code": code, "nonce_str": "n"}

    def ask(self, code: str) -> dict[str, str]:
        body = xml(signed(self.fields(code), self.ids["apiv2_key"]))
        return read(self.wallets.answer(call(body)))

    def code(self, minutes_ago: int = 0) -> str:
        with self.wallets.store.turn() as turn:
            return payment_code(turn.seed, "wechat", int(turn.now // 60) - minutes_ago)


@pytest.fixture
def desk(wallets: Wallets) -> Desk:
    return Desk(wallets)


def test_the_code_of_this_minute_names_the_customer(desk: Desk) -> None:
    told = desk.ask(desk.code())
    assert (told["return_code"], told["result_code"]) == ("SUCCESS", "SUCCESS")
    assert told["openid"] == payer_id(1, "wechat", "customer")
    sign = told.pop("sign")
    assert signed(told, desk.ids["apiv2_key"])["sign"] == sign


@pytest.mark.parametrize(
    ("minutes_ago", "code"), [(1, "AUTHCODEEXPIRE"), (59, "AUTHCODEEXPIRE"), (61, "AUTH_CODE_INVALID")]
)
def test_an_earlier_code_has_expired_and_is_forgotten_after_an_hour(
    desk: Desk, minutes_ago: int, code: str
) -> None:
    told = desk.ask(desk.code(minutes_ago))
    assert (told["return_code"], told["result_code"], told["err_code"]) == ("SUCCESS", "FAIL", code)
    assert "openid" not in told


@pytest.mark.parametrize("code", ["280000000000000000", "160000000000000000", "1", "13000000000000000x"])
def test_what_is_no_code_of_wechat_is_invalid(desk: Desk, code: str) -> None:
    assert desk.ask(code)["err_code"] == "AUTH_CODE_INVALID"


@pytest.mark.parametrize("name", ["appid", "mch_id", "auth_code", "nonce_str", "sign"])
def test_a_missing_field_is_named(desk: Desk, name: str) -> None:
    fields = signed(desk.fields(desk.code()), desk.ids["apiv2_key"])
    del fields[name]
    told = read(desk.wallets.answer(call(xml(fields))))
    assert told == {"return_code": "FAIL", "return_msg": f"缺少参数{name}"}


def test_a_wrong_sign_is_refused(desk: Desk) -> None:
    told = read(desk.wallets.answer(call(xml(signed(desk.fields(desk.code()), "other")))))
    assert told == {"return_code": "FAIL", "return_msg": "签名错误"}


def test_an_hmac_does_not_fit_into_the_sign(desk: Desk) -> None:
    fields = desk.fields(desk.code())
    long = hmac.new(desk.ids["apiv2_key"].encode(), b"x", "sha256").hexdigest().upper()
    told = read(desk.wallets.answer(call(xml({**fields, "sign": long}))))
    assert told["return_msg"] == "sign字节数64大于最大值32"


def test_another_merchant_is_refused(desk: Desk) -> None:
    fields = signed({**desk.fields(desk.code()), "mch_id": "1900000001"}, desk.ids["apiv2_key"])
    assert read(desk.wallets.answer(call(xml(fields))))["return_code"] == "FAIL"


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"<xml>", b'<!DOCTYPE x [<!ENTITY a "b">]><xml><appid>&a;</appid></xml>', b"\xff\xfe"],
)
def test_what_is_no_plain_xml_is_refused(desk: Desk, body: bytes) -> None:
    told = read(desk.wallets.answer(call(body)))
    assert told == {"return_code": "FAIL", "return_msg": "XML格式错误"}


def test_only_post_is_taken(desk: Desk) -> None:
    assert read(desk.wallets.answer(call(b"", "GET")))["return_code"] == "FAIL"


def test_faults_meet_this_call_too(desk: Desk) -> None:
    desk.wallets.arm("wechat", "payer", "http_500_before")
    assert (
        desk.wallets.answer(call(xml(signed(desk.fields(desk.code()), desk.ids["apiv2_key"])))).status == 200
    )
    desk.wallets.arm("wechat", "payer", "false_not_found")
    assert desk.ask(desk.code())["err_code"] == "AUTH_CODE_INVALID"
    desk.wallets.arm("wechat", "payer", "drop_after")
    body = xml(signed(desk.fields(desk.code()), desk.ids["apiv2_key"]))
    assert desk.wallets.answer(call(body)).travel is Travel.DROPPED


def test_no_code_is_repeated_in_an_answer(desk: Desk) -> None:
    for code in (desk.code(), desk.code(5), "130000000000000000"):
        assert code not in str(desk.ask(code))
