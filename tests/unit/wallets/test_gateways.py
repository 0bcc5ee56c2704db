"""What the gateways write: the body of a refund, its reason, and the request around it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from scanrefund.http import Http
from scanrefund.model.money import Money
from scanrefund.model.wallet import Wallet
from scanrefund.wallets.alipay import AlipayGateway
from scanrefund.wallets.alipay_line import AlipaySettings
from scanrefund.wallets.body import fitted
from scanrefund.wallets.gateway import WalletGateway
from scanrefund.wallets.wechat import WechatGateway
from scanrefund.wallets.wechat_line import WechatSettings
from tests.contract import second_truth
from tests.unit.wallets.refunds import NOW, WALLET_ORDER_ID, order_at


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return second_truth.write_keys(
        tmp_path_factory.mktemp("k"), second_truth.new_key(), second_truth.new_key().public_key()
    )


@pytest.fixture
def wechat(keys: tuple[Path, Path]) -> WechatGateway:
    settings = WechatSettings("https://pay.example/", "m1", "wx1", "S1", keys[0], "PUB_KEY_ID_1", keys[1])
    return WechatGateway(settings, Http(), lambda: NOW)


@pytest.fixture
def alipay(keys: tuple[Path, Path]) -> AlipayGateway:
    settings = AlipaySettings("https://pay.example/", "a1", "s1", keys[0], keys[1])
    return AlipayGateway(settings, Http(), lambda: NOW)


def test_wechats_body_is_compact_sorted_and_whole(wechat: WechatGateway) -> None:
    body = wechat.compose(order_at(Wallet.WECHAT), "SR_1", Money(300), "尺码")
    assert (
        body
        == (
            '{"amount":{"currency":"CNY","refund":300,"total":1000},"out_refund_no":"SR_1","reason":"尺码",'
            f'"transaction_id":"{WALLET_ORDER_ID}"}}'
        ).encode()
    )


def test_alipays_body_is_compact_sorted_and_whole(alipay: AlipayGateway) -> None:
    body = alipay.compose(order_at(Wallet.ALIPAY), "SR_1", Money(300), "尺码")
    assert (
        body
        == (
            '{"out_request_no":"SR_1","refund_amount":"3.00","refund_reason":"尺码",'
            f'"trade_no":"{WALLET_ORDER_ID}"}}'
        ).encode()
    )


def test_our_order_number_stands_in_only_where_theirs_is_not_known(
    wechat: WechatGateway, alipay: AlipayGateway
) -> None:
    gateways: list[WalletGateway] = [wechat, alipay]
    for gateway in gateways:
        fields = json.loads(gateway.compose(order_at(gateway.wallet, ""), "SR_1", Money(1), "x"))
        assert fields["out_trade_no"] == "A1"
        assert not {"transaction_id", "trade_no"} & set(fields)


def test_an_empty_reason_is_left_out(wechat: WechatGateway, alipay: AlipayGateway) -> None:
    for gateway in (wechat, alipay):
        body = gateway.compose(order_at(gateway.wallet), "SR_1", Money(1), " \n😀 ")
        assert b"reason" not in body


def test_the_account_names_who_asks(wechat: WechatGateway, alipay: AlipayGateway) -> None:
    assert (wechat.account, alipay.account) == ("m1", "s1/a1")


@pytest.mark.parametrize(
    ("reason", "fit"),
    [
        ("尺码不合", "尺码不合"),
        ("  two\n words\t", "two words"),
        ("坏了😀!", "坏了!"),
        ("尺" * 27, "尺" * 26),
        ("a" * 79 + "尺", "a" * 79),
        ("a" * 200, "a" * 80),
        ("\ud800x\x00", "x"),
    ],
)
def test_a_reason_is_cut_to_whole_characters_the_wallets_take(reason: str, fit: str) -> None:
    assert fitted(reason, 80) == fit
    assert len(fitted(reason, 80).encode()) <= 80


def test_wechats_request_has_the_documented_headers_and_a_new_nonce_each_time(wechat: WechatGateway) -> None:
    one, two = (wechat._line.request("https://pay.example", "POST", "/v3/x", b"{}") for _ in range(2))
    assert (one.method, one.url, one.body) == ("POST", "https://pay.example/v3/x", b"{}")
    assert f'timestamp="{int(NOW.timestamp())}"' in one.headers["Authorization"]
    assert one.headers["Authorization"] != two.headers["Authorization"]
    assert {name: one.headers[name] for name in one.headers if name != "Authorization"} == {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "Wechatpay-Serial": "PUB_KEY_ID_1",
    }


def test_a_number_with_odd_signs_is_encoded_before_it_is_signed(wechat: WechatGateway) -> None:
    order = replace(order_at(Wallet.WECHAT, ""), order_id="A|1/*@")
    assert wechat._order_target(order) == "/v3/pay/transactions/out-trade-no/A%7C1%2F%2A%40?mchid=m1"


def test_alipays_public_parameters_stand_in_the_address_and_the_time_is_beijings(
    alipay: AlipayGateway,
) -> None:
    request = alipay._line.request(
        "https://pay.example", "alipay.trade.refund", '{"refund_reason":"尺码"}'.encode()
    )
    address = urlsplit(request.url)
    params = dict(parse_qsl(address.query))
    assert (address.netloc, address.path) == ("pay.example", "/gateway.do")
    assert params.pop("sign")
    assert params == {
        "app_id": "a1",
        "method": "alipay.trade.refund",
        "format": "JSON",
        "charset": "utf-8",
        "sign_type": "RSA2",
        "timestamp": "2026-11-23 10:00:00",
        "version": "1.0",
    }
    assert dict(parse_qsl(request.body.decode())) == {"biz_content": '{"refund_reason":"尺码"}'}


def test_a_request_prints_neither_address_nor_headers_nor_body(
    wechat: WechatGateway, alipay: AlipayGateway
) -> None:
    assert repr(wechat._line.request("https://pay.example", "GET", "/v3/x")) == "WireRequest(method='GET')"
    assert repr(alipay._line.request("https://pay.example", "m", b"{}")) == "WireRequest(method='POST')"
