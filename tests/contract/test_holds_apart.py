"""What a hold and its lifting leave alone: other orders, what was sent, what has ended, what is under way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update

from scanrefund.errors import UsageFault
from scanrefund.ledger.by_hand import ByHand, Hand
from scanrefund.ledger.holds import Holds
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema import book, refunds
from scanrefund.ledger.trips import Lease
from scanrefund.model.refund import Command, Refund, RefundState
from tests.unit.builders import NOW, ORDER, an_order, keep, open_ledger_at, reserve

HAND = Hand("Zhao", "seen")
LEASE = Lease("counter1", 30)
NO_PLAN = {"next_command": None, "next_try_at": None}


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    opened = open_ledger_at(ledger_url)
    keep(opened, ORDER, an_order(order_id="K2"))
    yield opened
    opened.close()


def a_refund_that(ledger: Ledger, **facts: Any) -> Refund:
    """A refund of the sample order with these columns."""
    refund = reserve(ledger)
    with ledger.writing() as connection:
        connection.execute(update(refunds).where(refunds.c.refund_id == refund.refund_id).values(facts))
    return reread(ledger, refund)


def reread(ledger: Ledger, refund: Refund) -> Refund:
    found = ledger.refund(refund.refund_id)
    assert found is not None
    return found


def refused(do: Callable[[], object]) -> str:
    with pytest.raises(UsageFault) as caught:
        do()
    return caught.value.code


def test_lifting_the_hold_of_one_order_leaves_the_other_on_hold(ledger: Ledger) -> None:
    first, second = reserve(ledger), reserve(ledger, "K2", request_id="another")
    for one in (first, second):
        Holds(ledger).put(one.refund_id, HAND, NOW)
    ByHand(ledger).release(first.refund_id, HAND, NOW)
    assert [one.order_id for one in Holds(ledger).listed(9)] == ["K2"]
    assert reread(ledger, first).next_command is Command.SEND
    assert reread(ledger, second).next_command is None
    assert ledger.begin(reread(ledger, second), Command.SEND, LEASE, NOW) is None
    assert Holds(ledger).of_order(ORDER.order_id) is None


def test_what_a_person_let_go_on_unsent_is_kept_back_at_the_last_look(ledger: Ledger) -> None:
    plan = {"next_command": "SEND", "next_try_at": NOW}
    held = a_refund_that(ledger, state="HELD", released=True, ever_unknown=True, **plan)
    Holds(ledger).put(ORDER.order_id, HAND, NOW)
    assert ledger.begin(held, Command.SEND, LEASE, NOW) is None
    # Without its plan no worker comes back to it every moment.
    assert reread(ledger, held).next_command is None
    ByHand(ledger).thaw(ORDER.order_id, HAND, NOW)
    assert reread(ledger, held).next_command is Command.ASK


@pytest.mark.parametrize("facts", [{"state": "HELD", "sends": 1}, {"state": "CANCELLED", "ended_at": NOW}])
def test_lifting_plans_nothing_of_what_was_sent_or_has_ended(ledger: Ledger, facts: dict[str, Any]) -> None:
    before = a_refund_that(ledger, **NO_PLAN, **facts)
    Holds(ledger).put(ORDER.order_id, HAND, NOW)
    ByHand(ledger).thaw(ORDER.order_id, HAND, NOW + timedelta(minutes=1))
    assert reread(ledger, before) == before


def test_what_somebody_works_on_is_not_put_on_hold(ledger: Ledger) -> None:
    refund = a_refund_that(ledger, lease_owner="counter2", lease_until=NOW + timedelta(seconds=9))
    assert refused(partial(Holds(ledger).put, ORDER.order_id, HAND, NOW)) == "refund_under_way"
    assert (Holds(ledger).listed(9), reread(ledger, refund)) == ([], refund)


def test_an_ended_refund_does_not_lift_its_orders_hold(ledger: Ledger) -> None:
    refund = reserve(ledger)
    Holds(ledger).put(refund.refund_id, HAND, NOW)
    ByHand(ledger).cancel(refund.refund_id, HAND, NOW)
    assert refused(partial(ByHand(ledger).release, refund.refund_id, HAND, NOW)) == "refund_not_held"
    assert [one.order_id for one in Holds(ledger).listed(9)] == [ORDER.order_id]
    assert reread(ledger, refund).state is RefundState.CANCELLED


def test_the_book_tells_who_let_a_refund_on_hold_go_on(ledger: Ledger) -> None:
    refund = reserve(ledger)
    Holds(ledger).put(refund.refund_id, HAND, NOW)
    ByHand(ledger).release(refund.refund_id, HAND, NOW)
    with ledger.reading() as connection:
        query = select(book.c.facts).where(
            book.c.kind == "refund_released", book.c.subject == refund.refund_id
        )
        [facts] = connection.execute(query).scalars()
    assert '"by":"Zhao"' in facts.replace(" ", "")
