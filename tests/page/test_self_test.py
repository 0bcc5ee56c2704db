"""What the self test of the morning found stands on the bar, and F6 tells what cures it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.page.conftest import Till, started

ROW = {"name": "clock", "ok": False, "title": "时钟", "say": "慢了 90 秒", "cure": "请校准时钟。"}
BAD = {"ok": False, "at": "2026-11-29T02:00:00+00:00", "say": "自检发现问题：请按 F6 查看。", "checks": [ROW]}


@started(self_test=BAD)
def test_a_bad_one_is_red_on_the_bar_and_cured_on_its_screen(till: Till) -> None:
    light = till.page.locator(".lights .light-bad")
    expect(light).to_contain_text("自检")
    expect(light).to_contain_text("F6")
    till.press("F6")
    row = till.page.locator("main .checks .check-bad")
    expect(row).to_contain_text("慢了 90 秒")
    expect(row).to_contain_text("请校准时钟。")


def test_a_good_one_is_a_green_light(till: Till) -> None:
    expect(till.page.locator(".lights .light-good", has_text="自检")).to_be_visible()
