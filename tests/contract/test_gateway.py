"""One suite for every gateway: what dispatch may rely on, whoever plays the wallet."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanrefund.http import Http, HttpLimits
from scanrefund.model.money import Money
from scanrefund.model.order import Order, OrderState, WalletOrderState
from scanrefund.model.outcome import OrderLook, Outcome, Signature
from scanrefund.model.refund import Refund, RefundState
from scanrefund.model.wallet import Wallet
from scanrefund.wallets.alipay import AlipayGateway, AlipaySettings
from scanrefund.wallets.gateway import WalletGateway
from scanrefund.wallets.wechat import WechatGateway, WechatSettings
from tests.contract import wallet_server as served

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LIMITS = HttpLimits(connect_timeout_s=2, read_timeout_s=2, deadline_s=3)
NUMBERS = {Wallet.WECHAT: "42" + "0" * 25 + "7", Wallet.ALIPAY: "20" + "0" * 25 + "7"}


@dataclass
class Play:
    """A gateway and the wallet behind it."""

    wallet: Wallet
    gateway: WalletGateway
    wallets: served.Wallets
    build: Callable[[Path], WalletGateway]
    folder: Path

    def pay(self, amount_fen: int = 1000, state: str = "paid", *, known: bool = True) -> Order:
        """An order at the wallet; `known` says whether our side has the wallet's number for it."""
        number = NUMBERS[self.wallet]
        self.wallets.orders["A1"] = {
            "order_id": "A1",
            "wallet_order_id": number,
            "amount_fen": amount_fen,
            "state": state,
            "refunded": 0,
        }
        return Order("A1", self.wallet, number if known else "", Money(amount_fen), NOW, OrderState.PAID)

    def refund(self, order: Order, amount_fen: int = 300, refund_id: str = "SR_t_A1_01") -> Refund:
        amount = Money(amount_fen)
        return Refund(
            refund_id=refund_id,
            order_id=order.order_id,
            request_id="q1",
            wallet=self.wallet,
            wallet_order_id=order.wallet_order_id,
            order_amount=order.amount,
            amount=amount,
            reason="尺码不合",
            body=self.gateway.compose(order, refund_id, amount, "尺码不合"),
            state=RefundState.SENDING,
            created_at=NOW,
        )

    @property
    def refunded_fen(self) -> int:
        return sum(order["refunded"] for order in self.wallets.orders.values())


def wechat_at(base_url: str, keys: tuple[Path, Path]) -> WechatGateway:
    ours, theirs = keys
    settings = WechatSettings(
        base_url, served.MCHID, served.APPID, served.SERIAL, ours, served.KEY_ID, theirs
    )
    return WechatGateway(settings, Http(LIMITS))


def alipay_at(base_url: str, keys: tuple[Path, Path]) -> AlipayGateway:
    ours, theirs = keys
    return AlipayGateway(
        AlipaySettings(base_url, served.APP_ID, served.SELLER_ID, ours, theirs), Http(LIMITS)
    )


@pytest.fixture(scope="module")
def wallets() -> Iterator[served.Wallets]:
    with served.serving(served.Wallets()) as running:
        yield running


@pytest.fixture(params=list(Wallet), ids=str)
def play(request: pytest.FixtureRequest, wallets: served.Wallets, tmp_path: Path) -> Play:
    for kept in (wallets.orders, wallets.refunds, wallets.faults):
        kept.clear()
    wallet: Wallet = request.param
    at = wechat_at if wallet is Wallet.WECHAT else alipay_at
    keys = served.write_keys(tmp_path, wallets.merchant_key, wallets.wallet_key.public_key())
    gateway = at(wallets.base_url, keys)
    return Play(wallet, gateway, wallets, lambda ours: at(wallets.base_url, (ours, keys[1])), tmp_path)


def test_the_same_input_composes_the_same_bytes(play: Play) -> None:
    order = play.pay()
    bodies = {play.gateway.compose(order, "SR_1", Money(300), "尺码") for _ in range(5)}
    assert len(bodies) == 1
    assert b"3.00" in next(iter(bodies)) or b'"refund":300' in next(iter(bodies))


@pytest.mark.parametrize("known", [True, False], ids=["wallet number", "our number"])
def test_a_refund_is_made_and_then_found(play: Play, *, known: bool) -> None:
    refund = play.refund(play.pay(known=known))
    sent = play.gateway.send(refund)
    assert sent.outcome in {Outcome.SUCCEEDED, Outcome.PROCESSING}
    assert sent.signature is Signature.VERIFIED
    found = play.gateway.ask(refund)
    assert (found.outcome, found.amount, found.alarm) == (Outcome.SUCCEEDED, Money(300), False)
    assert found.settled_at == datetime(2026, 11, 23, 2, 0, 5, tzinfo=UTC)
    assert found.wallet_request_id
    assert play.refunded_fen == 300


def test_the_same_number_twice_moves_money_once(play: Play) -> None:
    refund = play.refund(play.pay())
    play.gateway.send(refund)
    again = play.gateway.send(refund)
    assert again.outcome is Outcome.PROCESSING
    assert play.refunded_fen == 300


def test_a_refund_never_sent_is_absent(play: Play) -> None:
    answer = play.gateway.ask(play.refund(play.pay()))
    assert (answer.outcome, answer.signature, answer.alarm) == (Outcome.ABSENT, Signature.VERIFIED, False)


def test_an_order_nobody_paid_is_declined_and_absent(play: Play) -> None:
    order = play.pay()
    play.wallets.orders.clear()
    refund = play.refund(order)
    assert play.gateway.send(refund).outcome is Outcome.DECLINED
    assert play.gateway.ask(refund).outcome is Outcome.ABSENT


def test_more_than_the_order_has_is_declined(play: Play) -> None:
    order = play.pay(amount_fen=1000)
    assert play.gateway.send(play.refund(order, 1001)).outcome is Outcome.DECLINED
    assert play.refunded_fen == 0


def test_another_amount_under_the_same_number_never_succeeds(play: Play) -> None:
    order = play.pay()
    play.gateway.send(play.refund(order, 300))
    assert play.gateway.send(play.refund(order, 400)).outcome in {Outcome.DECLINED, Outcome.UNKNOWN}
    asked = play.gateway.ask(play.refund(order, 400))
    assert (asked.outcome, asked.code, asked.alarm) == (Outcome.UNKNOWN, "mismatch_amount", True)


def test_a_short_balance_is_held_until_the_same_number_goes_again(play: Play) -> None:
    refund = play.refund(play.pay())
    play.wallets.faults.append("not_enough")
    assert play.gateway.send(refund).outcome is Outcome.HELD
    assert play.gateway.send(refund).outcome in {Outcome.SUCCEEDED, Outcome.PROCESSING}


@pytest.mark.parametrize("fault", ["drop_after", "http_500_after", "garbage", "unsigned", "bad_signature"])
def test_a_lost_or_doubtful_answer_is_unknown_and_the_ask_finds_the_refund(play: Play, fault: str) -> None:
    refund = play.refund(play.pay())
    play.wallets.faults.append(fault)
    sent = play.gateway.send(refund)
    assert sent.outcome is Outcome.UNKNOWN
    assert sent.alarm is (fault in {"garbage", "unsigned", "bad_signature"})
    assert play.gateway.ask(refund).outcome is Outcome.SUCCEEDED
    assert play.refunded_fen == 300


def test_a_connection_dropped_before_the_wallet_acted_is_unknown_too(play: Play) -> None:
    refund = play.refund(play.pay())
    play.wallets.faults.append("drop_before")
    assert play.gateway.send(refund).outcome is Outcome.UNKNOWN
    assert play.gateway.ask(refund).outcome is Outcome.ABSENT


@pytest.mark.parametrize("fault", ["unsigned", "bad_signature", "garbage", "drop_after", "http_500_after"])
def test_an_ask_without_proof_never_says_absent(play: Play, fault: str) -> None:
    play.wallets.faults.append(fault)
    assert play.gateway.ask(play.refund(play.pay())).outcome is Outcome.UNKNOWN


def test_an_answer_about_another_amount_is_unknown_with_an_alarm(play: Play) -> None:
    refund = play.refund(play.pay())
    play.gateway.send(refund)
    play.wallets.faults.append("other_amount")
    answer = play.gateway.ask(refund)
    assert (answer.outcome, answer.code, answer.alarm) == (Outcome.UNKNOWN, "mismatch_amount", True)


def test_an_answer_about_another_order_is_unknown_with_an_alarm(play: Play) -> None:
    order = play.pay()
    play.gateway.send(play.refund(order))
    foreign = replace(play.refund(order), order_id="B2")
    answer = play.gateway.ask(foreign)
    assert (answer.outcome, answer.code, answer.alarm) == (Outcome.UNKNOWN, "mismatch_order_id", True)


def test_a_wrong_key_of_ours_is_held_for_send_and_ask(play: Play) -> None:
    (play.folder / "wrong").mkdir()
    ours, _ = served.write_keys(play.folder / "wrong", served.new_key(), served.new_key().public_key())
    gateway = play.build(ours)
    refund = play.refund(play.pay())
    assert gateway.send(refund).outcome is Outcome.HELD
    assert gateway.ask(refund).outcome is Outcome.HELD
    assert play.refunded_fen == 0


def test_a_wallet_that_is_not_there_was_not_sent_anything(play: Play, tmp_path: Path) -> None:
    with served.serving(served.Wallets()) as gone:
        address = gone.base_url
    keys = served.write_keys(tmp_path, served.new_key(), served.new_key().public_key())
    gateway = wechat_at(address, keys) if play.wallet is Wallet.WECHAT else alipay_at(address, keys)
    order = play.pay()
    refund = play.refund(order)
    assert (gateway.send(refund).outcome, gateway.send(refund).code) == (Outcome.NOT_SENT, "no_connection")
    assert gateway.order(order).look is OrderLook.NOT_ASKED


@pytest.mark.parametrize("known", [True, False], ids=["wallet number", "our number"])
def test_a_paid_order_is_found_with_its_amount_payer_and_time(play: Play, *, known: bool) -> None:
    answer = play.gateway.order(play.pay(known=known))
    assert answer.look is OrderLook.FOUND
    assert answer.order is not None
    assert (answer.order.amount, answer.order.state) == (Money(1000), WalletOrderState.PAID)
    assert answer.order.wallet_order_id == NUMBERS[play.wallet]
    assert answer.order.payer_id
    assert answer.order.paid_at == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def test_a_partly_refunded_order_is_still_paid(play: Play) -> None:
    order = play.pay()
    play.gateway.send(play.refund(order))
    found = play.gateway.order(order).order
    assert found is not None
    assert found.state is WalletOrderState.PAID


def test_an_unpaid_order_is_found_unpaid(play: Play) -> None:
    found = play.gateway.order(play.pay(state="unpaid", known=False)).order
    assert found is not None
    assert found.state is WalletOrderState.UNPAID


def test_an_order_the_wallet_does_not_know_is_not_found(play: Play) -> None:
    order = play.pay()
    play.wallets.orders.clear()
    assert play.gateway.order(order).look is OrderLook.NOT_FOUND


@pytest.mark.parametrize("fault", ["unsigned", "bad_signature", "garbage", "drop_after", "http_500_after"])
def test_an_order_look_up_without_proof_is_not_asked(play: Play, fault: str) -> None:
    order = play.pay()
    play.wallets.faults.append(fault)
    assert play.gateway.order(order).look is OrderLook.NOT_ASKED
    play.wallets.orders.clear()
    play.wallets.faults.append(fault)
    assert play.gateway.order(order).look is OrderLook.NOT_ASKED


def test_no_key_signature_or_body_reaches_a_log(play: Play, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    play.wallets.faults.append("bad_signature")
    order = play.pay()
    play.gateway.send(play.refund(order))
    play.gateway.order(order)
    assert caplog.text == ""
