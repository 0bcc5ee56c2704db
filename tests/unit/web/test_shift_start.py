"""The self test by itself: once a day of the shop, in the background, told on the bar and in the history."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from scanrefund.errors import LedgerFault
from scanrefund.ledger.schema_after import self_tests
from scanrefund.ledger.self_tests import Kept, SelfTests
from scanrefund.readiness import Finding
from scanrefund.web.shift_start import examine_now
from scanrefund.web.site import Site
from tests.people import CLERK_PIN
from tests.unit.web.counter import Answered, Page, Served, heard

WAIT_S = 30


class Bench:
    """A self test that ends when it is told to, and counts how often it was begun."""

    def __init__(self, *findings: Finding) -> None:
        self.findings = list(findings) or [Finding("disk_space", True, "good")]
        self.times = 0
        self.begun = threading.Event()
        self.may_end = threading.Event()
        self.may_end.set()

    def __call__(self, _known: Mapping[str, Finding]) -> list[Finding]:
        self.times += 1
        self.begun.set()
        assert self.may_end.wait(WAIT_S)
        return self.findings


@pytest.fixture
def bench(shop: Served) -> Bench:
    made = Bench()
    shop.site.examine = made
    return made


def sign_in(shop: Served, page: Page | None = None) -> Answered:
    page = page or shop.stranger()
    return page.post("/desk/sign-in", {"staff_id": shop.crew.clerk.staff_id, "pin": CLERK_PIN})


def rest(site: Site) -> None:
    """Until what was begun behind the page has ended."""
    going = site.errands._under_way.get("shift start")
    if going is not None:
        going.result(WAIT_S)


def kept(shop: Served) -> list[Kept]:
    return SelfTests(shop.house.ledger).listed(10)


def test_the_first_sign_in_tests_the_counter_and_the_second_does_not(shop: Served, bench: Bench) -> None:
    for _ in range(3):
        sign_in(shop)
        rest(shop.site)
    assert bench.times == 1
    [made] = kept(shop)
    assert (made.counter, made.ready) == (shop.settings.counter, True)


def test_nobody_waits_for_the_test_neither_who_signs_in_nor_a_refund(shop: Served, bench: Bench) -> None:
    bench.may_end.clear()
    page = shop.stranger()
    assert sign_in(shop, page).status == 200
    shop.sell("SHIFT1")
    boss = shop.page()
    made = boss.post("/desk/refund", shop.wish(boss, "SHIFT1"))
    assert made.document["state"] == "SUCCEEDED"
    assert page.get("/desk/status").document["self_test"]["at"] is None
    bench.may_end.set()
    rest(shop.site)
    assert page.get("/desk/status").document["self_test"]["ok"] is True


def test_pages_hear_of_the_end_with_the_line_that_cures(shop: Served, bench: Bench) -> None:
    bench.findings = [
        Finding("disk_space", False, "short", {"free_mb": 1, "least_mb": 200}),
        Finding("printer", None, "not_set_up"),
        Finding("versions", True, "good", {"versions": "1"}),
    ]
    bench.may_end.clear()
    page = shop.stranger()
    sign_in(shop, page)
    with page.hear() as stream:
        heard(stream, "status")
        bench.may_end.set()
        told = heard(stream, "status")["self_test"]
    assert told["ok"] is False
    row = told["checks"][0]
    assert (row["name"], row["ok"], bool(row["cure"])) == ("disk_space", False, True)
    assert "versions" not in [one["name"] for one in told["checks"]]


def test_a_day_is_the_shops(shop: Served, bench: Bench) -> None:
    """Eight hours ahead of UTC, and until four in the morning it is still yesterday."""
    people = replace(shop.settings.limits.people, utc_offset_h=8, day_turns_h=4)
    shop.site.settings = replace(shop.settings, limits=replace(shop.settings.limits, people=people))
    now, evening = shop.time.now(), datetime(2031, 5, 5, 15, 30, tzinfo=UTC)
    shop.time.forward((evening - now).total_seconds())
    for hours, times in ((0, 1), (4, 1), (1, 2)):
        shop.time.forward(hours * 3600)
        sign_in(shop)
        rest(shop.site)
        assert bench.times == times


def test_a_counter_started_again_tells_what_was_found_today(shop: Served, bench: Bench) -> None:
    bench.findings = [Finding("clock", False, "gone_from_the_catalogue")]
    sign_in(shop)
    rest(shop.site)
    shop.site.last_self_test = None
    page = shop.stranger()
    sign_in(shop, page)
    rest(shop.site)
    told = page.get("/desk/status").document["self_test"]
    assert (bench.times, told["ok"]) == (1, False)
    assert "F6" in told["checks"][0]["cure"]


def test_what_another_counter_found_is_not_what_this_one_finds(shop: Served, bench: Bench) -> None:
    SelfTests(shop.house.ledger).keep(Kept(shop.time.now(), "another", True, ()))
    SelfTests(shop.house.ledger).keep(
        Kept(shop.time.now() - timedelta(days=1), shop.settings.counter, True, ())
    )
    sign_in(shop)
    rest(shop.site)
    assert bench.times == 1


def test_a_hand_that_asks_meanwhile_joins_the_test(shop: Served, bench: Bench) -> None:
    bench.may_end.clear()
    sign_in(shop)
    assert bench.begun.wait(WAIT_S)
    with ThreadPoolExecutor(1) as hand:
        asked = hand.submit(examine_now, shop.site)
        _, is_first = shop.site.errands.begin("self test", lambda: None)
        bench.may_end.set()
        assert (is_first, asked.result(WAIT_S)) == (False, bench.findings)
    assert len(kept(shop)) == bench.times


def test_a_test_that_could_not_be_kept_is_told_all_the_same(
    shop: Served, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_told: object) -> None:
        raise LedgerFault("ledger_full", path="x")

    for name in ("keep", "last_of"):
        monkeypatch.setattr(SelfTests, name, away)
    page = shop.stranger()
    assert sign_in(shop, page).status == 200
    rest(shop.site)
    assert bench.times == 1
    assert page.get("/desk/status").document["self_test"]["ok"] is True


def test_the_training_is_not_tested(shop: Served, bench: Bench) -> None:
    shop.site.practice = object()  # type: ignore[assignment]
    with shop.house.ledger.writing() as connection:
        connection.execute(delete(self_tests))
    sign_in(shop)
    rest(shop.site)
    assert (bench.times, kept(shop)) == (0, [])


def test_a_test_that_dies_is_written_down_and_made_at_the_next_sign_in(shop: Served, bench: Bench) -> None:
    def broken(_known: Mapping[str, Finding]) -> list[Finding]:
        raise RuntimeError("out of the blue")

    shop.site.examine = broken
    assert sign_in(shop).status == 200
    rest(shop.site)
    assert "out of the blue" in (shop.settings.home / "crash.log").read_text(encoding="utf-8")
    shop.site.examine = bench
    sign_in(shop)
    rest(shop.site)
    assert (bench.times, len(kept(shop))) == (1, 1)
