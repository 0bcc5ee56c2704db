"""Closing an order, and a second try of a stuck refund."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from scanrefund.errors import NoAnswer
from scanrefund.http import HttpReply
from scanrefund.model.outcome import Answer, CloseAnswer, Closing, Outcome, PayerLook
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.wallet import Wallet
from scanrefund.wallets.alipay import CLOSE, AlipayGateway
from scanrefund.wallets.gateway import BankCard
from scanrefund.wallets.wechat import WechatGateway
from tests.unit.wallets.pens import AlipayPen, ScriptedHttp, WechatPen
from tests.unit.wallets.refunds import NOW, WALLET_ORDER_ID, order_at, refund_at

STUCK = {
    "refund_id": "5030",
    "out_refund_no": "SR_1",
    "out_trade_no": "A1",
    "transaction_id": WALLET_ORDER_ID,
    "status": "PROCESSING",
    "amount": {"refund": 300, "total": 1000, "currency": "CNY"},
}
CARD = BankCard("ICBC_DEBIT", "6222000000000000", "张三")


@pytest.fixture(scope="module")
def wechat(tmp_path_factory: pytest.TempPathFactory) -> WechatPen:
    return WechatPen(tmp_path_factory.mktemp("wechat"))


@pytest.fixture(scope="module")
def alipay(tmp_path_factory: pytest.TempPathFactory) -> AlipayPen:
    return AlipayPen(tmp_path_factory.mktemp("alipay"))


def second_try(pen: WechatPen, http: ScriptedHttp, card: BankCard | None) -> Answer:
    stuck = replace(refund_at(Wallet.WECHAT), wallet_refund_id="5030")
    return WechatGateway(pen.settings(), http, lambda: NOW).apply_abnormal(stuck, card)


def test_a_stuck_refund_goes_to_the_merchant_unless_the_customer_names_a_card(wechat: WechatPen) -> None:
    http = ScriptedHttp(wechat.reply(200, STUCK))
    assert second_try(wechat, http, None).outcome is Outcome.PROCESSING
    [(method, url, _, body)] = http.calls
    assert (method, url.partition(".example")[2]) == (
        "POST",
        "/v3/refund/domestic/refunds/5030/apply-abnormal-refund",
    )
    assert json.loads(body) == {"out_refund_no": "SR_1", "type": "MERCHANT_BANK_CARD"}


def test_a_customers_card_is_written_so_that_only_wechat_reads_it(wechat: WechatPen) -> None:
    http = ScriptedHttp(wechat.reply(200, STUCK))
    second_try(wechat, http, CARD)
    _, _, headers, body = http.calls[0]
    assert headers["Wechatpay-Serial"] == "PUB_KEY_ID_1"
    fields = json.loads(body)
    oaep = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)
    opened = {
        name: wechat.key.decrypt(base64.b64decode(fields[name]), oaep).decode()
        for name in ("bank_account", "real_name")
    }
    assert opened == {"bank_account": CARD.account, "real_name": CARD.holder}
    assert (fields["type"], fields["bank_type"]) == ("USER_BANK_CARD", "ICBC_DEBIT")
    assert "6222" not in body.decode() + repr(CARD)


def test_a_refused_second_try_says_nothing_of_the_refund(wechat: WechatPen) -> None:
    refused = wechat.reply(400, {"code": "INVALID_REQUEST"})
    assert second_try(wechat, ScriptedHttp(refused), None).outcome is Outcome.DECLINED
    assert second_try(wechat, ScriptedHttp(NoAnswer("timeout")), None).outcome is Outcome.UNKNOWN


def test_a_refund_without_the_wallets_number_cannot_be_tried_again(wechat: WechatPen) -> None:
    http = ScriptedHttp()
    answer = WechatGateway(wechat.settings(), http).apply_abnormal(refund_at(Wallet.WECHAT), None)
    assert (answer.outcome, answer.code) == (Outcome.NOT_SENT, "no_wallet_refund_id")


def test_alipay_has_no_second_try_and_no_payer_of_a_code(alipay: AlipayPen) -> None:
    gateway = AlipayGateway(alipay.settings(), ScriptedHttp())
    answer = gateway.apply_abnormal(refund_at(Wallet.ALIPAY), None)
    assert (answer.outcome, answer.code) == (Outcome.NOT_SENT, "not_offered")
    assert gateway.payer_of_code(PaymentCode("2812345678901234")).look is PayerLook.NOT_OFFERED


def closed_at_wechat(pen: WechatPen, reply: HttpReply | NoAnswer) -> tuple[Closing, str]:
    http = ScriptedHttp(reply)
    answer = WechatGateway(pen.settings(), http, lambda: NOW).close(order_at(Wallet.WECHAT))
    assert http.calls[0][1].endswith("/v3/pay/transactions/out-trade-no/A1/close")
    assert json.loads(http.calls[0][3]) == {"mchid": "m1"}
    return answer.closing, answer.code


def test_only_a_signed_204_says_that_wechat_closed_the_order(wechat: WechatPen) -> None:
    assert closed_at_wechat(wechat, wechat.reply(204, b"")) == (Closing.CLOSED, "")
    assert closed_at_wechat(wechat, HttpReply(204, {}, b"", 1)) == (Closing.UNKNOWN, "unsigned")
    assert closed_at_wechat(wechat, NoAnswer("reset")) == (Closing.UNKNOWN, "reset")


@pytest.mark.parametrize(
    ("status", "code", "closing"),
    [
        (400, "ORDER_PAID", Closing.REFUSED),
        (404, "ORDER_NOT_EXIST", Closing.NOT_FOUND),
        (500, "SYSTEM_ERROR", Closing.UNKNOWN),
        (403, "SOMETHING_NEW", Closing.UNKNOWN),
    ],
)
def test_wechats_refusals_to_close(wechat: WechatPen, status: int, code: str, closing: Closing) -> None:
    assert closed_at_wechat(wechat, wechat.reply(status, {"code": code})) == (closing, code)


@pytest.mark.parametrize(
    ("fields", "closing"),
    [
        ({"code": "10000", "out_trade_no": "A1", "trade_no": WALLET_ORDER_ID}, Closing.CLOSED),
        ({"code": "10000", "out_trade_no": "B2", "trade_no": WALLET_ORDER_ID}, Closing.UNKNOWN),
        ({"code": "40004", "sub_code": "ACQ.TRADE_STATUS_ERROR"}, Closing.REFUSED),
        ({"code": "40004", "sub_code": "ACQ.TRADE_NOT_EXIST"}, Closing.NOT_FOUND),
        ({"code": "20000", "sub_code": "aop.ACQ.SYSTEM_ERROR"}, Closing.UNKNOWN),
    ],
)
def test_alipays_word_on_closing(alipay: AlipayPen, fields: dict[str, Any], closing: Closing) -> None:
    http = ScriptedHttp(alipay.reply(CLOSE, fields))
    answer = AlipayGateway(alipay.settings(), http, lambda: NOW).close(order_at(Wallet.ALIPAY))
    assert answer.closing is closing
    lost = AlipayGateway(alipay.settings(), ScriptedHttp(NoAnswer("timeout")), lambda: NOW)
    assert lost.close(order_at(Wallet.ALIPAY)) == CloseAnswer(Closing.UNKNOWN, "timeout")
