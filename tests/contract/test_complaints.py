"""Complaints and opinions, on every kind of database: counted, told when late, closed, and taken out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select

from scanrefund.aftercare.report import as_json, make_report
from scanrefund.complaint_desk import CareSettings, ComplaintDesk
from scanrefund.errors import KeyFault, UsageFault
from scanrefund.keys import Keys
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.care_schema import complaints, opinions
from scanrefund.ledger.complaints import Complaints
from scanrefund.ledger.customers import Customers
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.purge import KeepFor, Purge
from scanrefund.ledger.schema import book
from scanrefund.model.opinion import Dislike
from tests.contract.test_report import TOLD
from tests.unit.builders import KEYS, NOW, FakeClock, reserve, succeeded

SAID = "张三 says the clerk laughed, call 13800000000"
DUE = NOW + timedelta(days=7)


@pytest.fixture
def box(ledger: Ledger) -> Complaints:
    return Complaints(ledger, KEYS)


def refused(do: Callable[[], object]) -> str:
    with pytest.raises(UsageFault) as caught:
        do()
    return caught.value.code


def test_a_complaint_is_noted_answered_once_and_ended(ledger: Ledger, box: Complaints) -> None:
    refund_id = reserve(ledger).refund_id
    noted = box.note(refund_id, Hand("Wang", SAID), DUE, NOW)
    assert (noted.waits, noted.by, noted.due_at) == (True, "Wang", DUE)
    answered = box.answer(noted.complaint_id, Hand("Li", "called, apologised"), NOW)
    assert (answered.waits, answered.answered_by) == (False, "Li")
    assert refused(partial(box.answer, noted.complaint_id, Hand("Li", "again"), NOW)) == "complaint_over"
    assert box.words(noted.complaint_id)[1:] == (SAID, "called, apologised")
    over = box.end(noted.complaint_id, "Li", NOW)
    assert (over.ended_by, box.listed(9, waiting_only=True)) == ("Li", [])
    assert refused(partial(box.end, noted.complaint_id, "Li", NOW)) == "complaint_over"
    assert ledger.first_broken_entry() is None


def test_what_is_not_there_is_named(box: Complaints) -> None:
    assert refused(partial(box.note, "nobody", Hand("Wang", SAID), DUE, NOW)) == "refund_unknown"
    assert refused(partial(box.end, 7, "Li", NOW)) == "complaint_unknown"
    assert refused(partial(box.words, 7)) == "complaint_unknown"


def test_the_words_stand_nowhere_in_the_clear_and_open_with_our_keys_only(
    ledger: Ledger, box: Complaints
) -> None:
    noted = box.note(reserve(ledger).refund_id, Hand("Wang", SAID), DUE, NOW)
    with ledger.reading() as connection:
        row = connection.execute(select(complaints)).one()
        entries = connection.execute(select(book.c.facts, book.c.subject)).all()
    for piece in ("张三", "13800000000", "laughed"):
        assert piece not in f"{row}{entries}"
    strangers = Keys(b"f" * 32, b"b" * 32, b"x" * 32)
    with pytest.raises(KeyFault):
        Complaints(ledger, strangers).words(noted.complaint_id)
    with pytest.raises(KeyFault):
        Complaints(ledger, strangers).note(noted.refund_id, Hand("Wang", SAID), DUE, NOW)


def test_purge_takes_the_words_once_it_is_over_and_leaves_what_is_counted(
    ledger: Ledger, box: Complaints
) -> None:
    noted = box.note(succeeded(ledger, reserve(ledger)).refund_id, Hand("Wang", SAID), DUE, NOW)
    purge, later = Purge(ledger, KeepFor(1, 1, 1, 1)), NOW + timedelta(days=30)
    assert purge.run(later)["complaints"] == 0
    box.answer(noted.complaint_id, Hand("Li", "called"), NOW)
    assert purge.run(later)["complaints"] == 1
    assert box.words(noted.complaint_id)[1:] == ("", "")
    assert len(box.listed(9, waiting_only=False)) == 1
    assert ledger.first_broken_entry() is None


def test_the_overdue_are_those_without_an_answer_at_their_time(ledger: Ledger, box: Complaints) -> None:
    refund_id = reserve(ledger).refund_id
    first, second, third = (
        box.note(refund_id, Hand("Wang", SAID), DUE + timedelta(days=day), NOW) for day in range(3)
    )
    box.answer(first.complaint_id, Hand("Li", "called"), NOW)
    assert box.overdue(second.due_at - timedelta(seconds=1)) == (0, None)
    assert box.overdue(second.due_at) == (1, second.due_at)
    assert [one.complaint_id for one in box.listed(9, waiting_only=True)] == [
        second.complaint_id,
        third.complaint_id,
    ]


def test_a_day_of_the_shop_ends_at_its_own_midnight(ledger: Ledger, box: Complaints) -> None:
    clock = FakeClock(datetime(2026, 11, 23, 17, tzinfo=UTC))  # 01:00 on the 24th in the shop
    desk = ComplaintDesk(box, CareSettings(7, 8), clock.clock)
    refund_id = reserve(ledger).refund_id
    usual = desk.note(refund_id, "Wang", SAID)
    assert (desk.due_day(usual), usual.due_at) == (
        date(2026, 12, 1),
        datetime(2026, 12, 1, 16, tzinfo=UTC),
    )
    today = desk.note(refund_id, "Wang", SAID, date(2026, 11, 24))
    assert not desk.is_overdue(today)
    clock.forward(23 * 3_600)
    assert desk.is_overdue(today)
    for day in (date(2026, 11, 24), date(2028, 1, 1)):
        assert refused(partial(desk.note, refund_id, "Wang", SAID, day)) == "complaint_due_wrong"
    for words in (" ", "x" * 1_001):
        assert refused(partial(desk.note, refund_id, "Wang", words)) == "complaint_words_wrong"


def test_the_report_counts_both_by_week(ledger: Ledger, box: Complaints) -> None:
    refund_id = reserve(ledger).refund_id
    monday = datetime(2026, 11, 23, 3, tzinfo=UTC)
    for days, answered in ((0, 1), (1, 9), (2, None), (7, None)):
        at = monday + timedelta(days=days)
        noted = box.note(refund_id, Hand("Wang", SAID), at + timedelta(days=2), at)
        if answered is not None:
            box.answer(noted.complaint_id, Hand("Li", "called"), at + timedelta(days=answered))
    box.end(box.note(refund_id, Hand("Wang", SAID), monday, monday).complaint_id, "Li", monday)
    Customers(ledger).think(refund_id, Dislike.SLOW, monday)
    told = replace(TOLD, utc_offset_h=8)
    first, last = date(2026, 11, 23), date(2026, 11, 30)
    found = as_json(make_report(ledger, told, first, last, monday + timedelta(days=20)))
    assert found["complaints"] == {
        "weeks": {"2026-W48": 4, "2026-W49": 1},
        "noted": 5,
        "in_time": 1,
        "late": 1,
        "waiting": 2,
        "overdue": 1,
        "ended": 1,
    }
    assert found["opinions"] == {"weeks": {"2026-W48": 1}, "good": 0, "bad": 1, "dislikes": {"slow": 1}}


def test_a_later_tick_stands_in_for_an_earlier_one(ledger: Ledger) -> None:
    refund_id = reserve(ledger).refund_id
    for dislike in (Dislike.SLOW, None):
        Customers(ledger).think(refund_id, dislike, NOW)
    with ledger.reading() as connection:
        assert connection.execute(select(opinions.c.good, opinions.c.dislike)).all() == [(True, "")]
    assert refused(partial(Customers(ledger).think, "nobody", None, NOW)) == "refund_unknown"
