"""The outbox: written with what happened or not at all, taken by one, closed contacts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from scanrefund.errors import KeyFault, UsageFault
from scanrefund.keys import Keys
from scanrefund.ledger import contacts
from scanrefund.ledger.by_hand import ByHand, Hand
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.outbox import CLAIM, Outbox
from scanrefund.ledger.telling import ACCEPTED_WAIT
from scanrefund.model.contact import Channel
from scanrefund.model.message import Event, Message
from scanrefund.model.order import OrderState
from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import Refund, RefundState
from tests.unit.aftercare.posting import MAIL, PHONE, moved, told_refund
from tests.unit.builders import KEYS, NOW, ORDER, keep, reserve

NO_MORE_ENDS = (
    "CREATE TRIGGER full BEFORE INSERT ON book WHEN NEW.kind = 'attempt_ended'"
    " BEGIN SELECT RAISE(ABORT, 'full'); END"
)


def told(ledger: Ledger) -> list[tuple[str, str, str]]:
    found = Outbox(ledger, KEYS).listed(unsent_only=False, limit=100)
    return sorted((one.channel.value, one.event.value, one.subject) for one in found)


ACCEPTED, SUCCEEDED = Event.REFUND_ACCEPTED, Event.REFUND_SUCCEEDED


def accepted_refund(ledger: Ledger) -> Refund:
    return moved(ledger, told_refund(ledger), RefundState.PROCESSING, Outcome.PROCESSING)


def only_due(ledger: Ledger, now: datetime) -> Message:
    (message,) = Outbox(ledger, KEYS).due(now, 9)
    return message


def test_a_refund_that_ends_at_once_is_told_once(ledger: Ledger) -> None:
    accepted = accepted_refund(ledger)
    assert Outbox(ledger, KEYS).due(NOW, 9) == []
    again = moved(ledger, accepted, RefundState.PROCESSING, Outcome.PROCESSING)
    moved(ledger, again, RefundState.SUCCEEDED, Outcome.SUCCEEDED)
    assert told(ledger) == [("email", "refund_succeeded", accepted.refund_id)]
    assert only_due(ledger, NOW).event is SUCCEEDED


def test_a_refund_that_takes_its_time_is_told_as_accepted_and_then_its_end(ledger: Ledger) -> None:
    accepted, outbox = accepted_refund(ledger), Outbox(ledger, KEYS)
    message = only_due(ledger, NOW + ACCEPTED_WAIT)
    assert outbox.claim(message, NOW + ACCEPTED_WAIT)
    outbox.sent(message, NOW + ACCEPTED_WAIT)
    moved(ledger, accepted, RefundState.SUCCEEDED, Outcome.SUCCEEDED)
    assert [event for _, event, _ in told(ledger)] == ["refund_accepted", "refund_succeeded"]


def test_an_accepted_in_somebodys_hands_is_left_to_him(ledger: Ledger) -> None:
    """Also one that was tried in vain before: nobody knows what this try does."""
    accepted, outbox = accepted_refund(ledger), Outbox(ledger, KEYS)
    for _ in range(2):
        message = only_due(ledger, NOW + ACCEPTED_WAIT)
        assert outbox.claim(message, NOW)
        outbox.failed(message, "away", NOW)
    message = only_due(ledger, NOW + ACCEPTED_WAIT)
    assert outbox.claim(message, NOW)
    moved(ledger, accepted, RefundState.SUCCEEDED, Outcome.SUCCEEDED)
    assert [event for _, event, _ in told(ledger)] == ["refund_accepted", "refund_succeeded"]
    outbox.sent(message, NOW)
    assert only_due(ledger, NOW + CLAIM).event is SUCCEEDED


@pytest.mark.parametrize("end", [RefundState.SUCCEEDED, RefundState.CLOSED])
def test_an_accepted_that_came_through_nowhere_gives_way_to_the_end(ledger: Ledger, end: RefundState) -> None:
    accepted, outbox = accepted_refund(ledger), Outbox(ledger, KEYS)
    message = only_due(ledger, NOW + ACCEPTED_WAIT)
    assert outbox.claim(message, NOW)
    outbox.failed(message, "away", NOW + timedelta(minutes=1))
    moved(ledger, accepted, end, Outcome(end.value))
    (left,) = outbox.listed(unsent_only=True, limit=9)
    assert left.event is not ACCEPTED
    entries = ledger.audit([]).entries
    outbox.give_up(message, "late", NOW)
    assert ledger.audit([]).entries == entries, "nothing is given up that is not there"


def test_an_accepted_that_was_given_up_stays_for_people_to_see(ledger: Ledger) -> None:
    accepted, outbox = accepted_refund(ledger), Outbox(ledger, KEYS)
    message = only_due(ledger, NOW + ACCEPTED_WAIT)
    assert outbox.claim(message, NOW)
    outbox.give_up(message, "no such mailbox", NOW)
    moved(ledger, accepted, RefundState.SUCCEEDED, Outcome.SUCCEEDED)
    assert [event for _, event, _ in told(ledger)] == ["refund_accepted", "refund_succeeded"]


def test_an_end_is_withdrawn_by_nothing(ledger: Ledger) -> None:
    paid = moved(ledger, accepted_refund(ledger), RefundState.SUCCEEDED, Outcome.SUCCEEDED)
    moved(ledger, paid, RefundState.RETURNED_TO_MERCHANT, Outcome.RETURNED_TO_MERCHANT)
    assert [event for _, event, _ in told(ledger)] == ["refund_failed", "refund_succeeded"]


def test_the_accepted_of_another_refund_stays(ledger: Ledger) -> None:
    accepted_refund(ledger)
    other = told_refund(ledger, request_id="request-2")
    moved(ledger, other, RefundState.SUCCEEDED, Outcome.SUCCEEDED)
    assert [event for _, event, _ in told(ledger)] == ["refund_accepted", "refund_succeeded"]


def test_an_end_that_could_not_be_written_withdraws_nothing(ledger: Ledger) -> None:
    accepted = accepted_refund(ledger)
    with ledger.writing() as connection:
        connection.execute(text(NO_MORE_ENDS))
    with pytest.raises(IntegrityError, match="full"):
        moved(ledger, accepted, RefundState.SUCCEEDED, Outcome.SUCCEEDED)
    assert only_due(ledger, NOW + ACCEPTED_WAIT).event is ACCEPTED


@pytest.mark.parametrize(
    ("state", "outcome"),
    [(RefundState.CLOSED, Outcome.CLOSED), (RefundState.RETURNED_TO_MERCHANT, Outcome.RETURNED_TO_MERCHANT)],
)
def test_an_end_without_money_is_told(ledger: Ledger, state: RefundState, outcome: Outcome) -> None:
    refund = told_refund(ledger, PHONE)
    moved(ledger, refund, state, outcome)
    assert told(ledger) == [("sms", "refund_failed", refund.refund_id)]


def test_money_that_came_back_and_went_again_is_told_each_time(ledger: Ledger) -> None:
    refund = told_refund(ledger)
    paid = moved(ledger, refund, RefundState.SUCCEEDED, Outcome.SUCCEEDED)
    back = moved(ledger, paid, RefundState.RETURNED_TO_MERCHANT, Outcome.RETURNED_TO_MERCHANT)
    moved(ledger, back, RefundState.SUCCEEDED, Outcome.SUCCEEDED)
    events = [event for _, event, _ in told(ledger)]
    assert events == ["refund_failed", "refund_succeeded", "refund_succeeded"]


def test_an_unknown_refund_tells_a_customer_nothing(ledger: Ledger) -> None:
    moved(ledger, told_refund(ledger), RefundState.UNKNOWN, Outcome.UNKNOWN)
    assert told(ledger) == []


def test_who_gave_no_contact_is_told_nothing(ledger: Ledger) -> None:
    moved(ledger, told_refund(ledger, None), RefundState.SUCCEEDED, Outcome.SUCCEEDED)
    assert told(ledger) == []


def test_a_move_that_could_not_be_written_whole_is_not_told(ledger: Ledger) -> None:
    """The book's entry is written after move and message: where it fails, none of the three stands."""
    refund = told_refund(ledger)
    with ledger.writing() as connection:
        connection.execute(text(NO_MORE_ENDS))
    with pytest.raises(IntegrityError, match="full"):
        moved(ledger, refund, RefundState.SUCCEEDED, Outcome.SUCCEEDED)
    now = ledger.refund(refund.refund_id)
    assert now is not None
    assert now.state is RefundState.SENDING
    assert told(ledger) == []


def test_a_cancelled_order_is_told_once(ledger: Ledger) -> None:
    told_refund(ledger)
    cancelled = replace(ORDER, state=OrderState.CANCELLED, cancelled_at=NOW, cancelled_why="CANCELLED")
    assert keep(ledger, cancelled) == ["changed"]
    keep(ledger, cancelled)
    assert told(ledger) == [("email", "order_cancelled", ORDER.order_id)]


def test_a_refund_withdrawn_before_it_was_sent_is_told(ledger: Ledger) -> None:
    refund = told_refund(ledger)
    ByHand(ledger).cancel(refund.refund_id, Hand("kim", "wrong sum"), NOW)
    assert told(ledger) == [("email", "refund_failed", refund.refund_id)]


def test_alarms_go_to_staff_where_the_shop_wants_it(ledger: Ledger) -> None:
    refund = reserve(ledger)
    with ledger.writing() as connection:
        ledger.enter(connection, NOW, "alarm", refund.refund_id, {"alarm": "external"})
    assert told(ledger) == []
    ledger.alerts = True
    with ledger.writing() as connection:
        ledger.enter(connection, NOW, "alarm", refund.refund_id, {"alarm": "external"})
    (message,) = Outbox(ledger, KEYS).listed(unsent_only=True, limit=9)
    assert (message.channel, message.event, message.word) == (Channel.ALERT, Event.ALARM, "external")


def test_a_message_is_taken_by_one_worker_and_by_another_once_that_one_is_gone(ledger: Ledger) -> None:
    moved(ledger, told_refund(ledger), RefundState.SUCCEEDED, Outcome.SUCCEEDED)
    outbox = Outbox(ledger, KEYS)
    (message,) = outbox.due(NOW, 9)
    assert outbox.claim(message, NOW)
    assert not outbox.claim(message, NOW)
    assert outbox.due(NOW, 9) == []
    (again,) = outbox.due(NOW + CLAIM, 9)
    assert again.tries == 1


def test_a_time_written_by_a_clock_that_ran_ahead_strands_no_message(ledger: Ledger) -> None:
    moved(ledger, told_refund(ledger), RefundState.SUCCEEDED, Outcome.SUCCEEDED)
    outbox = Outbox(ledger, KEYS)
    (message,) = outbox.due(NOW, 9)
    outbox.failed(message, "away", NOW + timedelta(days=400))
    assert len(outbox.due(NOW, 9)) == 1


def test_what_was_sent_stays_sent_whatever_a_late_worker_says(ledger: Ledger) -> None:
    moved(ledger, told_refund(ledger), RefundState.SUCCEEDED, Outcome.SUCCEEDED)
    outbox = Outbox(ledger, KEYS)
    (message,) = outbox.due(NOW, 9)
    outbox.sent(message, NOW)
    outbox.failed(message, "away", NOW)
    assert outbox.due(NOW + timedelta(days=1), 9) == []
    with pytest.raises(UsageFault, match="message_sent"):
        outbox.retry(message.message_id, NOW)
    with pytest.raises(UsageFault, match="message_unknown"):
        outbox.retry("nothing", NOW)


def test_the_address_is_nowhere_in_the_database(ledger: Ledger, ledger_path: Path) -> None:
    moved(ledger, told_refund(ledger), RefundState.SUCCEEDED, Outcome.SUCCEEDED)
    assert Outbox(ledger, KEYS).contact(ORDER.order_id) == MAIL
    ledger.close()
    assert not [file for file in ledger_path.parent.iterdir() if b"li.lei" in file.read_bytes()]


def test_other_keys_open_no_contact_and_keep_none(ledger: Ledger) -> None:
    told_refund(ledger)
    strange = Keys(b"f" * 32, b"b" * 32, b"q" * 32)
    with pytest.raises(KeyFault, match="people_key_foreign"):
        Outbox(ledger, strange).contact(ORDER.order_id)
    with pytest.raises(KeyFault, match="people_key_foreign"), ledger.writing() as connection:
        contacts.keep(connection, strange, ORDER.order_id, PHONE, NOW)
