"""On a server two reads of one transaction see two moments: what another counter commits between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, text

from scanrefund.errors import LedgerFault
from scanrefund.ledger import behind
from scanrefund.ledger.by_hand import ByHand, Hand
from scanrefund.ledger.found import Found
from scanrefund.ledger.holds import Holds
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.order_actions import OrderActions
from scanrefund.ledger.waiting import Waiting
from scanrefund.model.money import Money
from scanrefund.model.refund import RefundState
from tests.postgres import Server
from tests.unit.builders import NOW, ORDER, keep, open_ledger_at, reserve

HAND = Hand("Zhao", "seen")
LATER = NOW + timedelta(minutes=1)
ORDER_ID = ORDER.order_id


@pytest.fixture
def two(postgres: Server) -> Iterator[tuple[Ledger, Ledger]]:
    """Two counters at one ledger that holds the sample order."""
    with postgres.ledger() as url:
        here, there = open_ledger_at(url), open_ledger_at(url)
        keep(here, ORDER)
        yield here, there
        here.close()
        there.close()


@contextmanager
def after_the_first(ledger: Ledger, words: str, act: Callable[[], object]) -> Iterator[None]:
    """Once the first statement with these words has run, something else happens, and then the next one."""
    met: list[str] = []

    def hear(*call: object) -> None:
        if words in str(call[2]) and not met:
            met.append(words)
            act()

    event.listen(ledger._engine, "after_cursor_execute", hear)
    try:
        yield
    finally:
        event.remove(ledger._engine, "after_cursor_execute", hear)
    assert met == [words]


def test_old_books_are_noticed_while_another_counter_withdraws_a_refund(two: tuple[Ledger, Ledger]) -> None:
    here, there = two
    refund = reserve(here)

    def withdraws() -> None:
        ByHand(there).cancel(refund.refund_id, HAND, NOW)

    with after_the_first(here, "refunds.state IN", withdraws), here.writing() as connection:
        behind.note(connection, LATER)
    after = here.refund(refund.refund_id)
    assert after is not None
    assert after.state is RefundState.CANCELLED
    assert here.behind_since() == LATER


def decisions(ledger: Ledger, number: str) -> dict[str, Callable[[], object]]:
    """What reads an order's rows and then decides."""
    by_hand, actions, waiting = ByHand(ledger), OrderActions(ledger), Waiting(ledger)
    begun = actions.adjust(ORDER_ID, ORDER.amount, Money(9_000), HAND, NOW)
    return {
        "put on hold": lambda: Holds(ledger).put(ORDER_ID, HAND, NOW),
        "put on hold by a refund": lambda: Holds(ledger).put(number, HAND, NOW),
        "release": lambda: by_hand.release(number, HAND, NOW),
        "thaw": lambda: by_hand.thaw(ORDER_ID, HAND, NOW),
        "pay another way": lambda: by_hand.pay_other_way(number, HAND, NOW),
        "approve": lambda: waiting.approve(number, HAND, NOW),
        "decline": lambda: waiting.decline(number, HAND, NOW),
        "release an order": lambda: actions.release(ORDER_ID, HAND, NOW),
        "extend": lambda: actions.extend(ORDER_ID, LATER, HAND, NOW),
        "cancel": lambda: actions.cancel(ORDER_ID, HAND, NOW),
        "cancel unpaid": lambda: actions.cancel_unpaid(ORDER_ID, HAND, NOW),
        "adjust": lambda: actions.adjust(ORDER_ID, ORDER.amount, Money(8_000), HAND, NOW),
        "in vain": lambda: actions.in_vain(begun, NOW),
        "found": lambda: Found(ledger).record_external(ORDER_ID, "zz", Money(1), NOW),
    }


def test_who_decides_takes_the_orders_lock_before_he_looks(two: tuple[Ledger, Ledger]) -> None:
    here, there = two
    made = decisions(here, reserve(here).refund_id)
    with here._engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '20ms'"))
        connection.commit()
    waited = {}
    with there._engine.begin() as other:
        # In the way of that lock alone: a row is changed, and named by others, past this one.
        other.execute(text("SELECT 1 FROM orders FOR KEY SHARE"))
        for name, decide in made.items():
            with pytest.raises(LedgerFault) as caught:
                decide()
            waited[name] = caught.value.details.get("cause")
    assert waited == dict.fromkeys(made, "55P03")
