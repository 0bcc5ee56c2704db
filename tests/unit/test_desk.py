from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scanrefund.aftercare.receipt import Receipt, Writer
from scanrefund.check.limits import Limits
from scanrefund.desk import Counter, Desk
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.errors import LedgerFault, UsageFault
from scanrefund.ledger import behind
from scanrefund.ledger.engine import reading
from scanrefund.ledger.found import Found
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.outcome import Answer, OrderAnswer, OrderLook, Outcome, PayerAnswer, PayerLook
from scanrefund.model.refund import Refund, RefundState
from scanrefund.model.refusal import Reason
from scanrefund.model.shown import Source
from scanrefund.model.slip import Slip
from scanrefund.model.wallet import Wallet
from scanrefund.scan.identify import identify
from scanrefund.wallets.gateway import RefundGateway
from scanrefund.wish import RefundRequest
from tests.people import a_till
from tests.unit.builders import (
    KEYS,
    LIMITS,
    NOW,
    ORDER,
    WECHAT_DIGITS,
    FakeClock,
    FakeWallet,
    a_reading,
    an_order,
    answering,
    keep,
    shown_code,
    wallet_order,
)

OTHER_DIGITS = "101230000000000077"


class Shopfloor:
    """A desk with a wallet that keeps the truth and a clock that is moved."""

    def __init__(self, ledger: Ledger, limits: Limits = LIMITS, *, set_up: bool = True) -> None:
        self.ledger, self.wallet, self.time = ledger, FakeWallet(), FakeClock()
        gateways: Mapping[Wallet, RefundGateway] = {Wallet.WECHAT: self.wallet} if set_up else {}
        self.desk = Desk(
            counter=Counter("counter1", limits),
            keys=KEYS,
            ledger=ledger,
            gateways=gateways,
            dispatcher=Dispatcher(ledger, gateways, self.time.clock, lease_s=30),
            clock=self.time.clock,
            writer=Writer("en", rehearsal=True),
            people=a_till(ledger, KEYS, self.time.clock),
        )

    def wish(
        self, amount_fen: int | None = 2_500, digits: str = WECHAT_DIGITS, **changes: Any
    ) -> RefundRequest:
        amount = None if amount_fen is None else Money(amount_fen)
        shown = a_reading(shown_code(digits), taken_at=self.time.at)
        return replace(RefundRequest(ORDER.order_id, amount, "broken", shown), **changes)

    def refund(self, *args: Any, **changes: Any) -> Receipt:
        return self.desk.refund(self.wish(*args, **changes))


@pytest.fixture
def shop(ledger: Ledger) -> Shopfloor:
    return Shopfloor(ledger)


def order_of(ledger: Ledger) -> Order:
    order = ledger.order(ORDER.order_id)
    assert order is not None
    return order


def entries(ledger: Ledger) -> list[tuple[str, str]]:
    with reading(ledger._engine) as connection:
        rows = connection.exec_driver_sql("SELECT kind, facts FROM book ORDER BY number")
        return [(row.kind, row.facts) for row in rows]


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


def test_a_code_proves_one_presence(shop: Shopfloor) -> None:
    first = shop.refund()
    second = shop.refund(1_000)
    assert second.reason is Reason.CODE_SEEN_BEFORE
    assert first.refund_id is not None
    assert first.refund_id in entries(shop.ledger)[-1][1]


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


def test_a_code_ages_while_a_clerk_thinks(shop: Shopfloor) -> None:
    wish = shop.wish()
    shop.time.forward(61)
    assert shop.desk.refund(wish).reason is Reason.CODE_EXPIRED


def test_a_code_ages_from_its_first_sight_at_any_counter(shop: Shopfloor) -> None:
    shop.desk.see(shop.wish().reading)
    other = Shopfloor(shop.ledger)
    other.time.forward(61)
    assert other.refund().reason is Reason.CODE_EXPIRED


def test_two_codes_in_view_are_refused(shop: Shopfloor) -> None:
    both = a_reading(shown_code(), rivals=(shown_code(OTHER_DIGITS),))
    assert shop.refund(reading=both).reason is Reason.CODES_CONFLICT


def test_a_picture_counts_where_the_shop_says_so(ledger: Ledger) -> None:
    picture = a_reading(source=Source.PICTURE, taken_at=NOW - timedelta(seconds=30))
    strict = Shopfloor(ledger, replace(LIMITS, picture_may_refund=False))
    assert strict.refund(reading=picture).reason is Reason.CODE_REQUIRED
    assert Shopfloor(ledger).refund(reading=picture).state is RefundState.SUCCEEDED


def test_no_code_is_enough_only_where_the_shop_says_so(ledger: Ledger) -> None:
    assert Shopfloor(ledger).refund(reading=None).reason is Reason.CODE_REQUIRED
    lenient = Shopfloor(ledger, replace(LIMITS, code_required=False))
    assert lenient.refund(reading=None).state is RefundState.SUCCEEDED


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


def test_old_books_refund_nothing_that_was_not_looked_up(shop: Shopfloor) -> None:
    with shop.ledger.writing() as connection:
        behind.note(connection, NOW)
    assert shop.refund().reason is Reason.BOOKS_BEHIND
    assert shop.wallet.paid == {}
    Found(shop.ledger).looked_up(ORDER.order_id, 0, NOW)
    assert shop.refund().state is RefundState.SUCCEEDED


def test_an_ended_refund_is_asked_about_when_a_person_wants_to_know(shop: Shopfloor) -> None:
    shop.wallet.sends = [answering(Outcome.CLOSED)]
    closed = shop.refund()
    [refund] = shop.ledger.refunds()
    shop.wallet.pay(refund)
    told = shop.desk.status(closed.refund_id or "", ask=True)
    assert told.state is RefundState.SUCCEEDED
    assert order_of(shop.ledger).frozen_why == "fact_against_end"


PAYER = replace(LIMITS, payer_match=True)


def matched(ledger: Ledger, payer: PayerAnswer, order_payer: str = "o-1") -> tuple[Shopfloor, Receipt]:
    """A shop that asks for the payer; the wallet names `order_payer` for the order."""
    shop = Shopfloor(ledger, PAYER)
    shop.wallet.order_answer = wallet_order(payer_id=order_payer)
    shop.wallet.payer_answer = payer
    return shop, shop.refund()


def test_the_payers_own_code_opens_the_refund(ledger: Ledger) -> None:
    shop, receipt = matched(ledger, PayerAnswer(PayerLook.FOUND, "o-1"))
    assert (receipt.state, shop.wallet.codes_asked) == (RefundState.SUCCEEDED, 1)


def test_somebody_elses_code_is_refused_and_nothing_is_sent(ledger: Ledger) -> None:
    shop, receipt = matched(ledger, PayerAnswer(PayerLook.FOUND, "o-2"))
    assert receipt.reason is Reason.PAYER_MISMATCH
    assert shop.wallet.trips == []
    assert "o-2" not in repr(receipt) + repr(entries(ledger))


def test_a_code_that_the_wallet_refuses_is_no_living_code(ledger: Ledger) -> None:
    shop, receipt = matched(ledger, PayerAnswer(PayerLook.CODE_REFUSED, code="AUTH_CODE_INVALID"))
    assert receipt.reason is Reason.CODE_EXPIRED
    assert "living" in receipt.say_clerk
    assert shop.wallet.trips == []


@pytest.mark.parametrize("look", [PayerLook.NOT_ASKED, PayerLook.NOT_OFFERED])
def test_where_the_payer_cannot_be_told_the_other_rules_decide(ledger: Ledger, look: PayerLook) -> None:
    assert matched(ledger, PayerAnswer(look))[1].state is RefundState.SUCCEEDED


def test_without_the_orders_payer_the_code_is_not_spent(ledger: Ledger) -> None:
    shop, receipt = matched(ledger, PayerAnswer(PayerLook.FOUND, "o-2"), order_payer="")
    assert (receipt.state, shop.wallet.codes_asked) == (RefundState.SUCCEEDED, 0)


def test_the_code_is_not_spent_on_a_refund_that_is_refused_anyway_nor_on_a_dry_run(ledger: Ledger) -> None:
    shop = Shopfloor(ledger, PAYER)
    shop.wallet.order_answer = wallet_order(payer_id="o-1")
    assert shop.refund(amount_fen=99_999_999).reason is not None
    shop.desk.rehearse(shop.wish())
    assert shop.wallet.codes_asked == 0


def test_nobody_is_asked_for_the_payer_unless_the_shop_wants_it(shop: Shopfloor) -> None:
    shop.wallet.order_answer = wallet_order(payer_id="o-1")
    assert shop.refund().state is RefundState.SUCCEEDED
    assert shop.wallet.codes_asked == 0


@pytest.mark.parametrize(("signed_here", "kind"), [(True, "our_slip"), (False, "forged_slip")])
def test_a_slip_shown_for_a_refund_is_named_and_refused(
    shop: Shopfloor, signed_here: bool, kind: str
) -> None:
    number = "SRT_S1_0123456789abcdef0123_01"
    signature = KEYS.slip_signature(number) if signed_here else "0" * 12
    slip = a_reading(identify(Slip(number, signature).text), taken_at=shop.time.at)
    receipt = shop.refund(reading=slip)
    assert (receipt.reason, receipt.state) == (Reason.NOT_A_PAYMENT_CODE, None)
    assert number in receipt.say_clerk
    assert ("was not made here" in receipt.say_clerk) is not signed_here
    [told] = [
        verdict.refusal
        for verdict in shop.desk.rehearse(shop.wish(reading=slip))
        if verdict.refusal and verdict.refusal.reason is Reason.NOT_A_PAYMENT_CODE
    ]
    assert told.detail["kind"] == kind


def test_the_status_of_a_slip_is_its_refunds(shop: Shopfloor) -> None:
    made = shop.refund()
    assert made.refund_id
    slip = Slip(made.refund_id, KEYS.slip_signature(made.refund_id))
    assert shop.desk.status(slip.text).refund_id == made.refund_id
    with pytest.raises(UsageFault) as caught:
        shop.desk.status(Slip(made.refund_id, "0" * 12).text)
    assert caught.value.code == "slip_forged"
