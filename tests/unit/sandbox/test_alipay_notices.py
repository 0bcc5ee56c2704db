"""What stands in Alipay's notice of a refund, who signed it, and when it comes again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Any
from urllib.parse import parse_qsl

import pytest
from cryptography.exceptions import InvalidSignature

from scanrefund.sandbox.alipay_notices import AlipayHerald
from scanrefund.sandbox.notice_box import Manner
from scanrefund.sandbox.notices import Messenger
from tests.unit.sandbox.conftest import Wallets
from tests.unit.sandbox.merchants import verify
from tests.unit.sandbox.shop import Shop, listening_shop


@pytest.fixture
def shop() -> Iterator[Shop]:
    with listening_shop() as open_shop:
        open_shop.answers = [(200, b"success")]
        yield open_shop


@pytest.fixture
def messenger(wallets: Wallets) -> Messenger:
    return Messenger(wallets.store, (AlipayHerald(wallets.folder.alipay()),))


def refund(wallets: Wallets, order: dict[str, Any], number: str, fen: int) -> None:
    assert wallets.told(wallets.alipay.refund(order, number, fen))["code"] == "10000"


def carry_all(messenger: Messenger) -> None:
    for _ in range(100):
        if messenger.deliver_one() > 0:
            return
    raise AssertionError("there is always one more")


def forms(shop: Shop) -> list[dict[str, str]]:
    return [dict(parse_qsl(heard.body.decode(), keep_blank_values=True)) for heard in shop.heard]


def check(wallets: Wallets, form: dict[str, str]) -> None:
    """Raises InvalidSignature. Unlike a call's, a notice's signature leaves out `sign_type`."""
    kept = sorted((name, value) for name, value in form.items() if name not in {"sign", "sign_type"})
    verify(wallets.alipay.wallet_key, "&".join(f"{n}={v}" for n, v in kept).encode(), form["sign"])


def test_a_part_and_then_the_rest_are_told(wallets: Wallets, shop: Shop, messenger: Messenger) -> None:
    order = wallets.add("alipay", amount_fen=1000, notify_url=shop.url)
    refund(wallets, order, "Q1", 300)
    wallets.advance(5)
    refund(wallets, order, "Q2", 700)
    carry_all(messenger)
    part, rest = forms(shop)
    for form in (part, rest):
        check(wallets, form)
        assert (form["notify_type"], form["sign_type"], form["charset"]) == (
            "trade_status_sync",
            "RSA2",
            "utf-8",
        )
        assert (form["out_trade_no"], form["total_amount"]) == (order["order_id"], "10.00")
        assert form["seller_id"] == wallets.alipay.ids["seller_id"]
    assert (part["trade_status"], part["refund_fee"], part["out_biz_no"]) == ("TRADE_SUCCESS", "3.00", "Q1")
    assert (rest["trade_status"], rest["refund_fee"], rest["out_biz_no"]) == ("TRADE_CLOSED", "10.00", "Q2")
    assert ("gmt_close" in part, "gmt_close" in rest) == (False, True)
    assert shop.heard[0].headers["content-type"].startswith("application/x-www-form-urlencoded")


def test_a_repeat_or_an_empty_end_is_not_told(wallets: Wallets, shop: Shop, messenger: Messenger) -> None:
    order = wallets.add("alipay", notify_url=shop.url)
    wallets.arm("alipay", "refund", "closed")
    refund(wallets, order, "Q0", 100)
    carry_all(messenger)
    assert shop.heard == []
    refund(wallets, order, "Q1", 300)
    refund(wallets, order, "Q1", 300)
    carry_all(messenger)
    assert len(shop.heard) == 1


def test_a_refund_that_ends_later_is_told_then(wallets: Wallets, shop: Shop, messenger: Messenger) -> None:
    order = wallets.add("alipay", notify_url=shop.url)
    wallets.arm("alipay", "refund", "processing")
    refund(wallets, order, "Q1", 300)
    carry_all(messenger)
    assert shop.heard == []
    with wallets.store.turn() as turn:
        turn.settle_all()
    carry_all(messenger)
    assert [form["out_biz_no"] for form in forms(shop)] == ["Q1"]


def test_a_cancelled_payment_is_told(wallets: Wallets, shop: Shop, messenger: Messenger) -> None:
    order = wallets.add("alipay", notify_url=shop.url)
    wallets.told(wallets.alipay.call("alipay.trade.cancel", out_trade_no=order["order_id"]))
    carry_all(messenger)
    assert [form["trade_status"] for form in forms(shop)] == ["TRADE_CLOSED"]


@pytest.mark.parametrize(
    "answer", [(200, b"SUCCESS"), (200, b"success\n"), (200, b"fail"), (500, b"success")]
)
def test_only_seven_characters_stop_the_schedule(
    wallets: Wallets, shop: Shop, messenger: Messenger, answer: tuple[int, bytes]
) -> None:
    shop.answers = [answer, (200, b"success")]
    order = wallets.add("alipay", notify_url=shop.url)
    refund(wallets, order, "Q1", 300)
    for seconds in (0, 230, 11, 86_400):
        wallets.advance(seconds)
        carry_all(messenger)
    first, second = forms(shop)
    assert first["notify_id"] == second["notify_id"]
    assert first["notify_time"] != second["notify_time"]


def test_seven_further_tries_come_by_the_schedule(wallets: Wallets, shop: Shop, messenger: Messenger) -> None:
    shop.answers = [(200, b"fail")]
    refund(wallets, wallets.add("alipay", notify_url=shop.url), "Q1", 300)
    carry_all(messenger)
    due = []
    with wallets.store.turn() as turn:
        began = turn.notices.all()[0].happened_at
    for _ in range(20):
        with wallets.store.turn() as turn:
            notice = turn.notices.all()[0]
            if notice.due_at is None:
                break
            due.append(round(notice.due_at - began))
            turn.advance(notice.due_at - turn.now + 0.001)
        carry_all(messenger)
    assert due == [round(at) for at in accumulate((240, 600, 600, 3600, 7200, 21_600, 54_000))]
    assert len(shop.heard) == 8


@pytest.mark.parametrize(
    ("manner", "genuine"),
    [(Manner.GENUINE, True), (Manner.STALE, True), (Manner.FORGED, False), (Manner.PROBE, False)],
)
def test_a_notice_may_be_old_or_somebody_elses(
    wallets: Wallets, shop: Shop, messenger: Messenger, manner: Manner, genuine: bool
) -> None:
    order = wallets.add("alipay", notify_url=shop.url)
    refund(wallets, order, "Q1", 300)
    with wallets.store.turn() as turn:
        made = turn.refunds()[0]
        turn.notices.add(made, shop.url, made.status, turn.now, manner=manner)
    carry_all(messenger)
    form = forms(shop)[1]
    if genuine:
        check(wallets, form)
    else:
        with pytest.raises(InvalidSignature):
            check(wallets, form)


def test_an_unsigned_notice_has_no_signature(wallets: Wallets, shop: Shop, messenger: Messenger) -> None:
    refund(wallets, wallets.add("alipay", notify_url=shop.url), "Q1", 300)
    wallets.arm("alipay", "notice", "unsigned")
    carry_all(messenger)
    assert {"sign", "sign_type"}.isdisjoint(forms(shop)[0])
