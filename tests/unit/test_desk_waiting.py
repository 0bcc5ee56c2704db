"""A refund that is not at its end: waiting for it, and asking how it stands."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scanrefund.aftercare.receipt import Receipt
from scanrefund.errors import UsageFault
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import RefundState
from scanrefund.model.slip import Slip
from tests.unit.builders import (
    KEYS,
    NOW,
    WECHAT_DIGITS,
    answering,
)
from tests.unit.shopfloor import OTHER_DIGITS, Shopfloor, order_of


@pytest.fixture
def shop(ledger: Ledger) -> Shopfloor:
    return Shopfloor(ledger)


def test_waiting_brings_a_refund_to_its_end(shop: Shopfloor) -> None:
    shop.wallet.sends = [answering(Outcome.UNKNOWN)]
    looks: list[Receipt] = []
    first = shop.refund()
    assert (first.state, first.exit_code, first.refund_id is None) == (RefundState.UNKNOWN, 3, False)
    last = shop.desk.wait(first.refund_id or "", 20, looks.append)
    assert last.state is RefundState.SUCCEEDED
    assert looks
    assert shop.time.at - NOW < timedelta(seconds=20)


def test_waiting_ends_when_its_time_is_over(shop: Shopfloor) -> None:
    shop.wallet.sends = [shop.wallet.accept]
    receipt = shop.refund()
    assert shop.desk.wait(receipt.refund_id or "", 20).state is RefundState.PROCESSING
    assert timedelta(seconds=20) <= shop.time.at - NOW <= timedelta(seconds=21)


@pytest.mark.parametrize("outcome", [Outcome.HELD, Outcome.ABNORMAL])
def test_waiting_stops_at_once_where_a_person_is_needed(shop: Shopfloor, outcome: Outcome) -> None:
    shop.wallet.sends = [answering(outcome)]
    receipt = shop.refund()
    assert shop.desk.wait(receipt.refund_id or "", 20).state == outcome.value
    assert shop.time.at == NOW


def test_status_asks_the_wallet_only_when_told_to(shop: Shopfloor) -> None:
    shop.wallet.sends = [shop.wallet.accept]
    number = shop.refund().refund_id or ""
    shop.wallet.asks = [shop.wallet.pay]
    assert shop.desk.status(number).state is RefundState.PROCESSING
    assert shop.desk.status(number, ask=True).state is RefundState.SUCCEEDED
    assert [receipt.refund_id for receipt in shop.desk.refunds(open_only=False, order_id=None, limit=5)] == [
        number
    ]


def test_an_unknown_refund_is_a_fault_that_never_repeats_a_payment_code(shop: Shopfloor) -> None:
    for number in ("SRT_x", WECHAT_DIGITS):
        with pytest.raises(UsageFault) as caught:
            shop.desk.status(number)
        assert caught.value.code == "refund_unknown"
        assert WECHAT_DIGITS not in str(caught.value)


def test_what_the_wallet_answers_is_what_the_receipt_tells(shop: Shopfloor) -> None:
    shop.wallet.sends = [lambda _refund: Answer(Outcome.DECLINED, "USER_ACCOUNT_ABNORMAL")]
    receipt = shop.desk.wait(shop.refund().refund_id or "", 20)
    assert (receipt.state, receipt.exit_code) == (RefundState.CLOSED, 4)


def test_a_second_refund_is_written_at_once_and_sent_when_the_wallets_spacing_is_over(
    shop: Shopfloor,
) -> None:
    shop.refund()
    second = shop.refund(digits=OTHER_DIGITS)
    assert (second.state, second.next_try_at) == (RefundState.READY, NOW + timedelta(seconds=60))
    assert len(shop.wallet.paid) == 1
    ended = shop.desk.wait(second.refund_id or "", 120)
    assert ended.state is RefundState.SUCCEEDED
    assert shop.time.at >= NOW + timedelta(seconds=60)


def test_an_ended_refund_is_asked_about_when_a_person_wants_to_know(shop: Shopfloor) -> None:
    shop.wallet.sends = [answering(Outcome.CLOSED)]
    closed = shop.refund()
    [refund] = shop.ledger.refunds()
    shop.wallet.pay(refund)
    told = shop.desk.status(closed.refund_id or "", ask=True)
    assert told.state is RefundState.SUCCEEDED
    assert order_of(shop.ledger).frozen_why == "fact_against_end"


def test_the_status_of_a_slip_is_its_refunds(shop: Shopfloor) -> None:
    made = shop.refund()
    assert made.refund_id
    slip = Slip(made.refund_id, KEYS.slip_signature(made.refund_id))
    assert shop.desk.status(slip.text).refund_id == made.refund_id
    with pytest.raises(UsageFault) as caught:
        shop.desk.status(Slip(made.refund_id, "0" * 12).text)
    assert caught.value.code == "slip_forged"
