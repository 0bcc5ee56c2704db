"""Notices: only what is signed, fresh and ours is a notice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from scanrefund.errors import NoticeFault
from scanrefund.model.notice import Notice
from scanrefund.model.wallet import Wallet
from scanrefund.wallets.alipay import AlipayGateway
from scanrefund.wallets.wechat import WechatGateway
from tests.unit.wallets.pens import KEY_ID, AlipayPen, ScriptedHttp, WechatPen, new_key, sealed
from tests.unit.wallets.refunds import NOW

TOLD = {"mchid": "m1", "out_trade_no": "A1", "out_refund_no": "SR_1", "refund_status": "SUCCESS"}


@pytest.fixture(scope="module")
def wechat(tmp_path_factory: pytest.TempPathFactory) -> WechatPen:
    return WechatPen(tmp_path_factory.mktemp("wechat"))


@pytest.fixture(scope="module")
def alipay(tmp_path_factory: pytest.TempPathFactory) -> AlipayPen:
    return AlipayPen(tmp_path_factory.mktemp("alipay"))


def of_wechat(pen: WechatPen, body: bytes, headers: dict[str, str] | None = None, **changes: Any) -> Notice:
    gateway = WechatGateway(pen.settings(**changes), ScriptedHttp(), lambda: NOW)
    return gateway.read_notice(pen.headers(body) if headers is None else headers, body, NOW)


def of_alipay(pen: AlipayPen, body: bytes, now: datetime = NOW, **changes: Any) -> Notice:
    return AlipayGateway(pen.settings(**changes), ScriptedHttp(), lambda: NOW).read_notice({}, body, now)


def test_wechats_notice_names_its_refund_and_keeps_no_body(wechat: WechatPen) -> None:
    body = wechat.notice(TOLD)
    digest = hashlib.sha256(body).hexdigest()
    assert of_wechat(wechat, body) == Notice(Wallet.WECHAT, "N1", "REFUND.SUCCESS", "A1", "SR_1", digest)


def test_a_notice_about_a_payment_names_no_refund(wechat: WechatPen, alipay: AlipayPen) -> None:
    paid = wechat.notice({"mchid": "m1", "out_trade_no": "A1"}, event_type="TRANSACTION.SUCCESS")
    assert of_wechat(wechat, paid).refund_id == ""
    assert of_alipay(alipay, alipay.notice(out_biz_no="")).refund_id == ""


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Signature": "WECHATPAY/SIGNTEST/AAAA"}, "notice_forged"),
        ({"Nonce": "other"}, "notice_forged"),
        ({"Serial": "PUB_KEY_ID_9"}, "notice_key_unknown"),
        ({"Signature": ""}, "notice_unsigned"),
        ({"Timestamp": ""}, "notice_unsigned"),
    ],
)
def test_wechats_notice_is_believed_only_under_its_signature(
    wechat: WechatPen, change: dict[str, str], code: str
) -> None:
    body = wechat.notice(TOLD)
    with pytest.raises(NoticeFault, match=code):
        of_wechat(wechat, body, wechat.headers(body, KEY_ID, NOW, **change))


@pytest.mark.parametrize("off_s", [-301, 301])
def test_an_old_or_future_notice_of_wechat_is_not_believed(wechat: WechatPen, off_s: int) -> None:
    body = wechat.notice(TOLD)
    with pytest.raises(NoticeFault, match="notice_stale"):
        of_wechat(wechat, body, wechat.headers(body, KEY_ID, NOW + timedelta(seconds=off_s)))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "notice_unreadable"),
        (b"\xff", "notice_unreadable"),
        (b'{"resource_type":"encrypt-resource"}', "notice_unreadable"),
    ],
)
def test_a_signed_body_of_another_shape_is_not_read(wechat: WechatPen, body: bytes, code: str) -> None:
    with pytest.raises(NoticeFault, match=code):
        of_wechat(wechat, body)


@pytest.mark.parametrize(
    ("resource", "code"),
    [
        (sealed(json.dumps(TOLD).encode(), "refund", "9" * 32), "notice_unreadable"),
        (sealed(b"not json", "refund"), "notice_unreadable"),
        (sealed(json.dumps(TOLD | {"mchid": "m2"}).encode(), "refund"), "notice_foreign"),
        (sealed(json.dumps(TOLD | {"out_trade_no": ""}).encode(), "refund"), "notice_unreadable"),
        (sealed(b"{}", "refund") | {"algorithm": "NONE"}, "notice_unreadable"),
        (sealed(b"{}", "refund") | {"associated_data": "other"}, "notice_unreadable"),
    ],
    ids=["another key", "no json", "another merchant", "no order", "another algorithm", "other data"],
)
def test_what_is_inside_must_open_with_our_key_and_be_about_us(
    wechat: WechatPen, resource: dict[str, str], code: str
) -> None:
    with pytest.raises(NoticeFault, match=code):
        of_wechat(wechat, wechat.notice(TOLD, resource=resource))


def test_without_the_apiv3_key_no_notice_can_be_opened(wechat: WechatPen) -> None:
    with pytest.raises(NoticeFault, match="notice_no_key"):
        of_wechat(wechat, wechat.notice(TOLD), apiv3_key="")


def test_a_fault_tells_nothing_of_what_came_in(wechat: WechatPen, alipay: AlipayPen) -> None:
    calls: list[Callable[[], Notice]] = [
        lambda: of_wechat(wechat, b"secret 134500000000000042"),
        lambda: of_alipay(alipay, b"secret=134500000000000042"),
    ]
    for make in calls:
        with pytest.raises(NoticeFault) as caught:
            make()
        assert "secret" not in str(caught.value)
        assert caught.value.__cause__ is None


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_alipays_notice_is_read_in_the_charset_it_names(alipay: AlipayPen, charset: str) -> None:
    body = alipay.notice(charset)
    digest = hashlib.sha256(body).hexdigest()
    assert of_alipay(alipay, body) == Notice(Wallet.ALIPAY, "N1", "TRADE_SUCCESS", "A1", "SR_1", digest)


def altered(body: bytes, **changes: str) -> bytes:
    return urlencode(dict(parse_qsl(body.decode(), keep_blank_values=True)) | changes).encode()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"out_biz_no": "SR_2"}, "notice_forged"),
        ({"extra": "x"}, "notice_forged"),
        ({"sign": "AAAA"}, "notice_forged"),
        ({"sign_type": "RSA"}, "notice_forged"),
        ({"sign": ""}, "notice_unsigned"),
        ({"alipay_cert_sn": "f" * 32}, "notice_key_unknown"),
        ({"charset": "utf-16"}, "notice_unreadable"),
    ],
)
def test_alipays_notice_is_believed_only_as_it_was_signed(
    alipay: AlipayPen, change: dict[str, str], code: str
) -> None:
    with pytest.raises(NoticeFault, match=code):
        of_alipay(alipay, altered(alipay.notice(), **change))


def test_another_pen_is_a_forger(alipay: AlipayPen, wechat: WechatPen) -> None:
    with pytest.raises(NoticeFault, match="notice_forged"):
        of_alipay(alipay, AlipayPen(alipay.folder, new_key()).notice())
    body = wechat.notice(TOLD)
    with pytest.raises(NoticeFault, match="notice_forged"):
        of_wechat(wechat, body, WechatPen(wechat.folder, new_key()).headers(body))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"app_id": "a2"}, "notice_foreign"),
        ({"seller_id": "s2"}, "notice_foreign"),
        ({"notify_time": "2026-11-22 07:59:00"}, "notice_stale"),
        ({"notify_time": ""}, "notice_stale"),
        ({"notify_time": "soon"}, "notice_unreadable"),
        ({"notify_id": ""}, "notice_unreadable"),
        ({"out_trade_no": ""}, "notice_unreadable"),
    ],
)
def test_a_well_signed_notice_must_be_ours_and_not_too_old(
    alipay: AlipayPen, change: dict[str, str], code: str
) -> None:
    with pytest.raises(NoticeFault, match=code):
        of_alipay(alipay, alipay.notice(**change))


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"a=%FF", b"a=1&a=2", b"&".join([b"a=1"] * 201)])
def test_what_is_no_form_is_not_read(alipay: AlipayPen, body: bytes) -> None:
    with pytest.raises(NoticeFault, match=r"notice_unreadable|notice_unsigned"):
        of_alipay(alipay, body)
