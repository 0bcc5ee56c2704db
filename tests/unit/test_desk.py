"""A wish at the desk: what is sent, what is refused, what is served again, what is written."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scanrefund.aftercare.receipt import Receipt
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.errors import LedgerFault, UsageFault
from scanrefund.ledger import behind
from scanrefund.ledger.found import Found
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.self_tests import Kept, SelfTests
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.outcome import OrderAnswer, OrderLook
from scanrefund.model.refund import Refund, RefundState
from scanrefund.model.refusal import Reason
from scanrefund.model.wallet import Wallet
from tests.unit.builders import (
    KEYS,
    NOW,
    ORDER,
    WECHAT_DIGITS,
    FakeWallet,
    an_order,
    keep,
    wallet_order,
)
from tests.unit.shopfloor import OTHER_DIGITS, Shopfloor, entries, order_of


@pytest.fixture
def shop(ledger: Ledger) -> Shopfloor:
    return Shopfloor(ledger)


def test_a_refund_that_nothing_speaks_against_reaches_the_customer(shop: Shopfloor) -> None:
    receipt = shop.refund()
    assert (receipt.state, receipt.exit_code, receipt.amount) == (RefundState.SUCCEEDED, 0, Money(2_500))
    assert shop.wallet.paid == {receipt.refund_id: Money(2_500)}
    assert order_of(shop.ledger).refunded == Money(2_500)
    assert [kind for kind, _facts in entries(shop.ledger)][-3:] == [
        "refund_reserved",
        "send_begun",
        "attempt_ended",
    ]


def test_without_an_amount_all_that_remains_goes_back(shop: Shopfloor) -> None:
    shop.refund(4_000)
    shop.time.forward(61)
    receipt = shop.refund(None, OTHER_DIGITS)
    assert (receipt.state, receipt.amount) == (RefundState.SUCCEEDED, Money(6_000))


def test_the_same_wish_again_is_served_again(shop: Shopfloor) -> None:
    first = shop.refund()
    shop.time.forward(300)
    again = shop.refund()
    assert replace(again, served_again="") == first
    assert "no second one was made" in again.as_json()["say_clerk"]
    assert len(shop.wallet.trips) == 1


def test_a_named_request_again_is_served_again_whatever_code_is_shown(shop: Shopfloor) -> None:
    first = shop.refund(request_id="till-1")
    again = shop.refund(request_id="till-1", digits=OTHER_DIGITS)
    assert replace(again, served_again="") == first
    assert len(shop.wallet.paid) == 1


@pytest.mark.parametrize("changes", [{"amount": Money(1)}, {"order_id": "B2"}])
def test_a_request_number_used_for_something_else_is_a_fault(
    shop: Shopfloor, changes: dict[str, Any]
) -> None:
    keep(shop.ledger, an_order(order_id="B2"))
    shop.refund(request_id="till-1")
    with pytest.raises(UsageFault) as caught:
        shop.refund(request_id="till-1", **changes)
    assert caught.value.code == "request_id_reused"
    assert len(shop.wallet.paid) == 1


def test_the_same_wish_from_many_at_once_makes_one_refund(shop: Shopfloor) -> None:
    receipts: list[Receipt] = []
    threads = [
        threading.Thread(target=lambda: receipts.append(shop.refund(request_id="till-1"))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len({receipt.refund_id for receipt in receipts}) == 1
    assert len(receipts) == 6
    assert len(shop.wallet.paid) == 1


def test_the_same_wish_that_arrives_while_the_wallet_is_asked_is_served_again(shop: Shopfloor) -> None:
    class Slow(FakeWallet):
        """While this wallet is asked about the order, the twin of the request comes through and ends."""

        def order(self, order: Order) -> OrderAnswer:
            if not self.trips:
                twin = Shopfloor(shop.ledger)
                twin.desk.refund(twin.wish(request_id="till-1"))
            return OrderAnswer(OrderLook.NOT_ASKED)

    slow = Slow()
    shop.desk._gateways = {Wallet.WECHAT: slow}
    assert shop.refund(request_id="till-1").state is RefundState.SUCCEEDED
    assert slow.paid == {}
    assert len(shop.ledger.refunds()) == 1


def test_a_refusal_sends_nothing_and_is_written_in_the_book(shop: Shopfloor) -> None:
    receipt = shop.refund(10_001)
    assert (receipt.reason, receipt.exit_code, receipt.refund_id) == (Reason.AMOUNT_OVER_REMAINING, 1, None)
    assert shop.wallet.trips == []
    kind, facts = entries(shop.ledger)[-1]
    over = {"amount_fen": 10_001, "max_fen": 10_000, "reason": "amount_over_remaining"}
    assert (kind, json.loads(facts)) == ("refund_refused", over | {"counter": "counter1", "source": "camera"})


def test_two_partial_refunds_then_the_third_is_refused_with_the_maximum(shop: Shopfloor) -> None:
    for number, fen in enumerate((4_000, 5_000)):
        assert shop.refund(fen, f"1345000000000000{number:02d}").state is RefundState.SUCCEEDED
        shop.time.forward(61)
    third = shop.refund(1_001, OTHER_DIGITS)
    assert third.reason is Reason.AMOUNT_OVER_REMAINING
    assert "10.00" in third.say_clerk


def test_the_wallets_own_word_on_the_order_is_heard(shop: Shopfloor) -> None:
    shop.wallet.order_answer = wallet_order(amount=Money(9_000))
    assert shop.refund().reason is Reason.ORDER_CHANGED
    shop.wallet.order_answer = OrderAnswer(OrderLook.NOT_FOUND)
    assert shop.refund().reason is Reason.ORDER_NOT_PAID


def test_an_order_of_a_wallet_that_is_not_set_up_leaves_nothing(ledger: Ledger) -> None:
    with pytest.raises(UsageFault) as caught:
        Shopfloor(ledger, set_up=False).refund()
    assert caught.value.code == "wallet_not_set_up"
    assert ledger.refunds() == []


def test_an_unknown_order_is_refused_and_a_code_in_its_place_is_masked(shop: Shopfloor) -> None:
    receipt = shop.refund(order_id=OTHER_DIGITS)
    assert receipt.reason is Reason.ORDER_NOT_FOUND
    assert receipt.amount is None or receipt.amount == Money(2_500)
    assert OTHER_DIGITS not in str(receipt.as_json()) + str(entries(shop.ledger))


def test_a_ledger_that_breaks_after_the_refund_is_written_leaves_it_open_not_failed(
    shop: Shopfloor,
) -> None:
    class Broken(Dispatcher):
        def dispatch(self, refund: Refund) -> Refund:
            raise LedgerFault("ledger_full", path="x", cause="y")

    shop.desk._dispatcher = Broken(shop.ledger, {}, shop.time.clock, 30)
    receipt = shop.refund()
    assert (receipt.state, receipt.exit_code) == (RefundState.READY, 3)


def test_a_dry_run_shows_every_rule_and_binds_nothing(shop: Shopfloor) -> None:
    verdicts = shop.desk.rehearse(shop.wish(10_001))
    said_no = [verdict.reason for verdict in verdicts if verdict.refusal]
    assert said_no == [Reason.AMOUNT_OVER_REMAINING]
    assert shop.wallet.trips == []
    assert shop.ledger.refunds() == []
    assert shop.refund().state is RefundState.SUCCEEDED


def test_the_data_folder_never_holds_the_digits(shop: Shopfloor, ledger_path: Path) -> None:
    shop.refund()
    shop.refund(1_000)
    shop.refund(order_id=OTHER_DIGITS)
    shop.ledger.close()
    content = b"".join(path.read_bytes() for path in ledger_path.parent.rglob("*") if path.is_file())
    assert content.count(WECHAT_DIGITS.encode()) == content.count(OTHER_DIGITS.encode()) == 0
    assert KEYS.fingerprint(WECHAT_DIGITS).encode() in content


def test_a_counter_refunds_again_once_its_own_self_test_is_good(shop: Shopfloor) -> None:
    tests = SelfTests(shop.ledger)
    tests.keep(Kept(NOW, "another", False, (("ledger", False, "locked"),)))
    tests.keep(Kept(NOW, "counter1", False, (("camera", None, "no_picture"), ("clock", False, "off"))))
    refused = shop.refund()
    assert (refused.reason, "Clock" in refused.say_clerk) == (Reason.SELF_TEST_FAILED, True)
    assert shop.wallet.paid == {}
    # What could not be looked at is advice.
    tests.keep(Kept(NOW, "counter1", True, (("keys", True, "good"), ("clock", None, "not_compared"))))
    assert shop.refund().state is RefundState.SUCCEEDED


def test_old_books_refund_nothing_that_was_not_looked_up(shop: Shopfloor) -> None:
    with shop.ledger.writing() as connection:
        behind.note(connection, NOW)
    assert shop.refund().reason is Reason.BOOKS_BEHIND
    assert shop.wallet.paid == {}
    Found(shop.ledger).looked_up(ORDER.order_id, 0, NOW)
    assert shop.refund().state is RefundState.SUCCEEDED
