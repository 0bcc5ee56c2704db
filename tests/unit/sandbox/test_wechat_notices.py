"""WeChat Pay's notice on the wire: what a shop finds in it, and which key signed it."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from scanrefund.sandbox.notice_box import Manner
from scanrefund.sandbox.notices import Messenger
from scanrefund.sandbox.server import Running
from scanrefund.sandbox.wechat_notices import WechatHerald
from tests.unit.sandbox.conftest import TIMEOUT_S, Send, Wallets
from tests.unit.sandbox.merchants import WechatMerchant, verify, with_header
from tests.unit.sandbox.shop import Heard, Shop, listening_shop


@pytest.fixture
def shop() -> Iterator[Shop]:
    with listening_shop() as open_shop:
        yield open_shop


class Counter:
    """One order whose refund ends; what the shop hears of it."""

    def __init__(self, wallets: Wallets, shop: Shop) -> None:
        self.wallets, self.shop, self.order = wallets, shop, wallets.add("wechat")
        self.messenger = Messenger(wallets.store, (WechatHerald(wallets.wechat_side, wallets.keys),))

    def refund(self, fault: str = "", *, serial: str | None = None) -> dict[str, Any]:
        if fault:
            self.wallets.arm("wechat", "refund", fault)
        call = self.wallets.wechat.refund(self.order, "R1", 300, notify_url=self.shop.url)
        if serial is not None:
            call = with_header(call, "wechatpay-serial", serial or None)
        answer: dict[str, Any] = json.loads(self.wallets.answer(call).body)
        self.wallets.advance(3)
        return answer

    def notice(self, manner: Manner = Manner.GENUINE) -> Heard:
        with self.wallets.store.turn() as turn:
            first = turn.notices.all()[0]
            refund = turn.refunds()[0]
            if manner is not Manner.GENUINE:
                turn.notices.add(refund, first.url, first.status, turn.now - 1, manner=manner, same_as=first)
        while self.messenger.deliver_one() == 0:
            pass
        return self.shop.heard[-1]

    def opened(self, heard: Heard) -> dict[str, Any]:
        return opened(self.wallets.wechat, heard)


def check(key: RSAPublicKey, heard: Heard) -> None:
    head = f"{heard.headers['wechatpay-timestamp']}\n{heard.headers['wechatpay-nonce']}\n".encode()
    verify(key, head + heard.body + b"\n", heard.headers["wechatpay-signature"])


def opened(merchant: WechatMerchant, heard: Heard) -> dict[str, Any]:
    """What is in the box."""
    resource = json.loads(heard.body)["resource"]
    key = AESGCM(merchant.ids["apiv3_key"].encode())
    sealed = base64.b64decode(resource["ciphertext"])
    plain = key.decrypt(resource["nonce"].encode(), sealed, resource["associated_data"].encode())
    told: dict[str, Any] = json.loads(plain)
    return told


def test_a_notice_has_the_documented_form(wallets: Wallets, shop: Shop) -> None:
    counter = Counter(wallets, shop)
    answer = counter.refund()
    heard = counter.notice()
    check(wallets.wechat.wallet_key, heard)
    body = json.loads(heard.body)
    assert body.keys() == {"id", "create_time", "resource_type", "event_type", "summary", "resource"}
    assert (body["event_type"], body["summary"]) == ("REFUND.SUCCESS", "退款成功")
    assert body["resource_type"] == "encrypt-resource"
    assert len(body["id"]) == 36
    assert (body["resource"]["original_type"], len(body["resource"]["nonce"])) == ("refund", 12)
    told = counter.opened(heard)
    assert told.pop("success_time").endswith("+08:00")
    assert told == {
        "mchid": wallets.wechat.ids["mchid"],
        "out_trade_no": counter.order["order_id"],
        "transaction_id": counter.order["wallet_order_id"],
        "out_refund_no": "R1",
        "refund_id": answer["refund_id"],
        "refund_status": "SUCCESS",
        "amount": {"total": 1000, "refund": 300, "payer_total": 1000, "payer_refund": 300},
        "user_received_account": "支付用户零钱",
    }


@pytest.mark.parametrize(
    ("fault", "status", "summary"), [("abnormal", "ABNORMAL", "退款异常"), ("closed", "CLOSED", "退款关闭")]
)
def test_other_ends_have_no_success_time(
    wallets: Wallets, shop: Shop, fault: str, status: str, summary: str
) -> None:
    counter = Counter(wallets, shop)
    counter.refund(fault)
    heard = counter.notice()
    assert (json.loads(heard.body)["event_type"], json.loads(heard.body)["summary"]) == (
        f"REFUND.{status}",
        summary,
    )
    told = counter.opened(heard)
    assert told["refund_status"] == status
    assert "success_time" not in told


def test_the_key_the_application_asked_for_signs_the_notice(wallets: Wallets, shop: Shop) -> None:
    counter = Counter(wallets, shop)
    counter.refund(serial="")
    heard = counter.notice()
    certificate = wallets.wechat_side.platform_certificate
    assert heard.headers["wechatpay-serial"] == f"{certificate.serial_number:040X}"
    key = certificate.public_key()
    assert isinstance(key, RSAPublicKey)
    check(key, heard)


def test_during_a_switch_notices_come_under_the_other_key(wallets: Wallets, shop: Shop) -> None:
    counter = Counter(wallets, shop)
    counter.refund()
    wallets.keys.switch(None, "certificate")
    assert len(counter.notice().headers["wechatpay-serial"]) == 40


@pytest.mark.parametrize("manner", [Manner.FORGED, Manner.PROBE])
def test_a_forged_notice_and_a_probe_do_not_verify(wallets: Wallets, shop: Shop, manner: Manner) -> None:
    counter = Counter(wallets, shop)
    counter.refund()
    heard = counter.notice(manner)
    with pytest.raises(InvalidSignature):
        check(wallets.wechat.wallet_key, heard)
    probe = heard.headers["wechatpay-signature"].startswith("WECHATPAY/SIGNTEST/")
    assert probe is (manner is Manner.PROBE)
    assert heard.headers["wechatpay-serial"] == wallets.wechat.ids["wechatpay_public_key_id"]


def test_an_unsigned_notice_has_no_signature(wallets: Wallets, shop: Shop) -> None:
    counter = Counter(wallets, shop)
    counter.refund()
    assert not [name for name in counter.notice(Manner.UNSIGNED).headers if name.startswith("wechatpay-")]


def test_a_stale_notice_is_signed_right_an_hour_ago(wallets: Wallets, shop: Shop) -> None:
    counter = Counter(wallets, shop)
    counter.refund()
    heard = counter.notice(Manner.STALE)
    check(wallets.wechat.wallet_key, heard)
    assert 3590 < time.time() - int(heard.headers["wechatpay-timestamp"]) < 3700
    ids = {json.loads(one.body)["id"] for one in shop.heard}
    assert len(ids) == 1


@pytest.mark.parametrize("manner", [Manner.STALE, Manner.FORGED, Manner.PROBE])
def test_what_a_shop_rightly_refuses_does_not_come_again(
    wallets: Wallets, shop: Shop, manner: Manner
) -> None:
    counter = Counter(wallets, shop)
    counter.refund()
    counter.notice()
    shop.answers = [(401, b"")]
    counter.notice(manner)
    with wallets.store.turn() as turn:
        assert [(notice.tries, notice.due_at) for notice in turn.notices.all()] == [(1, None), (1, None)]


Control = Callable[..., requests.Response]


@pytest.fixture
def control(running: Running, http: requests.Session) -> Control:
    def carry(name: str, **body: Any) -> requests.Response:
        return http.post(f"{running.base_url}/sandbox/{name}", json=body, timeout=TIMEOUT_S)

    return carry


def test_the_control_lets_a_notice_come_again_late_and_forged(
    running: Running, http: requests.Session, control: Control, send: Send, shop: Shop
) -> None:
    merchant = WechatMerchant(running.folder)
    order = control("orders", wallet="wechat", amount_fen=1000, notify_url=shop.url).json()
    send(merchant.refund(order, "R1", 300))
    said = {"wallet": "wechat", "order_id": order["order_id"], "refund_id": "R1"}
    assert control("notices", **said, do="send").status_code == 409
    assert control("notices", **said, do="forge").status_code == 200
    assert shop.arrived.acquire(timeout=60)
    assert opened(merchant, shop.heard[0])["refund_status"] == "SUCCESS"
    control("clock", advance_s=3)
    assert shop.arrived.acquire(timeout=60)
    for do in ("repeat", "stale", "send"):
        assert control("notices", **said, do=do).status_code == 200
        assert shop.arrived.acquire(timeout=60)
    ids = [json.loads(heard.body)["id"] for heard in shop.heard]
    assert ids[1] == ids[2] == ids[3]
    assert len(set(ids)) == 3
    told = http.get(f"{running.base_url}/sandbox/notices", timeout=TIMEOUT_S).json()
    assert [(one["manner"], one["status"]) for one in told] == [
        ("forged", "SUCCESS"),
        ("genuine", "SUCCESS"),
        ("genuine", "SUCCESS"),
        ("stale", "SUCCESS"),
        ("genuine", "SUCCESS"),
    ]


def test_a_notice_without_an_address_or_a_refund_is_refused(
    running: Running, control: Control, send: Send
) -> None:
    order = control("orders", wallet="wechat", amount_fen=1000).json()
    said = {"wallet": "wechat", "order_id": order["order_id"], "refund_id": "R1", "do": "send"}
    assert control("notices", **said).status_code == 404
    send(WechatMerchant(running.folder).refund(order, "R1", 300))
    assert control("notices", **said).status_code == 409
    assert control("notices", **{**said, "do": "shout"}).status_code == 400


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/x", "http://shop.example/x", "https://shop.example/x?a=1", 7]
)
def test_an_order_takes_no_address_a_wallet_would_not(control: Control, url: object) -> None:
    assert control("orders", wallet="wechat", amount_fen=1, notify_url=url).status_code == 400


def test_keys_are_switched_and_both_stay_live(
    running: Running, http: requests.Session, control: Control, send: Send
) -> None:
    merchant = WechatMerchant(running.folder)
    before = http.get(f"{running.base_url}/sandbox/keys", timeout=TIMEOUT_S).json()
    assert (before["certificates"], before["notices"]) == ("first", "asked")
    after = control("keys", wallet="wechat", certificates="both").json()
    assert after["certificate_serials"][0] == before["certificate_serials"][0]
    old, new = after["certificate_serials"]
    bare = with_header(merchant.ask({}, "NONE"), "wechatpay-serial", None)
    assert dict(send(bare).headers)["wechatpay-serial"] == new
    by_old = with_header(merchant.ask({}, "NONE"), "wechatpay-serial", old)
    assert dict(send(by_old).headers)["wechatpay-serial"] == old
    assert dict(send(merchant.ask({}, "NONE")).headers)["wechatpay-serial"] == after["public_key_id"]


def test_certificates_are_listed_as_they_live(wallets: Wallets) -> None:
    call = wallets.wechat.call("GET", "/v3/certificates")
    wallets.keys.switch("both", None)
    entries = wallets.told(call)["data"]
    assert len({entry["serial_no"] for entry in entries}) == 2
    wallets.keys.switch("second", None)
    assert [entry["serial_no"] for entry in wallets.told(call)["data"]] == [entries[1]["serial_no"]]
    sealed = entries[1]["encrypt_certificate"]
    key = AESGCM(wallets.wechat.ids["apiv3_key"].encode())
    pem = key.decrypt(sealed["nonce"].encode(), base64.b64decode(sealed["ciphertext"]), b"certificate")
    assert f"{x509.load_pem_x509_certificate(pem).serial_number:040X}" == entries[1]["serial_no"]


def test_a_merchant_without_certificates_has_the_public_key_alone(wallets: Wallets) -> None:
    wallets.keys.switch("none", None)
    call = wallets.wechat.call("GET", "/v3/certificates")
    reply = wallets.answer(with_header(call, "wechatpay-serial", None))
    assert reply.status == 404
    answer = wallets.wechat.open(reply)
    assert answer["code"] == "RESOURCE_NOT_EXISTS"
    assert "无可用的平台证书" in answer["message"]
