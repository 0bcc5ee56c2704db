"""One suite for every gateway: what dispatch may rely on, whoever plays the wallet.

It runs against two servers written apart from each other and from the client: the small one beside this
file, and the sandbox.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scanrefund.model.money import Money
from scanrefund.model.order import WalletOrderState
from scanrefund.model.outcome import OrderLook, Outcome, Signature
from scanrefund.model.wallet import Wallet
from scanrefund.sandbox.server import start
from tests.contract import second_truth
from tests.contract.second_truth import Wallets
from tests.contract.stages import Play, Sandbox, SecondServer, Stage
from tests.contract.wallet_server import serving


@pytest.fixture(scope="module")
def second() -> Iterator[SecondServer]:
    with serving(Wallets()) as running:
        yield SecondServer(running)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("sandbox")
    with start(folder) as running:
        yield Sandbox(running, folder)


@pytest.fixture(params=["second", "sandbox"])
def stage(request: pytest.FixtureRequest) -> Stage:
    chosen: Stage = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture(params=list(Wallet), ids=str)
def play(request: pytest.FixtureRequest, stage: Stage, tmp_path: Path) -> Play:
    build, ours = stage.builder(request.param, tmp_path)
    return Play(request.param, stage, build, ours)


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
    play.stage.settle()
    found = play.gateway.ask(refund)
    assert (found.outcome, found.amount, found.alarm) == (Outcome.SUCCEEDED, Money(300), False)
    assert found.settled_at is not None
    assert found.wallet_request_id or play.wallet is Wallet.ALIPAY
    assert play.stage.refunded_fen(refund.order_id) == 300


def test_the_same_number_twice_moves_money_once(play: Play) -> None:
    refund = play.refund(play.pay())
    play.gateway.send(refund)
    again = play.gateway.send(refund)
    assert again.outcome is Outcome.PROCESSING
    assert play.stage.refunded_fen(refund.order_id) == 300


def test_a_refund_never_sent_is_absent(play: Play) -> None:
    answer = play.gateway.ask(play.refund(play.pay()))
    assert (answer.outcome, answer.signature, answer.alarm) == (Outcome.ABSENT, Signature.VERIFIED, False)


def test_an_order_nobody_knows_is_declined_and_absent(play: Play) -> None:
    refund = play.refund(play.nobodys())
    assert play.gateway.send(refund).outcome is Outcome.DECLINED
    assert play.gateway.ask(refund).outcome is Outcome.ABSENT


def test_more_than_the_order_has_is_declined(play: Play) -> None:
    order = play.pay(amount_fen=1000)
    assert play.gateway.send(play.refund(order, 1001)).outcome is Outcome.DECLINED
    assert play.stage.refunded_fen(order.order_id) == 0


def test_another_amount_under_the_same_number_never_succeeds(play: Play) -> None:
    order = play.pay()
    play.gateway.send(play.refund(order, 300))
    assert play.gateway.send(play.refund(order, 400)).outcome in {Outcome.DECLINED, Outcome.UNKNOWN}
    asked = play.gateway.ask(play.refund(order, 400))
    assert (asked.outcome, asked.code, asked.alarm) == (Outcome.UNKNOWN, "mismatch_amount", True)


def test_a_short_balance_is_held_until_the_same_number_goes_again(play: Play) -> None:
    refund = play.refund(play.pay())
    play.break_next("refund", "not_enough")
    assert play.gateway.send(refund).outcome is Outcome.HELD
    assert play.gateway.send(refund).outcome in {Outcome.SUCCEEDED, Outcome.PROCESSING}


@pytest.mark.parametrize("fault", ["drop_after", "http_500_after", "garbage", "unsigned", "bad_signature"])
def test_a_lost_or_doubtful_answer_is_unknown_and_the_ask_finds_the_refund(play: Play, fault: str) -> None:
    refund = play.refund(play.pay())
    play.break_next("refund", fault)
    sent = play.gateway.send(refund)
    assert sent.outcome is Outcome.UNKNOWN
    assert sent.alarm is (fault in {"garbage", "unsigned", "bad_signature"})
    play.stage.settle()
    assert play.gateway.ask(refund).outcome is Outcome.SUCCEEDED
    assert play.stage.refunded_fen(refund.order_id) == 300


def test_a_connection_dropped_before_the_wallet_acted_is_unknown_too(play: Play) -> None:
    refund = play.refund(play.pay())
    play.break_next("refund", "drop_before")
    assert play.gateway.send(refund).outcome is Outcome.UNKNOWN
    assert play.gateway.ask(refund).outcome is Outcome.ABSENT


@pytest.mark.parametrize("fault", ["unsigned", "bad_signature", "garbage", "drop_after", "http_500_after"])
def test_an_ask_without_proof_never_says_absent(play: Play, fault: str) -> None:
    play.break_next("ask", fault)
    assert play.gateway.ask(play.refund(play.pay())).outcome is Outcome.UNKNOWN


def test_an_answer_about_another_amount_is_unknown_with_an_alarm(
    second: SecondServer, tmp_path: Path
) -> None:
    for wallet in Wallet:
        play = Play(wallet, second, *second.builder(wallet, tmp_path))
        refund = play.refund(play.pay())
        play.gateway.send(refund)
        play.break_next("ask", "other_amount")
        answer = play.gateway.ask(refund)
        assert (answer.outcome, answer.code, answer.alarm) == (Outcome.UNKNOWN, "mismatch_amount", True)


@pytest.mark.parametrize(("fault", "code"), [("stale", "bad_signature"), ("other_serial", "unknown_key")])
def test_a_stale_answer_or_one_under_a_foreign_key_is_not_believed(
    second: SecondServer, tmp_path: Path, fault: str, code: str
) -> None:
    play = Play(Wallet.WECHAT, second, *second.builder(Wallet.WECHAT, tmp_path))
    play.break_next("refund", fault)
    answer = play.gateway.send(play.refund(play.pay()))
    assert (answer.outcome, answer.code, answer.alarm) == (Outcome.UNKNOWN, code, True)


def test_an_answer_about_another_order_is_unknown_with_an_alarm(play: Play) -> None:
    order = play.pay()
    play.gateway.send(play.refund(order))
    foreign = replace(play.refund(order), order_id="B2")
    answer = play.gateway.ask(foreign)
    assert (answer.outcome, answer.code, answer.alarm) == (Outcome.UNKNOWN, "mismatch_order_id", True)


def test_a_wrong_key_of_ours_is_held_for_send_and_ask(play: Play, tmp_path: Path) -> None:
    (tmp_path / "wrong").mkdir()
    ours, _ = second_truth.write_keys(
        tmp_path / "wrong", second_truth.new_key(), second_truth.new_key().public_key()
    )
    gateway = play.build(play.stage.base_url, ours)
    refund = play.refund(play.pay())
    assert gateway.send(refund).outcome is Outcome.HELD
    assert gateway.ask(refund).outcome is Outcome.HELD
    assert play.stage.refunded_fen(refund.order_id) == 0


def test_a_wallet_that_is_not_there_was_not_sent_anything(play: Play) -> None:
    with serving(Wallets()) as gone:
        address = gone.base_url
    gateway = play.build(address, play.right_key)
    order = play.pay()
    refund = play.refund(order)
    assert (gateway.send(refund).outcome, gateway.send(refund).code) == (Outcome.NOT_SENT, "no_connection")
    assert gateway.order(order).look is OrderLook.NOT_ASKED


@pytest.mark.parametrize("known", [True, False], ids=["wallet number", "our number"])
def test_a_paid_order_is_found_with_its_amount_payer_and_time(play: Play, *, known: bool) -> None:
    order = play.pay()
    answer = play.gateway.order(order if known else replace(order, wallet_order_id=""))
    assert answer.look is OrderLook.FOUND
    assert answer.order is not None
    assert (answer.order.amount, answer.order.state) == (Money(1000), WalletOrderState.PAID)
    assert answer.order.wallet_order_id == order.wallet_order_id
    assert answer.order.payer_id
    assert answer.order.paid_at is not None


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
    assert play.gateway.order(play.nobodys()).look is OrderLook.NOT_FOUND


@pytest.mark.parametrize("fault", ["unsigned", "bad_signature", "garbage", "drop_after", "http_500_after"])
def test_an_order_look_up_without_proof_is_not_asked(play: Play, fault: str) -> None:
    for order in (play.pay(), play.nobodys()):
        play.break_next("order", fault)
        assert play.gateway.order(order).look is OrderLook.NOT_ASKED


def test_no_key_signature_or_body_reaches_a_log(play: Play, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    order = play.pay()
    play.break_next("refund", "bad_signature")
    play.gateway.send(play.refund(order))
    play.gateway.order(order)
    assert caplog.text == ""
