"""A refusal that our own clock explains is told as such."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from scanrefund.http import HttpReply
from scanrefund.model.outcome import OrderLook, Outcome
from scanrefund.model.wallet import Wallet
from scanrefund.wallets.alipay import TRADE_QUERY, AlipayGateway
from scanrefund.wallets.clock_skew import told_by_clock
from scanrefund.wallets.wechat import WechatGateway
from tests.unit.wallets.pens import AlipayPen, ScriptedHttp, WechatPen
from tests.unit.wallets.refunds import NOW, order_at, refund_at


def dated(off_s: float) -> dict[str, str]:
    return {"Date": format_datetime(NOW + timedelta(seconds=off_s), usegmt=True)}


@pytest.mark.parametrize("off_s", [-3600, -301, 301, 86_400])
def test_seconds_off_are_told_whichever_way_the_clock_is_wrong(off_s: int) -> None:
    assert told_by_clock("SIGN_ERROR", dated(off_s), NOW) == f"clock_skew:{abs(off_s)}"


@pytest.mark.parametrize(
    "headers", [dated(0), dated(300), dated(-300), {}, {"Date": "yesterday"}, {"Date": ""}]
)
def test_a_clock_that_is_right_or_not_compared_explains_nothing(headers: dict[str, str]) -> None:
    assert told_by_clock("SIGN_ERROR", headers, NOW) == "SIGN_ERROR"


def test_only_a_refused_signature_is_explained_by_the_clock() -> None:
    assert told_by_clock("NOT_ENOUGH", dated(9999), NOW) == "NOT_ENOUGH"


def test_wechat_holds_the_refund_and_says_that_it_is_the_clock(tmp_path: Path) -> None:
    refused = HttpReply(401, dated(412), b'{"code":"SIGN_ERROR","message":"..."}', 1)
    gateway = WechatGateway(WechatPen(tmp_path).settings(), ScriptedHttp(refused, refused), lambda: NOW)
    sent = gateway.send(refund_at(Wallet.WECHAT))
    assert (sent.outcome, sent.code) == (Outcome.HELD, "clock_skew:412")
    looked = gateway.order(order_at(Wallet.WECHAT))
    assert (looked.look, looked.code) == (OrderLook.NOT_ASKED, "clock_skew:412")


def test_alipay_says_so_too(tmp_path: Path) -> None:
    pen = AlipayPen(tmp_path)
    refused = pen.reply(TRADE_QUERY, {"code": "40002", "sub_code": "isv.invalid-timestamp"})
    http = ScriptedHttp(HttpReply(200, dated(-999), refused.body, 1))
    answer = AlipayGateway(pen.settings(), http, lambda: NOW).order(order_at(Wallet.ALIPAY))
    assert answer.code == "clock_skew:999"
