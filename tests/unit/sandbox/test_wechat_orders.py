"""Closing an order at WeChat Pay."""

from __future__ import annotations

import pytest

from scanrefund.sandbox.spoken import Call
from tests.unit.sandbox.conftest import Wallets
from tests.unit.sandbox.merchants import verify


def close(wallets: Wallets, order_id: str, **fields: str) -> Call:
    said = fields or {"mchid": wallets.wechat.ids["mchid"]}
    return wallets.wechat.post(f"/v3/pay/transactions/out-trade-no/{order_id}/close", **said)


def test_an_unpaid_order_is_closed_and_closed_again(wallets: Wallets) -> None:
    order = wallets.add("wechat", state="unpaid")
    for _ in range(2):
        assert wallets.answer(close(wallets, order["order_id"])).status == 204
    assert wallets.told(wallets.wechat.order(order))["trade_state"] == "CLOSED"


def test_the_answer_is_empty_and_its_signature_covers_that(wallets: Wallets) -> None:
    order = wallets.add("wechat", state="unpaid")
    reply = wallets.answer(close(wallets, order["order_id"]))
    headers = dict(reply.headers)
    assert reply.body == b""
    message = f"{headers['wechatpay-timestamp']}\n{headers['wechatpay-nonce']}\n\n".encode()
    verify(wallets.wechat.wallet_key, message, headers["wechatpay-signature"])


def test_a_paid_order_cannot_be_closed(wallets: Wallets) -> None:
    order = wallets.add("wechat")
    reply = wallets.answer(close(wallets, order["order_id"]))
    assert (reply.status, wallets.wechat.open(reply)["code"]) == (400, "ORDER_PAID")
    assert wallets.told(wallets.wechat.order(order))["trade_state"] == "SUCCESS"


def test_an_unknown_order_cannot_be_closed(wallets: Wallets) -> None:
    reply = wallets.answer(close(wallets, "NONE"))
    assert (reply.status, wallets.wechat.open(reply)["code"]) == (404, "ORDER_NOT_EXIST")


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"mchid": "1900000001"}, "MCH_NOT_EXISTS"), ({"mchid": "1", "appid": "1"}, "PARAM_ERROR")],
)
def test_closing_names_the_merchant_and_nothing_else(
    wallets: Wallets, fields: dict[str, str], code: str
) -> None:
    order = wallets.add("wechat", state="unpaid")
    reply = wallets.answer(close(wallets, order["order_id"], **fields))
    assert (reply.status, wallets.wechat.open(reply)["code"]) == (400, code)


def test_a_fault_of_the_order_calls_meets_closing(wallets: Wallets) -> None:
    order = wallets.add("wechat", state="unpaid")
    wallets.arm("wechat", "order", "http_500_after")
    assert wallets.answer(close(wallets, order["order_id"])).status == 500
    assert wallets.told(wallets.wechat.order(order))["trade_state"] == "CLOSED"
