"""The rest of the conversation with both wallets, against the sandbox: over the wire, with its own keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from scanrefund.http import Http, HttpLimits
from scanrefund.model.bill import BillKind, BillLook
from scanrefund.model.order import Order
from scanrefund.model.outcome import Closing, OrderLook, Outcome, PayerLook, Signature
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.refund import RefundState
from scanrefund.model.wallet import Wallet
from scanrefund.wallets.alipay import AlipayGateway
from scanrefund.wallets.gateway import BankCard, WalletGateway
from scanrefund.wallets.reading import BEIJING
from scanrefund.wallets.wechat import WechatGateway
from scanrefund.wallets.wechat_line import WechatSettings
from tests.contract.rehearsal import Rehearsal, rehearsing

PATIENT = HttpLimits(deadline_s=25)
BOTH = pytest.mark.parametrize("wallet", list(Wallet), ids=str)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    with rehearsing(tmp_path_factory.mktemp("shop")) as rehearsal:
        yield rehearsal


def wechat_settings(shop: Rehearsal) -> WechatSettings:
    assert shop.settings.wechat is not None
    return shop.settings.wechat


def wechat(shop: Rehearsal) -> WechatGateway:
    return WechatGateway(wechat_settings(shop), Http(PATIENT))


def alipay(shop: Rehearsal) -> AlipayGateway:
    assert shop.settings.alipay is not None
    return AlipayGateway(shop.settings.alipay, Http(PATIENT))


def of(shop: Rehearsal, wallet: Wallet) -> WalletGateway:
    return wechat(shop) if wallet is Wallet.WECHAT else alipay(shop)


@BOTH
def test_an_unpaid_order_is_closed_and_a_paid_one_is_not(shop: Rehearsal, wallet: Wallet) -> None:
    gateway = of(shop, wallet)
    unpaid, paid = shop.pay(wallet, state="unpaid"), shop.pay(wallet)
    assert gateway.close(unpaid).closing is Closing.CLOSED
    assert gateway.close(paid).closing is Closing.REFUSED
    assert (
        gateway.close(Order("nobodys", wallet, "", paid.amount, None, paid.state)).closing
        is Closing.NOT_FOUND
    )


@pytest.mark.parametrize(
    "card", [None, BankCard("ICBC_DEBIT", "6222000000000000", "张三")], ids=["shop", "card"]
)
def test_a_stuck_refund_gets_a_second_try(shop: Rehearsal, card: BankCard | None) -> None:
    order = shop.pay(Wallet.WECHAT)
    shop.arm(order, "refund", "abnormal")
    shop.refund(order)
    shop.control("settle", {})
    shop.house.desk.status(shop.refund_of(order).refund_id, ask=True)
    stuck = shop.refund_of(order)
    assert stuck.state is RefundState.ABNORMAL
    assert wechat(shop).apply_abnormal(stuck, card).outcome is Outcome.PROCESSING
    shop.control("settle", {})
    shop.house.desk.status(stuck.refund_id, ask=True)
    ended = RefundState.SUCCEEDED if card else RefundState.RETURNED_TO_MERCHANT
    assert shop.refund_of(order).state is ended


def test_the_payer_of_the_shown_code_is_the_payer_of_the_order(shop: Rehearsal) -> None:
    digits = shop.control("phone/wechat/code.json")["digits"]
    found = wechat(shop).payer_of_code(PaymentCode(digits))
    order = wechat(shop).order(shop.pay(Wallet.WECHAT)).order
    assert order is not None
    assert (found.look, found.payer_id) == (PayerLook.FOUND, order.payer_id)
    assert wechat(shop).payer_of_code(PaymentCode("130000000000000000")).look is PayerLook.CODE_REFUSED


@dataclass
class Yesterday:
    """Two days after one refund of each wallet."""

    shop: Rehearsal
    day: date
    orders: dict[Wallet, Order]


@pytest.fixture(scope="module")
def yesterday(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yesterday]:
    with rehearsing(tmp_path_factory.mktemp("yesterday")) as shop:
        orders = {wallet: shop.pay(wallet) for wallet in Wallet}
        for order in orders.values():
            shop.refund(order)
        shop.control("settle", {})
        day = datetime.now(UTC).astimezone(BEIJING).date()
        shop.control("clock", {"advance_s": 2 * 86_400})
        yield Yesterday(shop, day, orders)


@BOTH
@pytest.mark.parametrize("kind", list(BillKind), ids=str)
def test_the_bill_of_a_past_day_is_fetched(yesterday: Yesterday, wallet: Wallet, kind: BillKind) -> None:
    bill = of(yesterday.shop, wallet).bill(yesterday.day, kind)
    assert (bill.look, bill.code) == (BillLook.FETCHED, "")
    assert yesterday.orders[wallet].wallet_order_id in "".join(bill.texts) or kind is BillKind.FUNDS


@BOTH
def test_a_day_without_trades_has_no_bill_and_one_to_come_is_not_ready(
    yesterday: Yesterday, wallet: Wallet
) -> None:
    gateway = of(yesterday.shop, wallet)
    looks = [gateway.bill(yesterday.day + timedelta(days=n), BillKind.TRADES).look for n in (-30, 30)]
    assert looks[0] in {BillLook.EMPTY, BillLook.FETCHED}
    assert looks[1] is not BillLook.FETCHED


def serial_of(path: Path) -> str:
    return f"{x509.load_pem_x509_certificate(path.read_bytes()).serial_number:040X}"


def test_wechats_platform_certificate_serves_as_well(shop: Rehearsal) -> None:
    certificate = shop.folder / "wechat" / "platform_certificate.pem"
    settings = replace(
        wechat_settings(shop), public_key_id=serial_of(certificate), public_key=certificate, apiv3_key=""
    )
    assert WechatGateway(settings, Http(PATIENT)).order(shop.pay(Wallet.WECHAT)).look is OrderLook.FOUND


def test_a_new_platform_certificate_is_fetched_and_without_the_apiv3_key_it_is_not_believed(
    shop: Rehearsal,
) -> None:
    first = shop.folder / "wechat" / "platform_certificate.pem"
    settings = replace(wechat_settings(shop), public_key_id=serial_of(first), public_key=first)
    order = shop.pay(Wallet.WECHAT)
    shop.control("keys", {"wallet": "wechat", "certificates": "second"})
    try:
        blind = WechatGateway(replace(settings, apiv3_key=""), Http(PATIENT)).order(order)
        assert (blind.look, blind.code) == (OrderLook.NOT_ASKED, "unknown_key")
        assert WechatGateway(settings, Http(PATIENT)).order(order).look is OrderLook.FOUND
    finally:
        shop.control("keys", {"wallet": "wechat", "certificates": "first"})


def test_alipays_certificate_mode_serves_as_well(shop: Rehearsal) -> None:
    assert shop.settings.alipay is not None
    place = shop.folder / "alipay"
    settings = replace(
        shop.settings.alipay,
        alipay_public_key=None,
        app_cert=place / "app_cert.crt",
        alipay_root_cert=place / "alipay_root_cert.crt",
        alipay_cert=place / "alipay_cert.crt",
    )
    assert AlipayGateway(settings, Http(PATIENT)).order(shop.pay(Wallet.ALIPAY)).look is OrderLook.FOUND


def test_the_second_address_is_used_where_nothing_left_for_the_first(shop: Rehearsal) -> None:
    usual = wechat_settings(shop)
    settings = replace(usual, base_url="http://127.0.0.1:9", backup_url=usual.base_url)
    answer = WechatGateway(settings, Http(PATIENT)).order(shop.pay(Wallet.WECHAT))
    assert answer.look is OrderLook.FOUND


@pytest.mark.parametrize("off_s", [-3600, 3600])
def test_a_wrong_clock_of_ours_is_told_with_its_seconds(shop: Rehearsal, off_s: int) -> None:
    gateway = WechatGateway(
        wechat_settings(shop), Http(PATIENT), lambda: datetime.now(UTC) + timedelta(seconds=off_s)
    )
    code, _, seconds = gateway.order(shop.pay(Wallet.WECHAT)).code.partition(":")
    assert code == "clock_skew"
    assert abs(int(seconds) - 3600) < 30


@BOTH
def test_a_notice_brings_a_refund_to_its_end_before_its_own_time(shop: Rehearsal, wallet: Wallet) -> None:
    order = shop.pay(wallet)
    shop.arm(order, "refund", "drop_after")
    assert shop.refund(order).state is RefundState.UNKNOWN
    shop.control("settle", {})
    [notice] = shop.told(order)
    assert notice["answer"] in {200, 204}
    shop.house.worker.run_once()
    assert shop.refund_of(order).state is RefundState.SUCCEEDED
    assert shop.refunded_fen(order) == 300


@BOTH
@pytest.mark.parametrize("do", ["forge", "stale", "repeat"])
def test_a_forged_old_or_repeated_notice_changes_nothing(shop: Rehearsal, wallet: Wallet, do: str) -> None:
    order = shop.pay(wallet)
    shop.refund(order)
    shop.control("settle", {})
    shop.told(order)
    shop.house.worker.run_once()
    before = shop.refund_of(order)
    body = {"wallet": wallet.value, "order_id": order.order_id, "refund_id": before.refund_id, "do": do}
    shop.control("notices", body)
    *_, answered = shop.told(order, count=2)
    assert (answered["answer"] in {200, 204}) is (do == "repeat")
    shop.house.worker.run_once()
    after = shop.refund_of(order)
    assert (after.state, after.asks) == (RefundState.SUCCEEDED, before.asks)


def test_every_answer_so_far_was_verified(shop: Rehearsal) -> None:
    order = shop.pay(Wallet.ALIPAY)
    shop.refund(order)
    assert alipay(shop).ask(shop.refund_of(order)).signature is Signature.VERIFIED
