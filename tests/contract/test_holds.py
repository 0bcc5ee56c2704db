"""Orders on hold, on every kind of database: nothing leaves, and what waited goes on under its number."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, update

from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.errors import UsageFault
from scanrefund.ledger import behind, orders
from scanrefund.ledger.by_hand import ByHand, Hand
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.found import Found
from scanrefund.ledger.holds import Holds
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.purge import KeepFor, Purge
from scanrefund.ledger.schema import book, refunds
from scanrefund.ledger.schema_after import outbox
from scanrefund.ledger.trips import Lease
from scanrefund.ledger.witness import Witness
from scanrefund.model.money import Money
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Command, Refund, RefundState
from scanrefund.model.staff import Role, Secret
from tests.people import CLERK_PIN, OWNER_PIN, a_staff_desk
from tests.unit.builders import ACCOUNT, KEYS, NOW, ORDER, SHOP, FakeClock, keep, reserve

CLERK, OWNER = Hand("Wang", "the till says 12.00"), Hand("Zhao", "seen")
LEASE = Lease("counter1", 30)


@pytest.fixture
def ledger(ledger_url: str, tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(LedgerSettings(ledger_url, 30), KEYS, SHOP, Witness(tmp_path / "witness.json"))
    keep(opened, ORDER)
    opened.alerts = True
    yield opened
    opened.close()


def reread(ledger: Ledger, refund: Refund) -> Refund:
    found = ledger.refund(refund.refund_id)
    assert found is not None
    return found


def frozen_why(ledger: Ledger) -> str:
    order = ledger.order(ORDER.order_id)
    assert order is not None
    return order.frozen_why


def refused(do: Callable[[], object]) -> str:
    with pytest.raises(UsageFault) as caught:
        do()
    return caught.value.code


def test_a_refund_on_hold_does_not_leave_and_goes_on_under_the_same_number(ledger: Ledger) -> None:
    refund = reserve(ledger)
    hold = Holds(ledger).put(refund.refund_id, CLERK, NOW)
    assert (hold.subject, hold.note, frozen_why(ledger)) == (refund.refund_id, CLERK.why, "on_hold")
    waiting = reread(ledger, refund)
    assert (waiting.state, waiting.next_command, waiting.next_try_at) == (RefundState.READY, None, None)
    # Neither as it was read before nor as it is now, whoever planned it.
    for stale in (refund, waiting):
        assert ledger.begin(stale, Command.SEND, LEASE, NOW) is None
    released = ByHand(ledger).release(refund.refund_id, OWNER, NOW)
    assert (released.refund_id, released.next_command) == (refund.refund_id, Command.SEND)
    assert (frozen_why(ledger), Holds(ledger).listed(9)) == ("", [])
    attempt = ledger.begin(released, Command.SEND, LEASE, NOW)
    assert attempt is not None
    assert attempt.refund.sends == 1
    assert ledger.first_broken_entry() is None


def test_the_owner_is_alerted_and_the_note_stays_out_of_the_book(ledger: Ledger) -> None:
    refund = reserve(ledger)
    hold = Holds(ledger).put(refund.refund_id, CLERK, NOW)
    with ledger.reading() as connection:
        told = connection.execute(select(outbox.c.event, outbox.c.subject, outbox.c.channel)).all()
        entries = connection.execute(select(book.c.kind, book.c.facts)).all()
    assert told == [("alarm:put_on_hold", refund.refund_id, "alert")]
    assert [json.loads(one.facts) for one in entries if one.kind == "put_on_hold"] == [
        {"by": "Wang", "hold": hold.hold_id}
    ]
    assert CLERK.why not in "".join(one.facts for one in entries)


def test_where_staff_is_known_only_who_may_puts_on_hold_and_lets_go(ledger: Ledger) -> None:
    clock = FakeClock().clock
    desk = a_staff_desk(ledger, KEYS, Dispatcher(ledger, {}, clock, 30), clock)
    owner = Hand(desk.first_owner("Zhao", Secret(OWNER_PIN)).staff_id, "seen")
    auditor = Hand(desk.add(owner.by, "Sun", Role.AUDITOR, Secret(CLERK_PIN)).staff_id, "why not")
    number = reserve(ledger).refund_id
    assert refused(partial(Holds(ledger).put, number, auditor, NOW)) == "not_permitted"
    Holds(ledger).put(number, owner, NOW)
    assert refused(partial(ByHand(ledger).release, number, auditor, NOW)) == "not_permitted"
    assert ByHand(ledger).release(number, owner, NOW).next_command is Command.SEND


def test_an_order_is_held_by_its_number_and_thawed(ledger: Ledger) -> None:
    Holds(ledger).put(ORDER.order_id, CLERK, NOW)
    assert refused(partial(Holds(ledger).put, ORDER.order_id, CLERK, NOW)) == "hold_stands"
    assert [one.subject for one in Holds(ledger).listed(9)] == [ORDER.order_id]
    ByHand(ledger).thaw(ORDER.order_id, OWNER, NOW)
    assert (frozen_why(ledger), Holds(ledger).of_order(ORDER.order_id)) == ("", None)


def test_thawing_the_order_lets_its_refund_go_on_when_the_wallets_spacing_is_over(ledger: Ledger) -> None:
    later = NOW + timedelta(minutes=1)
    refund = reserve(ledger, not_before=later)
    Holds(ledger).put(ORDER.order_id, CLERK, NOW)
    ByHand(ledger).thaw(ORDER.order_id, OWNER, NOW)
    after = reread(ledger, refund)
    assert (after.next_command, after.next_try_at) == (Command.SEND, later)


def test_what_has_left_is_not_held_back(ledger: Ledger) -> None:
    refund = reserve(ledger)
    attempt = ledger.begin(refund, Command.SEND, LEASE, NOW)
    assert attempt is not None
    assert refused(partial(Holds(ledger).put, refund.refund_id, CLERK, NOW)) == "refund_was_sent"
    plan = {"next_command": "SEND", "next_try_at": NOW}
    unknown = ledger.end(attempt, Answer(Outcome.UNKNOWN), RefundState.UNKNOWN, plan, "", NOW)
    Holds(ledger).put(ORDER.order_id, CLERK, NOW)
    # Only the same number again brings an unknown refund to its end.
    assert ledger.begin(unknown, Command.SEND, LEASE, NOW) is not None
    assert refused(partial(ByHand(ledger).release, refund.refund_id, OWNER, NOW)) == "release_while_on_hold"


def test_a_hold_never_hides_what_a_fact_has_frozen(ledger: Ledger) -> None:
    refund = reserve(ledger)
    Holds(ledger).put(refund.refund_id, CLERK, NOW)
    with ledger.writing() as connection:
        orders.freeze(connection, ORDER.order_id, "beyond_cap")
    ByHand(ledger).release(refund.refund_id, OWNER, NOW)
    assert frozen_why(ledger) == "beyond_cap"


def test_old_books_ask_the_wallet_before_what_was_on_hold_goes_on(ledger: Ledger) -> None:
    refund = reserve(ledger)
    Holds(ledger).put(refund.refund_id, CLERK, NOW)
    with ledger.writing() as connection:
        behind.note(connection, NOW)
    doubted = reread(ledger, refund)
    assert ledger.begin(doubted, Command.SEND, LEASE, NOW) is None
    released = ByHand(ledger).release(refund.refund_id, OWNER, NOW)
    assert (released.state, released.next_command) == (RefundState.UNKNOWN, Command.ASK)


def test_what_a_fact_opened_beside_a_refund_on_hold_strands_it_not(ledger: Ledger) -> None:
    refund = reserve(ledger)
    found = (ORDER.order_id, "zz-found", Money(100), NOW, RefundState.PROCESSING, ACCOUNT)
    Found(ledger).record_external(*found)
    hold = Holds(ledger).put(ORDER.order_id, CLERK, NOW)
    assert (hold.refund_id, reread(ledger, refund).next_command) == (refund.refund_id, None)
    ByHand(ledger).thaw(ORDER.order_id, OWNER, NOW)
    assert reread(ledger, refund).next_command is Command.SEND
    theirs = ledger.refund("zz-found")
    assert theirs is not None
    assert (theirs.next_command, theirs.epoch) == (Command.ASK, 0)


def test_a_refund_that_waits_for_approval_still_waits_for_it_after_its_hold(ledger: Ledger) -> None:
    refund = reserve(ledger)
    with ledger.writing() as connection:
        waiting = {"state": "WAIT_APPROVAL", "next_command": None, "next_try_at": None}
        connection.execute(update(refunds).values(waiting))
    Holds(ledger).put(refund.refund_id, CLERK, NOW)
    after = ByHand(ledger).release(refund.refund_id, OWNER, NOW)
    assert (after.state, after.next_command) == (RefundState.WAIT_APPROVAL, None)


def test_nothing_is_put_on_hold_that_is_not_here(ledger: Ledger) -> None:
    assert refused(partial(Holds(ledger).put, "nobody", CLERK, NOW)) == "hold_of_nothing"


def test_of_a_hold_and_a_send_at_once_one_wins(ledger: Ledger) -> None:
    refund = reserve(ledger)
    told: list[str] = []
    late: list[str] = []
    start = threading.Barrier(2)

    def put() -> None:
        start.wait()
        try:
            Holds(ledger).put(refund.refund_id, CLERK, NOW)
            told.append("held")
        except UsageFault as fault:
            late.append(fault.code)

    def send() -> None:
        start.wait()
        if ledger.begin(refund, Command.SEND, LEASE, NOW) is not None:
            told.append("sent")

    both = [threading.Thread(target=do) for do in (put, send)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(told) == 1
    assert len(late) == (told == ["sent"])
    assert set(late) <= {"refund_was_sent", "refund_under_way"}
    assert reread(ledger, refund).sends == (told == ["sent"])


def test_the_note_goes_with_purge_once_the_hold_is_over(ledger: Ledger) -> None:
    purge = Purge(ledger, KeepFor(1, 1, 1, 1))
    Holds(ledger).put(ORDER.order_id, CLERK, NOW)
    much_later = NOW + timedelta(days=9)
    assert purge.run(much_later)["hold_notes"] == 0
    ByHand(ledger).thaw(ORDER.order_id, OWNER, NOW)
    assert purge.run(much_later)["hold_notes"] == 1
    assert purge.run(much_later)["hold_notes"] == 0
