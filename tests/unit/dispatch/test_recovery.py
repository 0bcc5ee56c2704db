from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.dispatch.recovery import ABSENT_IN_A_ROW, ASK_PAUSE_S, LookedUp, Recovery
from scanrefund.errors import UsageFault
from scanrefund.ledger import behind
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.numbers import SEQUENCE_MAX, refund_number
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.refund import Command, Refund, RefundState
from scanrefund.model.wallet import FACTS, Wallet
from tests.unit.builders import (
    ACCOUNT,
    NOW,
    ORDER,
    WECHAT_DIGITS,
    FakeClock,
    FakeWallet,
    an_order,
    answering,
    keep,
    reserve,
)

S = RefundState


class TellingWallet(FakeWallet):
    """Tells the amount it holds, as both wallets do, and notes what it was asked about."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Refund] = []

    def ask(self, refund: Refund) -> Answer:
        self.asked.append(refund)
        return super().ask(refund)

    def tell(self, refund: Refund) -> Answer:
        amount = self.paid.get(refund.refund_id) or self.accepted.get(refund.refund_id)
        return replace(super().tell(refund), amount=amount)


class Restored:
    """A ledger known to be an old copy, and the wallet that knows better."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.wallet, self.time = ledger, TellingWallet(), FakeClock()
        gateways = {Wallet.WECHAT: self.wallet}
        self.dispatcher = Dispatcher(ledger, gateways, self.time.clock, 30)
        self.recovery = Recovery(ledger, gateways, self.dispatcher, self.time.clock)
        with ledger.writing() as connection:
            behind.note(connection, NOW)

    def lost(self, sequence: int, amount_fen: int, outcome: Outcome = Outcome.SUCCEEDED) -> str:
        """A refund that the wallet holds and the restored books do not."""
        name = number(sequence)
        self.wallet.paid[name], self.wallet.ended[name] = Money(amount_fen), outcome
        return name

    @property
    def order(self) -> Order:
        order = self.ledger.order(ORDER.order_id)
        assert order is not None
        return order


def number(sequence: int) -> str:
    return refund_number("shop1", ORDER.order_id, sequence, rehearsal=True)


@pytest.fixture
def restored(ledger: Ledger) -> Restored:
    return Restored(ledger)


def test_lost_refunds_are_found_one_by_one_and_count(restored: Restored) -> None:
    numbers = [restored.lost(1, 2_000), restored.lost(2, 3_000)]
    result = restored.recovery.one(ORDER.order_id)
    assert [refund.refund_id for refund in result.found] == numbers
    assert (result.complete, restored.order.remaining) == (True, Money(5_000))
    assert not restored.ledger.is_behind(restored.order)
    assert {command for command, _number in restored.wallet.trips} == {Command.ASK}
    assert len(restored.wallet.trips) == 2 + ABSENT_IN_A_ROW


def test_an_ask_for_a_number_of_which_our_books_know_nothing_names_the_order_and_no_amount(
    restored: Restored,
) -> None:
    restored.recovery.one(ORDER.order_id)
    assert restored.wallet.asked[0] == Refund(
        refund_id=number(1),
        order_id=ORDER.order_id,
        request_id="",
        wallet=ORDER.wallet,
        wallet_order_id=ORDER.wallet_order_id,
        order_amount=ORDER.amount,
        amount=Money(0),
        reason="",
        body=b"",
        state=S.UNKNOWN,
        created_at=restored.wallet.asked[0].created_at,
        account=ACCOUNT,
    )
    assert NOW <= restored.wallet.asked[0].created_at <= restored.time.at


def test_a_look_up_is_in_the_book_with_what_it_found(restored: Restored) -> None:
    restored.lost(1, 2_000)
    restored.recovery.one(ORDER.order_id)
    with restored.ledger.reading() as connection:
        query = "SELECT subject, facts FROM book WHERE kind='order_looked_up'"
        entries = [tuple(row) for row in connection.exec_driver_sql(query)]
    assert entries == [(ORDER.order_id, '{"found":1}')]


def test_every_number_a_wallet_takes_for_an_order_is_asked_and_none_beyond(restored: Restored) -> None:
    most = FACTS[ORDER.wallet].refunds_per_order_max
    for sequence in range(1, most + 1):
        restored.lost(sequence, 1)
    assert len(restored.recovery.one(ORDER.order_id).found) == most
    assert len(restored.wallet.trips) == most + ABSENT_IN_A_ROW


def test_a_wallet_that_claims_refunds_without_end_is_not_asked_without_end(restored: Restored) -> None:
    limit = FACTS[ORDER.wallet].refunds_per_order_max + ABSENT_IN_A_ROW
    for sequence in range(1, SEQUENCE_MAX + 1):
        restored.lost(sequence, 1)
    assert len(restored.recovery.one(ORDER.order_id).found) == limit


def test_a_number_our_books_hold_breaks_a_row_of_absent_ones(restored: Restored) -> None:
    reserve(restored.ledger)
    lost = restored.lost(1 + ABSENT_IN_A_ROW, 2_000)
    assert [found.refund_id for found in restored.recovery.one(ORDER.order_id).found] == [lost]


def test_numbers_behind_refused_ones_are_found_too(restored: Restored) -> None:
    restored.lost(ABSENT_IN_A_ROW, 2_000)
    assert len(restored.recovery.one(ORDER.order_id).found) == 1


@pytest.mark.parametrize("said", [Outcome.UNKNOWN, Outcome.NOT_SENT, Outcome.DECLINED, Outcome.HELD])
def test_an_order_without_proof_stays_behind(restored: Restored, said: Outcome) -> None:
    restored.wallet.asks = [answering(Outcome.ABSENT), answering(said)]
    assert restored.recovery.one(ORDER.order_id) == LookedUp(ORDER.order_id, (), complete=False)
    assert restored.ledger.is_behind(restored.order)
    list(restored.recovery.all())
    assert restored.ledger.behind_since() is None


@pytest.mark.parametrize("amount", [None, Money(0), Money(-1)])
def test_a_refund_told_without_its_amount_is_no_proof(restored: Restored, amount: Money | None) -> None:
    restored.wallet.asks = [lambda _refund: Answer(Outcome.SUCCEEDED, amount=amount)]
    assert not restored.recovery.one(ORDER.order_id).complete
    assert restored.order.remaining == ORDER.amount


def test_what_was_found_before_the_proof_ran_out_is_told(restored: Restored) -> None:
    restored.lost(1, 2_000)
    restored.wallet.asks = [restored.wallet.tell, answering(Outcome.UNKNOWN)]
    result = restored.recovery.one(ORDER.order_id)
    assert [refund.refund_id for refund in result.found] == [number(1)]
    assert not result.complete


def test_what_reached_only_the_merchant_is_left_to_the_customer(restored: Restored) -> None:
    restored.lost(1, 2_000, Outcome.RETURNED_TO_MERCHANT)
    [found] = restored.recovery.one(ORDER.order_id).found
    assert found.state is S.RETURNED_TO_MERCHANT
    assert (restored.order.wallet_reserved, restored.order.customer_reserved) == (Money(2_000), Money(0))


def test_an_end_in_the_old_books_is_looked_at_again(restored: Restored) -> None:
    restored.wallet.sends = [answering(Outcome.DECLINED)]
    refund = reserve(restored.ledger)
    for _ in range(2):
        restored.time.at = refund.next_try_at or NOW
        refund = restored.dispatcher.dispatch(refund)
    assert refund.state is S.CLOSED
    restored.wallet.pay(refund)
    restored.recovery.one(ORDER.order_id)
    after = restored.ledger.refund(refund.refund_id)
    assert after is not None
    assert after.state is S.SUCCEEDED


def test_all_orders_are_looked_up_slowly_and_then_the_books_are_current(restored: Restored) -> None:
    others = [an_order(order_id=f"B{number}", wallet_order_id="") for number in range(3)]
    old = an_order(order_id="OLD", wallet_order_id="", paid_at=NOW - timedelta(days=400))
    keep(restored.ledger, *others, old)
    looked_up = [one.order_id for one in restored.recovery.all()]
    assert looked_up == [ORDER.order_id, "B0", "B1", "B2"]
    assert restored.ledger.behind_since() is None
    passed_s = (restored.time.at - NOW).total_seconds()
    assert passed_s == pytest.approx(4 * ABSENT_IN_A_ROW * ASK_PAUSE_S)


def test_a_wallet_that_is_not_set_up_here_leaves_its_orders_behind(restored: Restored) -> None:
    keep(restored.ledger, an_order(order_id="Z1", wallet=Wallet.ALIPAY, wallet_order_id=""))
    assert [one.complete for one in restored.recovery.all()] == [True, False]
    assert restored.ledger.behind_since() == NOW


def test_books_that_are_current_need_no_look_up(ledger: Ledger) -> None:
    current = Restored(ledger)
    with ledger.writing() as connection:
        behind.forget(connection)
    assert list(current.recovery.all()) == []


@pytest.mark.parametrize(
    ("order_id", "told"), [("nobody", "nobody"), (WECHAT_DIGITS, PaymentCode(WECHAT_DIGITS).masked)]
)
def test_an_order_our_books_do_not_hold_cannot_be_looked_up(
    restored: Restored, order_id: str, told: str
) -> None:
    with pytest.raises(UsageFault) as caught:
        restored.recovery.one(order_id)
    assert (caught.value.code, caught.value.details) == ("order_unknown", {"order_id": told})
