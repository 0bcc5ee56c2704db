"""On a server two reads of one transaction see two moments: what another counter commits between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import event, text

from scanrefund.errors import LedgerFault, UsageFault
from scanrefund.ledger import behind
from scanrefund.ledger.by_hand import ByHand, Hand
from scanrefund.ledger.complaints import Complaints
from scanrefund.ledger.found import Found
from scanrefund.ledger.holds import Holds
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.order_actions import OrderActions
from scanrefund.ledger.outbox import Outbox
from scanrefund.ledger.prints import Prints
from scanrefund.ledger.waiting import Waiting
from scanrefund.model.money import Money
from scanrefund.model.refund import RefundState
from scanrefund.wish import RefundRequest
from tests.contract.desks import a_desk
from tests.postgres import Server
from tests.unit.builders import (
    KEYS,
    NOW,
    ORDER,
    FakeWallet,
    a_ledger,
    a_reading,
    an_order,
    keep,
    open_ledger_at,
    reserve,
)

HAND = Hand("Zhao", "seen")
LATER = NOW + timedelta(minutes=1)
ORDER_ID = ORDER.order_id


@pytest.fixture
def two(postgres: Server) -> Iterator[tuple[Ledger, Ledger]]:
    """Two counters at one ledger that holds the sample order."""
    with postgres.ledger() as url, a_ledger(url) as here, closing(open_ledger_at(url)) as there:
        yield here, there


@contextmanager
def after_the_first(ledger: Ledger, words: str, act: Callable[[], object], since: str = "") -> Iterator[None]:
    """Once the first statement with these words has run, something else happens, and then the next one.

    `since` are words of an earlier statement: those before it do not count.
    """
    met: list[str] = []
    begun: list[str] = []

    def hear(*call: object) -> None:
        statement = str(call[2])
        if since in statement:
            begun.append(since)
        if words in statement and begun and not met:
            met.append(words)
            act()

    event.listen(ledger._engine, "after_cursor_execute", hear)
    try:
        yield
    finally:
        event.remove(ledger._engine, "after_cursor_execute", hear)
    assert met == [words]


def test_a_wish_that_another_counter_took_for_another_order_is_told_as_such(
    two: tuple[Ledger, Ledger],
) -> None:
    here, there = two
    keep(here, an_order(order_id="OTHER"))
    wish = partial(RefundRequest, amount=Money(100), reason="broken", reading=a_reading(), request_id="wish")

    def takes_it() -> None:
        assert a_desk(there, FakeWallet()).refund(wish("OTHER")).state is RefundState.SUCCEEDED

    # Its code is used by then too: that is not what went wrong.
    with (
        after_the_first(here, "refunds.request_id =", takes_it, since="FOR UPDATE"),
        pytest.raises(UsageFault) as caught,
    ):
        a_desk(here, FakeWallet()).refund(wish(ORDER_ID))
    assert caught.value.code == "request_id_reused"
    assert len(here.refunds()) == 1


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


def impatient(ledger: Ledger) -> None:
    """The five seconds that a counter waits for a lock, made short."""
    with ledger._engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '20ms'"))
        connection.commit()


def waited(there: Ledger, table: str, decisions: Mapping[str, Callable[[], object]]) -> dict[str, object]:
    """Why each was refused while another counter stands in the way of a row's lock, and of that alone:
    the row may be changed, and named by others, meanwhile.
    """
    causes: dict[str, object] = {}
    with there._engine.begin() as other:
        other.execute(text(f"SELECT 1 FROM {table} FOR KEY SHARE"))
        for name, decide in decisions.items():
            with pytest.raises(LedgerFault) as caught:
                decide()
            causes[name] = caught.value.details.get("cause")
    return causes


def test_who_decides_takes_the_orders_lock_before_he_looks(two: tuple[Ledger, Ledger]) -> None:
    here, there = two
    made = decisions(here, reserve(here).refund_id)
    impatient(here)
    assert waited(there, "orders", made) == dict.fromkeys(made, "55P03")


def test_who_judges_a_row_of_its_own_locks_it_first(two: tuple[Ledger, Ledger]) -> None:
    here, there = two
    here.alerts = True
    refund_id = reserve(here).refund_id
    with here.writing() as connection:
        here.enter(connection, NOW, "alarm", refund_id, {"alarm": "external"})
    box, complaints = Outbox(here, KEYS), Complaints(here, KEYS)
    [message] = box.listed(unsent_only=True, limit=9)
    number = complaints.note(refund_id, HAND, LATER, NOW).complaint_id
    impatient(here)
    at_complaint: dict[str, Callable[[], object]] = {
        "answer": lambda: complaints.answer(number, HAND, NOW),
        "end": lambda: complaints.end(number, "Li", NOW),
    }
    retry = {"retry": lambda: box.retry(message.message_id, NOW)}
    print_it = {"print": lambda: Prints(here).begin(refund_id, "pdf", "Li", NOW)}
    found = waited(there, "complaints", at_complaint)
    found |= waited(there, "outbox", retry) | waited(there, "refunds", print_it)
    assert found == dict.fromkeys(("answer", "end", "retry", "print"), "55P03")
