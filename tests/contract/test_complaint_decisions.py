"""Who answers complaints, in which order they are read, and what the book keeps of them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from scanrefund.complaint_desk import CareSettings, ComplaintDesk
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.complaints import Complaints
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.purge import KeepFor, Purge
from scanrefund.ledger.schema import book
from tests.people import PeopleShop, hire
from tests.unit.builders import KEYS, NOW, FakeClock, an_order, keep, reserve, succeeded
from tests.unit.supervised import refused

DUE = NOW + timedelta(days=7)
SAID, LI = Hand("s3", "the clerk laughed"), Hand("s2", "called")


@pytest.fixture
def box(ledger: Ledger) -> Complaints:
    return Complaints(ledger, KEYS)


def test_where_staff_is_known_only_who_approves_answers_and_ends(ledger: Ledger, box: Complaints) -> None:
    hire(PeopleShop(ledger).staff)
    number = box.note(reserve(ledger).refund_id, SAID, DUE, NOW).complaint_id
    with refused("not_permitted"):
        box.answer(number, SAID, NOW)
    with refused("not_permitted"):
        box.end(number, SAID.by, NOW)
    assert box.answer(number, LI, NOW).answered_by == "s2"
    assert box.end(number, LI.by, NOW).ended_by == "s2"


def test_the_first_due_stands_first_and_each_refund_has_its_own(ledger: Ledger, box: Complaints) -> None:
    keep(ledger, an_order(order_id="K2"))
    one, other = reserve(ledger), reserve(ledger, "K2", request_id="another")
    late = box.note(one.refund_id, SAID, DUE + timedelta(days=1), NOW)
    soon = box.note(other.refund_id, SAID, DUE, NOW)
    assert box.listed(9, waiting_only=False) == [soon, late]
    assert box.listed(9, waiting_only=False, refund_id=one.refund_id) == [late]


def test_the_book_tells_who_noted_answered_and_ended_and_nothing_of_the_words(
    ledger: Ledger, box: Complaints
) -> None:
    number = box.note(reserve(ledger).refund_id, SAID, DUE, NOW).complaint_id
    box.answer(number, LI, NOW)
    box.end(number, LI.by, NOW)
    with ledger.reading() as connection:
        rows = connection.execute(select(book.c.kind, book.c.facts).order_by(book.c.number)).all()
    told = [(row.kind, json.loads(row.facts)) for row in rows if row.kind.startswith("complaint")]
    assert told == [
        ("complaint_noted", {"by": "s3", "complaint": number}),
        ("complaint_answered", {"by": "s2", "complaint": number}),
        ("complaint_ended", {"by": "s2", "complaint": number}),
    ]


def test_purge_leaves_the_words_while_the_refund_is_open(ledger: Ledger, box: Complaints) -> None:
    refund = reserve(ledger)
    number = box.note(refund.refund_id, SAID, DUE, NOW).complaint_id
    box.answer(number, LI, NOW)
    purge, later = Purge(ledger, KeepFor(1, 1, 1, 1)), NOW + timedelta(days=30)
    assert purge.run(later)["complaints"] == 0
    assert box.words(number)[1:] == (SAID.why, LI.why)
    succeeded(ledger, refund)
    assert purge.run(later)["complaints"] == 1


def test_a_payment_code_among_the_words_is_hidden(ledger: Ledger, box: Complaints) -> None:
    desk = ComplaintDesk(box, CareSettings(7, 8), FakeClock().clock)
    noted = desk.note(reserve(ledger).refund_id, "Wang", "my code 134500000000001234 was refused")
    _complaint, said, _answer = desk.words(noted.complaint_id)
    assert "134500000000001234" not in said
    assert said.startswith("my code ")
