"""An order of which facts promise more than was paid: nothing more of it goes out."""

from __future__ import annotations

import pytest

from scanrefund.errors import UsageFault
from scanrefund.ledger.by_hand import ByHand, Hand
from scanrefund.ledger.found import Found
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.overfull import LOOK_AGAIN
from scanrefund.ledger.trips import Lease
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Command, Refund, RefundState
from tests.unit.builders import NOW, ORDER, reserve

LEASE = Lease("counter1", 30)
HAND = Hand("Li", "asked the owner")


def find(ledger: Ledger, amount_fen: int = ORDER.amount.fen) -> None:
    Found(ledger).record_external(ORDER.order_id, "platform-1", Money(amount_fen), NOW)


def sent(ledger: Ledger, new: RefundState) -> Refund:
    """A refund whose first send ended so."""
    attempt = ledger.begin(reserve(ledger), Command.SEND, LEASE, NOW)
    assert attempt is not None
    plan = {"next_command": "SEND", "next_try_at": NOW}
    return ledger.end(attempt, Answer(Outcome.UNKNOWN, "timeout"), new, plan, "", NOW)


def begins(ledger: Ledger, refund: Refund, command: Command = Command.SEND) -> bool:
    return ledger.begin(refund, command, LEASE, NOW) is not None


def alarms(ledger: Ledger, refund: Refund) -> list[str]:
    query = f"SELECT facts FROM book WHERE kind='alarm' AND subject='{refund.refund_id}'"
    with ledger.reading() as connection:
        return list(connection.exec_driver_sql(query).scalars())


def the_row(ledger: Ledger, refund: Refund) -> Refund:
    found = ledger.refund(refund.refund_id)
    assert found is not None
    return found


def the_order(ledger: Ledger) -> Order:
    order = ledger.order(ORDER.order_id)
    assert order is not None
    return order


@pytest.mark.parametrize("state", [RefundState.UNKNOWN, RefundState.HELD])
def test_what_was_sent_before_is_held_instead_of_sent_again(ledger: Ledger, state: RefundState) -> None:
    refund = sent(ledger, state)
    find(ledger)
    assert not begins(ledger, refund)
    held = the_row(ledger, refund)
    assert (held.state, held.next_command, held.sends) == (RefundState.HELD, None, 1)
    assert alarms(ledger, refund) == ['{"alarm":"order_overfull"}']


def test_what_was_never_sent_waits_to_be_withdrawn(ledger: Ledger) -> None:
    ready = reserve(ledger)
    find(ledger)
    assert not begins(ledger, ready)
    waiting = the_row(ledger, ready)
    assert (waiting.state, waiting.next_try_at) == (RefundState.READY, NOW + LOOK_AGAIN)
    assert ByHand(ledger).cancel(ready.refund_id, HAND, NOW).state is RefundState.CANCELLED


def test_asking_goes_on(ledger: Ledger) -> None:
    refund = sent(ledger, RefundState.UNKNOWN)
    find(ledger)
    assert begins(ledger, refund, Command.ASK)


def test_who_comes_while_somebody_asks_changes_nothing(ledger: Ledger) -> None:
    refund = sent(ledger, RefundState.UNKNOWN)
    find(ledger)
    assert begins(ledger, refund, Command.ASK)
    assert not begins(ledger, refund)
    assert (the_row(ledger, refund).state, alarms(ledger, refund)) == (RefundState.UNKNOWN, [])


def test_a_sum_that_is_just_what_was_paid_is_no_hindrance(ledger: Ledger) -> None:
    refund = sent(ledger, RefundState.UNKNOWN)
    find(ledger, ORDER.amount.fen - refund.amount.fen)
    assert begins(ledger, refund)


def test_one_fen_too_much_is(ledger: Ledger) -> None:
    refund = sent(ledger, RefundState.UNKNOWN)
    find(ledger, ORDER.amount.fen - refund.amount.fen + 1)
    assert not begins(ledger, refund)


def test_a_release_is_refused_until_the_sum_fits_again(ledger: Ledger) -> None:
    refund = sent(ledger, RefundState.HELD)
    find(ledger)
    with pytest.raises(UsageFault) as caught:
        ByHand(ledger).release(refund.refund_id, HAND, NOW)
    assert caught.value.code == "release_over_order"
    assert the_order(ledger).frozen_why == "beyond_cap"
