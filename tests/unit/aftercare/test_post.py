"""The post: retries with back-off and an end, one message at a time, and no refund ever behind it."""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy import delete

from scanrefund.aftercare.notify import Letter
from scanrefund.aftercare.outbox import TRIES_MAX, Post
from scanrefund.dispatch.worker import nobody_cures, nobody_hears
from scanrefund.ledger.contacts import keep
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.outbox import Outbox
from scanrefund.ledger.schema_after import contacts
from scanrefund.model.contact import Channel
from scanrefund.model.message import Message
from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import RefundState
from tests.unit.aftercare.posting import (
    PHONE,
    WRITER,
    HandWay,
    a_post,
    away,
    moved,
    refusing,
    told_refund,
)
from tests.unit.builders import KEYS, NOW, FakeClock


def paid(ledger: Ledger) -> None:
    moved(ledger, told_refund(ledger), RefundState.SUCCEEDED, Outcome.SUCCEEDED)


def only(ledger: Ledger) -> Message:
    (message,) = Outbox(ledger, KEYS).listed(unsent_only=False, limit=9)
    return message


def test_a_message_is_delivered_once(ledger: Ledger) -> None:
    paid(ledger)
    way = HandWay()
    post = a_post(ledger, FakeClock(), way)
    assert (post.deliver_due(), post.deliver_due()) == (1, 0)
    assert only(ledger).sent_at == NOW
    assert len(way.taken) == 1


def test_a_way_that_is_away_is_tried_later_and_later_under_the_same_number(ledger: Ledger) -> None:
    paid(ledger)
    clock, names = FakeClock(), []

    def noted(letter: Letter) -> None:
        names.append(letter.message_id)
        away(letter)

    way = HandWay([noted] * 3)
    post = a_post(ledger, clock, way)
    waits = []
    for _ in range(3):
        post.deliver_due()
        due = only(ledger).next_try_at
        assert due is not None
        waits.append((due - clock.at).total_seconds())
        clock.at = due
    assert waits == [60, 120, 240]
    assert post.deliver_due() == 1
    assert set(names) == {way.taken[0].message_id}


def test_before_its_time_nothing_is_tried_again(ledger: Ledger) -> None:
    paid(ledger)
    clock, way = FakeClock(), HandWay([away])
    post = a_post(ledger, clock, way)
    post.deliver_due()
    clock.forward(59)
    post.deliver_due()
    assert way.tries == 1


def test_a_lasting_no_ends_at_once_with_an_alarm(ledger: Ledger) -> None:
    paid(ledger)
    post = a_post(ledger, FakeClock(), HandWay([refusing]))
    post.deliver_due()
    message = only(ledger)
    assert (message.given_up_at, message.trouble) == (NOW, "smtp_550")
    with ledger.reading() as connection:
        facts = connection.exec_driver_sql("SELECT facts FROM book WHERE kind='alarm'").scalars().all()
    assert len(facts) == 1
    assert "message_given_up" in facts[0]


def test_it_ends_after_some_tries_and_a_person_can_begin_anew(ledger: Ledger) -> None:
    paid(ledger)
    clock = FakeClock()
    way = HandWay([away] * TRIES_MAX)
    post = a_post(ledger, clock, way)
    for _ in range(TRIES_MAX + 3):
        post.deliver_due()
        clock.forward(timedelta(hours=1).total_seconds())
    assert way.tries == TRIES_MAX
    assert only(ledger).given_up_at is not None
    Outbox(ledger, KEYS).retry(only(ledger).message_id, clock.at)
    assert post.deliver_due() == 1


def test_an_alert_that_is_given_up_raises_no_further_alarm(ledger: Ledger) -> None:
    ledger.alerts = True
    with ledger.writing() as connection:
        ledger.enter(connection, NOW, "alarm", "A1001", {"alarm": "external"})
    a_post(ledger, FakeClock(), HandWay([refusing] * 9)).deliver_due()
    assert only(ledger).given_up_at == NOW


def test_a_customers_message_that_is_given_up_alerts_staff(ledger: Ledger) -> None:
    paid(ledger)
    ledger.alerts = True
    way = HandWay([refusing])
    post = a_post(ledger, FakeClock(), way)
    post.deliver_due()
    post.deliver_due()
    assert [letter.channel for letter in way.taken] == [Channel.ALERT]


def test_a_forgotten_contact_is_written_to_no_more(ledger: Ledger) -> None:
    paid(ledger)
    with ledger.writing() as connection:
        connection.execute(delete(contacts))
    way = HandWay()
    a_post(ledger, FakeClock(), way).deliver_due()
    assert only(ledger).trouble == "contact_forgotten"
    assert way.tries == 0


def test_what_waits_goes_by_the_way_of_the_contact_that_was_given_anew(ledger: Ledger) -> None:
    paid(ledger)
    with ledger.writing() as connection:
        keep(connection, KEYS, "A1001", PHONE, NOW)
    way = HandWay()
    ways = {Channel.EMAIL: HandWay([refusing]), Channel.SMS: way}
    Post(ledger, Outbox(ledger, KEYS), FakeClock().clock, ways, WRITER).deliver_due()
    assert [letter.channel for letter in way.taken] == [Channel.SMS]
    assert only(ledger).channel is Channel.SMS


def test_a_way_that_hangs_holds_no_worker_up_and_there_is_one_round_at_a_time(ledger: Ledger) -> None:
    refund = told_refund(ledger)
    paid_out = moved(ledger, refund, RefundState.SUCCEEDED, Outcome.SUCCEEDED)
    moved(ledger, paid_out, RefundState.RETURNED_TO_MERCHANT, Outcome.RETURNED_TO_MERCHANT)
    let_go, begun = threading.Event(), threading.Event()

    def hang(_letter: Letter) -> None:
        begun.set()
        assert let_go.wait(60)

    way = HandWay([hang])
    post = a_post(ledger, FakeClock(), way)
    assert post.run_once(nobody_hears, nobody_cures) == 0
    assert begun.wait(60)
    # The ledger is free while the letter is on its way, and the second message waits for the first.
    refund = told_refund(ledger, request_id="request-2")
    assert post.run_once(nobody_hears, nobody_cures) == 0
    assert ledger.refund(refund.refund_id) == refund
    assert [thread.name for thread in threading.enumerate()].count("post") == 1
    let_go.set()
    post.finish()
    post.close()
    assert way.tries == 2


def test_a_letter_touches_no_refund(ledger: Ledger) -> None:
    paid(ledger)
    before = ledger.refunds()
    a_post(ledger, FakeClock(), HandWay([refusing])).deliver_due()
    assert ledger.refunds() == before
