"""WeChat Pay's door: every check, in its order, and the signature of what comes back."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from scanrefund.sandbox.spoken import Call, Reply
from tests.unit.sandbox.conftest import Wallets
from tests.unit.sandbox.merchants import REFUNDS, with_header


def refusal(reply: Reply) -> tuple[int, str, str]:
    """Status, code and message of a refusal of the door, which carries no signature."""
    assert not [name for name, _ in reply.headers if name.startswith("wechatpay-")]
    content = json.loads(reply.body)
    return reply.status, content["code"], content["message"]


def genuine(wallets: Wallets) -> Call:
    return wallets.wechat.ask({}, "R1")


@pytest.mark.parametrize("header", ["user-agent", "accept"])
def test_a_call_without_its_headers_is_refused_before_anything_else(wallets: Wallets, header: str) -> None:
    bare = with_header(with_header(genuine(wallets), header, None), "authorization", None)
    assert refusal(wallets.answer(bare))[:2] == (400, "INVALID_REQUEST")


@pytest.mark.parametrize("name", ["mchid", "nonce_str", "signature", "timestamp", "serial_no"])
def test_an_authorization_with_a_part_missing_is_refused(wallets: Wallets, name: str) -> None:
    call = genuine(wallets)
    cut = re.sub(rf'{name}="[^"]*",?', "", call.headers["authorization"])
    status, code, message = refusal(wallets.answer(with_header(call, "authorization", cut)))
    assert (status, code) == (401, "SIGN_ERROR")
    assert "Authorization值格式错误" in message


def test_no_authorization_and_another_scheme_are_told_apart(wallets: Wallets) -> None:
    call = genuine(wallets)
    assert "格式错误" in refusal(wallets.answer(with_header(call, "authorization", None)))[2]
    other = call.headers["authorization"].replace("RSA2048", "MD5")
    assert "认证类型不正确" in refusal(wallets.answer(with_header(call, "authorization", other)))[2]


def test_the_payment_paths_answer_a_bare_call_in_words_of_their_own(wallets: Wallets) -> None:
    call = with_header(wallets.wechat.order({"order_id": "O1"}), "authorization", None)
    reply = wallets.answer(call)
    assert refusal(reply) == (401, "SIGN_ERROR", "签名信息错误，验签失败")
    assert "request-id" not in dict(reply.headers)
    assert "request-id" in dict(wallets.answer(with_header(genuine(wallets), "authorization", None)).headers)


@pytest.mark.parametrize("off_s", [-310, 310])
def test_a_clock_more_than_five_minutes_off_is_refused(wallets: Wallets, off_s: int) -> None:
    wallets.wechat.clock_off_s = off_s
    status, code, message = refusal(wallets.answer(genuine(wallets)))
    assert (status, code) == (401, "SIGN_ERROR")
    assert "不得超过5分钟" in message


@pytest.mark.parametrize("off_s", [-290, 290])
def test_a_clock_less_than_five_minutes_off_will_do(wallets: Wallets, off_s: int) -> None:
    wallets.wechat.clock_off_s = off_s
    assert wallets.answer(genuine(wallets)).status == 404


@pytest.mark.parametrize("name", ["serial_no", "mchid"])
def test_another_serial_number_or_merchant_is_refused(wallets: Wallets, name: str) -> None:
    call = genuine(wallets)
    other = call.headers["authorization"].replace(f'{name}="', f'{name}="9')
    assert "证书序列号有误" in refusal(wallets.answer(with_header(call, "authorization", other)))[2]


def test_a_changed_body_does_not_fit_its_signature(wallets: Wallets) -> None:
    call = wallets.wechat.refund(wallets.add("wechat"), "R1", 100)
    changed = replace(call, body=call.body.replace(b"100", b"900"))
    reply = wallets.answer(changed)
    assert refusal(reply) == (401, "SIGN_ERROR", "签名错误")
    detail = json.loads(reply.body)["detail"]
    assert detail["detail"] == {"issue": "sign not match"}
    assert detail["sign_information"]["url"] == REFUNDS
    assert wallets.told(call)["status"] == "PROCESSING"


def test_the_query_is_part_of_what_is_signed(wallets: Wallets) -> None:
    call = wallets.wechat.order(wallets.add("wechat"))
    assert wallets.answer(replace(call, target=call.target + "0")).status == 401


@pytest.mark.parametrize("signature", ["", "AAAA", "not base64"])
def test_nonsense_is_no_signature(wallets: Wallets, signature: str) -> None:
    call = genuine(wallets)
    text = re.sub(r'signature="[^"]*"', f'signature="{signature}"', call.headers["authorization"])
    assert wallets.answer(with_header(call, "authorization", text)).status == 401


def test_an_error_after_the_door_is_signed(wallets: Wallets) -> None:
    assert wallets.told(genuine(wallets)) == {"code": "RESOURCE_NOT_EXISTS", "message": "退款单不存在"}


def test_without_the_public_key_asked_for_the_platform_certificate_signs(wallets: Wallets) -> None:
    reply = wallets.answer(with_header(genuine(wallets), "wechatpay-serial", None))
    assert re.fullmatch(r"[0-9A-F]{40}", dict(reply.headers)["wechatpay-serial"])


def test_an_unknown_path_is_nobodys_and_a_wrong_method_is_405(wallets: Wallets) -> None:
    bare = Call("DELETE", REFUNDS, {}, b"")
    assert wallets.answer(bare) == Reply(405)
    with pytest.raises(StopIteration):
        wallets.answer(Call("GET", "/v3/nothing", {}, b""))
