"""The whole desk asks the sandbox's WeChat Pay whose phone shows the code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from scanrefund.aftercare.receipt import Receipt
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.refund import RefundState
from scanrefund.model.refusal import Reason
from scanrefund.model.shown import Kind, Reading, Shown, Source
from scanrefund.model.wallet import Wallet
from scanrefund.wish import RefundRequest
from tests.contract.rehearsal import Rehearsal, rehearsing


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    with rehearsing(tmp_path_factory.mktemp("shop"), payer_match=True) as rehearsal:
        yield rehearsal


def shown(shop: Rehearsal, order: Order, digits: str) -> Receipt:
    code = Shown(Kind.PAYMENT_CODE, order.wallet, code=PaymentCode(digits))
    reading = Reading(code, Source.CAMERA, shop.time.at)
    return shop.house.desk.refund(RefundRequest(order.order_id, Money(300), "broken", reading))


def test_only_the_phone_that_paid_opens_the_refund(shop: Rehearsal) -> None:
    mine, neighbours = shop.pay(Wallet.WECHAT), shop.pay(Wallet.WECHAT, payer="neighbour")
    digits = shop.control("phone/wechat/code.json")["digits"]
    refused = shown(shop, neighbours, digits)
    assert refused.reason is Reason.PAYER_MISMATCH
    assert shown(shop, mine, digits).state is RefundState.PROCESSING
    assert (shop.refunded_fen(neighbours), shop.refunded_fen(mine)) == (0, 300)


def test_a_code_no_phone_shows_opens_nothing(shop: Rehearsal) -> None:
    order = shop.pay(Wallet.WECHAT)
    refused = shown(shop, order, "130000000000000000")
    assert refused.reason is Reason.CODE_EXPIRED
    assert "130000000000000000" not in repr(refused)
    assert shop.refunded_fen(order) == 0


@pytest.mark.parametrize(
    "fault", ["drop_before", "delay", "garbage", "http_500_after", "bad_signature", "unsigned"]
)
def test_where_wechat_gives_no_proof_the_other_rules_decide(shop: Rehearsal, fault: str) -> None:
    order = shop.pay(Wallet.WECHAT)
    shop.control("faults", {"wallet": "wechat", "on": "payer", "fault": fault})
    digits = f"13{int(order.order_id.removeprefix('SB')):016d}"
    with shop.hurried() if fault == "delay" else nullcontext():
        assert shown(shop, order, digits).state is RefundState.PROCESSING


def test_alipay_is_not_asked(shop: Rehearsal) -> None:
    digits = shop.control("phone/alipay/code.json")["digits"]
    assert shown(shop, shop.pay(Wallet.ALIPAY), digits).state is RefundState.SUCCEEDED
