"""Times at the page are the shop's, whatever the machine's clock is set to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

from tests.unit.web.counter import Served

# Where no machine that runs this is likely to stand.
OFFSET_H = -11


def test_the_card_tells_by_the_shops_own_clock_when_it_was_paid(shop: Served) -> None:
    order = shop.sell("CLOCK1")
    assert order.paid_at is not None
    before = shop.site.settings
    people = replace(before.limits.people, utc_offset_h=OFFSET_H)
    shop.site.settings = replace(before, limits=replace(before.limits, people=people))
    page = shop.page()
    told = page.post("/desk/order", {"number": "CLOCK1"}).document["order"]
    begun = page.get("/desk/start").document
    shop.site.settings = before
    there = order.paid_at.astimezone(UTC) + timedelta(hours=OFFSET_H)
    assert there.strftime("%Y-%m-%d %H:%M") in told["paid_say"]
    assert begun["shop"]["utc_offset_h"] == OFFSET_H
