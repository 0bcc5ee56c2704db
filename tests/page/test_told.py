"""What everybody at the counter is told: the band of a maintenance window, the safety cards."""

from __future__ import annotations

import json
import queue
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import expect

from tests.page import ways
from tests.page.conftest import Till, started
from tests.page.machine import status
from tests.page.test_looks import judged

WINDOW = {
    "wallet": "wechat",
    "begins_at": "2026-12-01T15:00:00+00:00",
    "ends_at": "2026-12-01T21:00:00+00:00",
}


def tell(till: Till, *windows: dict[str, Any]) -> None:
    """From now on the desk's word of how things stand has these windows, asked for or not."""
    till.desk.maintenance = [WINDOW | window for window in windows]
    till.hears("status", json.dumps(status(till.desk)))


def test_the_band_comes_before_a_window_changes_in_it_and_goes(till: Till) -> None:
    tell(till, {"under_way": False, "say": "微信支付将维护"})
    band = till.page.locator(".band-ahead")
    expect(band).to_have_text("微信支付将维护")
    judged(till)
    tell(till, {"under_way": True, "say": "微信支付正在维护"})
    expect(till.page.locator(".band-late")).to_have_text("微信支付正在维护")
    expect(band).to_have_count(0)
    tell(till)
    expect(till.page.locator(".band-late")).to_have_count(0)


def test_the_safety_cards_stand_in_the_help_of_the_first_step(till: Till) -> None:
    till.press("F1")
    till.at("help")
    cards = till.page.locator(".safety li")
    expect(cards).to_have_count(8)
    expect(cards.first).to_contain_text("付款码就是钱")
    judged(till)


@started(outcomes=["UNKNOWN"])
def test_a_wait_of_hours_is_counted_down_in_hours(till: Till) -> None:
    till.desk.asks_at = datetime.now(UTC) + timedelta(hours=7, minutes=30)
    till.to_result(state="UNKNOWN")
    expect(till.page.locator(".norepeat .countdown")).to_have_text(re.compile(r"7:[23]\d:\d\d"))


def test_a_moment_is_told_by_the_shops_clock(till: Till) -> None:
    """02:15 in Greenwich; the browser here keeps no time of China's."""
    till.order()
    expect(till.page.locator(".order .facts")).to_contain_text("10:15")


def test_what_the_program_told_meanwhile_is_newer_than_an_answer_that_comes_late(till: Till) -> None:
    till.press("F4")
    till.at("queue")
    late: queue.Queue[None] = queue.Queue()
    till.desk.queue_gate = late
    with till.page.expect_response("**/desk/status"):
        till.press("F4")
    till.until(lambda: till.desk.queue_gate is None)
    ways.maintenance(till)
    with till.page.expect_response("**/desk/queue"):
        late.put(None)
    till.page.evaluate("() => new Promise((done) => setTimeout(done, 50))")
    # Before the page looks again by itself.
    expect(till.page.locator(".band-ahead")).to_be_visible(timeout=1_000)
