"""Who stands at the counter: first start, sign-in, lock; and what waits for a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.page.conftest import Till, started
from tests.page.stand_in_app import PIN


@started(signed_in=False, needs_owner=True)
def test_the_first_start_makes_the_owner_and_the_two_pins_must_agree(till: Till) -> None:
    till.at("owner")
    till.by_hand("赵老板")
    for pin in (PIN, "270418"):
        till.press("Tab")
        till.by_hand(pin)
    till.press("Enter")
    expect(till.page.locator(".gate .said")).to_contain_text("不一样")
    till.page.locator("[data-secret=owner-pin]").focus()
    for _ in range(2):
        till.by_hand(PIN)
        till.press("Tab")
    till.press("Enter")
    till.at("refund:order")


@started(signed_in=False)
def test_a_clerk_signs_in_by_digit_and_pin_and_a_wrong_pin_tells_the_tries_left(till: Till) -> None:
    till.at("sign_in")
    expect(till.page.locator(".person").first).to_be_visible()
    till.press("1")
    expect(till.page.locator(".gate h1")).to_have_text("小林")
    till.by_hand("000000")
    till.press("Enter")
    expect(till.page.locator(".gate .said")).to_have_text("密码或动态码不对；再错 4 次会锁住。")
    expect(till.page.locator("[data-secret=pin]")).to_have_value("")
    expect(till.page.locator("[data-secret=pin]")).to_be_focused()
    till.by_hand(PIN)
    till.press("Enter")
    till.at("refund:order")


def test_an_idle_page_locks_hides_the_work_and_keeps_it(till: Till) -> None:
    till.order()
    with till.page.expect_response("**/desk/lock"):
        till.clock_at(datetime.now(UTC) + timedelta(seconds=till.desk.idle_lock_s + 1))
    till.at("locked")
    assert "A1001" not in till.page.content()
    assert till.desk.told("lock") == [{}]
    till.by_hand(PIN)
    till.press("Enter")
    till.at("refund:amount")
    expect(till.page.locator(".order h2")).to_contain_text("A1001")


@pytest.mark.parametrize("pin", [PIN, "000000"])
def test_a_locked_page_opens_again_though_the_program_was_started_again_meanwhile(
    till: Till, pin: str
) -> None:
    till.order()
    till.press("F10")
    till.at("locked")
    till.desk.started_again()
    till.by_hand(pin)
    till.press("Enter")
    if pin != PIN:
        expect(till.page.locator(".gate .said")).to_contain_text("再错 4 次")
        till.by_hand(PIN)
        till.press("Enter")
    till.at("refund:amount")
    expect(till.page.locator(".order h2")).to_contain_text("A1001")


def test_a_page_at_the_door_lets_in_at_once_and_in_its_own_language_after_a_new_start(till: Till) -> None:
    till.page.get_by_role("button", name="English").press("Enter")
    expect(till.page.locator("nav")).to_contain_text("Refund")
    till.press("F10")
    till.at("locked")
    till.page.get_by_role("button", name="Someone else").press("Enter")
    expect(till.page.locator(".person").first).to_be_visible()
    till.press("1")
    expect(till.page.locator("[data-secret=pin]")).to_be_focused()
    till.desk.started_again()
    till.by_hand(PIN)
    till.press("Enter")
    till.at("refund:order")
    assert till.desk.language == "en"


def test_a_refund_that_waits_is_approved_from_the_queue(till: Till) -> None:
    till.to_result(state="WAIT_APPROVAL")
    till.press("F4")
    till.at("queue")
    expect(till.page.locator(".part-approvals .level-yellow")).to_have_text("75 秒")
    till.press("Enter")
    till.at("detail")
    till.page.locator("[data-arg=approve]").press("Enter")
    till.at("dialog:decide")
    till.choose_second("2")
    till.by_hand(PIN)
    till.press("Enter")
    till.at("detail")
    expect(till.page.locator(".about h2")).to_have_text("退款成功")
    assert till.desk.told("approve") == [{"why": "", "approval": {"staff_id": "s1", "secret": PIN}}]
