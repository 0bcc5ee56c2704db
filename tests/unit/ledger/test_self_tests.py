"""The history of self tests: the newest first, and not for ever."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert

from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema_after import self_tests
from scanrefund.ledger.self_tests import KEPT_MAX, Kept, SelfTests
from tests.unit.builders import NOW

FINDINGS = (("camera", None, "no_picture"), ("clock", False, "off"), ("disk_space", True, "good"))


def test_what_was_found_is_read_back_the_newest_first(ledger: Ledger) -> None:
    history = SelfTests(ledger)
    kept = [Kept(NOW + timedelta(hours=hour), "counter1", hour > 0, FINDINGS) for hour in range(3)]
    for one in kept:
        history.keep(one)
    assert history.listed(10) == kept[::-1]
    assert history.listed(1) == kept[-1:]


def test_the_oldest_make_room(ledger: Ledger) -> None:
    row = {"at": NOW, "counter": "counter1", "ready": True, "findings": "[]"}
    with ledger.writing() as connection:
        connection.execute(insert(self_tests), [row] * (KEPT_MAX + 1))
    SelfTests(ledger).keep(Kept(NOW, "newest", ready=False, findings=()))
    listed = SelfTests(ledger).listed(KEPT_MAX * 2)
    assert (len(listed), listed[0].counter) == (KEPT_MAX, "newest")


def test_a_counter_finds_its_own_last_one(ledger: Ledger) -> None:
    history = SelfTests(ledger)
    kept = [
        Kept(NOW, counter, ready, FINDINGS) for counter, ready in (("a", True), ("a", False), ("b", True))
    ]
    for one in kept:
        history.keep(one)
    assert (history.last_of("a"), history.last_of("c")) == (kept[1], None)
