from __future__ import annotations

from datetime import timedelta

import pytest

from scanrefund.dispatch.recovery import ASK_PAUSE_S, LookedUp
from scanrefund.dispatch.worker import Worker
from scanrefund.errors import UsageFault
from scanrefund.ledger import behind
from scanrefund.ledger.by_hand import PROOF_AFTER, PROOF_ASKS, ByHand, Hand
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.money import Money
from scanrefund.model.order import IN_VAIN_MAX
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Command, RefundState
from scanrefund.model.wallet import Wallet
from tests.unit.builders import (
    NOW,
    ORDER,
    an_order,
    answering,
    keep,
    reserve,
)
from tests.unit.dispatch.restored import Restored, number

S = RefundState


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
    assert len(restored.wallet.trips) == 2 + IN_VAIN_MAX


def test_numbers_behind_refused_ones_are_found_too(restored: Restored) -> None:
    restored.lost(IN_VAIN_MAX, 2_000)
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


@pytest.mark.parametrize(
    ("found", "end"), [(Outcome.PROCESSING, Outcome.CLOSED), (Outcome.ABNORMAL, Outcome.RETURNED_TO_MERCHANT)]
)
def test_what_is_found_on_its_way_is_asked_about_until_it_ends(
    restored: Restored, found: Outcome, end: Outcome
) -> None:
    number = restored.lost(1, 2_000, found)
    [refund] = restored.recovery.one(ORDER.order_id).found
    assert (refund.state.value, refund.is_open, refund.ended_at) == (found.value, True, None)
    assert restored.order.open_refund_id == number
    restored.wallet.ended[number] = end
    assert Worker(restored.ledger, restored.dispatcher, restored.time.clock).run_once() == 1
    assert (restored.row(refund).state.value, restored.order.open_refund_id or "") == (end.value, "")


def test_an_end_in_the_old_books_is_looked_at_again(ledger: Ledger) -> None:
    restored = Restored(ledger, noticed=False)
    restored.wallet.sends = [answering(Outcome.DECLINED)]
    refund = reserve(restored.ledger)
    for _ in range(2):
        restored.time.at = refund.next_try_at or NOW
        refund = restored.dispatcher.dispatch(refund)
    assert refund.state is S.CLOSED
    restored.notice()
    restored.wallet.pay(refund)
    restored.recovery.one(ORDER.order_id)
    after = restored.ledger.refund(refund.refund_id)
    assert after is not None
    assert after.state is S.SUCCEEDED


def test_a_refund_that_was_sent_after_the_copy_was_made_is_found_paid(ledger: Ledger) -> None:
    ready = reserve(ledger)
    restored = Restored(ledger)
    restored.wallet.pay(ready)
    restored.recovery.one(ORDER.order_id)
    after = restored.row(ready)
    assert (after.state, after.sends) == (S.SUCCEEDED, 0)
    assert restored.wallet.trips[0] == (Command.ASK, ready.refund_id)


@pytest.mark.parametrize("by", ["worker", "look-up"])
def test_a_refund_that_an_old_copy_never_sent_waits_for_a_person(ledger: Ledger, by: str) -> None:
    ready = reserve(ledger)
    restored = Restored(ledger)
    if by == "worker":
        Worker(ledger, restored.dispatcher, restored.time.clock).run_once()
    else:
        restored.recovery.one(ORDER.order_id)
    after = restored.row(ready)
    assert (after.state, after.next_command) == (S.HELD, None)
    assert Command.SEND not in {command for command, _number in restored.wallet.trips}


def test_an_old_copy_frees_no_amount_that_may_have_been_paid(ledger: Ledger) -> None:
    ready = reserve(ledger)
    restored = Restored(ledger)
    with pytest.raises(UsageFault) as caught:
        ByHand(ledger).cancel(ready.refund_id, Hand("owner", "old"), NOW)
    assert caught.value.code == "refund_was_sent"
    assert restored.order.wallet_reserved == ready.amount


def test_what_an_old_copy_held_and_a_person_had_released_is_asked_about_first(ledger: Ledger) -> None:
    restored = Restored(ledger, noticed=False)
    restored.wallet.sends = [answering(Outcome.HELD)]
    held = restored.dispatcher.dispatch(reserve(ledger))
    assert held.state is S.HELD
    ByHand(ledger).release(held.refund_id, Hand("owner", "funded"), NOW)
    restored.notice()
    restored.wallet.trips.clear()
    Worker(ledger, restored.dispatcher, restored.time.clock).run_once()
    assert [command for command, _number in restored.wallet.trips] == [Command.ASK]
    after = restored.row(held)
    assert (after.state, after.next_command, after.released) == (S.HELD, None, False)


def test_proofs_from_before_the_copy_was_noticed_close_nothing(ledger: Ledger) -> None:
    restored = Restored(ledger, noticed=False)
    restored.wallet.sends = [answering(Outcome.HELD)]
    held = restored.dispatcher.dispatch(reserve(ledger))
    for _ in range(PROOF_ASKS):
        restored.time.at += PROOF_AFTER
        held = restored.dispatcher.ask(held)
    assert ByHand(ledger).proofs(held, restored.time.at) == PROOF_ASKS
    restored.notice()
    assert ByHand(ledger).proofs(restored.row(held), restored.time.at) == 0


def test_an_order_whose_old_end_cannot_be_asked_about_stays_behind(ledger: Ledger) -> None:
    restored = Restored(ledger, noticed=False)
    restored.wallet.sends = [answering(Outcome.CLOSED)]
    restored.dispatcher.dispatch(reserve(ledger))
    restored.notice()
    restored.wallet.asks = [answering(Outcome.UNKNOWN)]
    assert restored.recovery.one(ORDER.order_id) == LookedUp(ORDER.order_id, (), complete=False)
    assert restored.ledger.is_behind(restored.order)
    assert restored.recovery.one(ORDER.order_id).complete


def test_a_paid_refund_that_was_last_asked_about_in_vain_holds_no_look_up_up(ledger: Ledger) -> None:
    restored = Restored(ledger, noticed=False)
    paid = restored.dispatcher.dispatch(reserve(ledger))
    restored.wallet.asks = [answering(Outcome.UNKNOWN)]
    paid = restored.dispatcher.ask(paid)
    assert (paid.state, paid.next_command) == (S.SUCCEEDED, Command.ASK)
    restored.notice()
    assert restored.recovery.one(ORDER.order_id).complete
    assert not restored.ledger.is_behind(restored.order)


def test_all_orders_are_looked_up_slowly_and_then_the_books_are_current(restored: Restored) -> None:
    others = [an_order(order_id=f"B{number}", wallet_order_id="") for number in range(3)]
    old = an_order(order_id="OLD", wallet_order_id="", paid_at=NOW - timedelta(days=400))
    keep(restored.ledger, *others, old)
    looked_up = [one.order_id for one in restored.recovery.all()]
    assert looked_up == [ORDER.order_id, "B0", "B1", "B2"]
    assert restored.ledger.behind_since() is None
    passed_s = (restored.time.at - NOW).total_seconds()
    assert passed_s == pytest.approx(4 * IN_VAIN_MAX * ASK_PAUSE_S)


def test_a_wallet_that_is_not_set_up_here_leaves_its_orders_behind(restored: Restored) -> None:
    keep(restored.ledger, an_order(order_id="Z1", wallet=Wallet.ALIPAY, wallet_order_id=""))
    assert [one.complete for one in restored.recovery.all()] == [True, False]
    assert restored.ledger.behind_since() == NOW


def test_books_that_are_current_need_no_look_up(ledger: Ledger) -> None:
    current = Restored(ledger)
    with ledger.writing() as connection:
        behind.forget(connection)
    assert list(current.recovery.all()) == []
