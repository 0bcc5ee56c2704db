"""The counter made the practice counter from the page, and back: who, what is said, how it is marked."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.page.conftest import Till, started
from tests.page.stand_in_app import PIN

ASK = "[data-act=openPractice]"


def question(till: Till) -> None:
    till.press("F6")
    till.at("equipment")
    till.page.locator(ASK).press("Enter")
    till.at("dialog:practice")


@started(permissions=("refund.create", "training.open"))
def test_a_supervisor_turns_the_counter_and_comes_back_by_the_real_pin(till: Till) -> None:
    question(till)
    expect(till.page.locator(".dialog .sentence")).to_contain_text("退出登录")
    till.press("Enter")
    till.at("sign_in")
    expect(till.page.locator(".band-training")).to_be_visible()
    expect(till.page.locator("html")).to_have_attribute("data-training", "true")
    expect(till.page).to_have_title("【培训】退款台")
    assert till.desk.told("training/open") == [{"approval": None}]
    till.page.locator("[data-own=trainee]").fill("小林")
    till.press("Enter")
    till.at("training")
    till.page.locator(ASK).press("Enter")
    till.at("dialog:practice")
    till.press("Enter")
    expect(till.page.locator(".dialog .message")).to_contain_text("谁")
    till.press("1")
    till.silence()
    till.by_hand(PIN)
    till.press("Enter")
    expect(till.page.locator("html")).to_have_attribute("data-training", "false", timeout=15_000)
    till.at("sign_in")
    assert till.desk.told("training/leave") == [{"staff_id": "o1", "secret": PIN}]


def test_another_page_of_a_counter_that_turned_begins_anew(till: Till) -> None:
    """Its order is the shop's, and nothing of the shop may be worked on in practice."""
    till.order()
    till.page.evaluate("window.before = true")
    till.desk.training, till.desk.signed_in = True, False
    till.desk.instead["/desk/check"] = (403, {"fault": "not_signed_in", "say": "请重新登录。"})
    till.press("3")
    till.at("sign_in")
    expect(till.page.locator(".band-training")).to_be_visible()
    assert till.page.evaluate("window.before") is None


@started(permissions=("refund.create",))
def test_a_clerk_asks_somebody_who_may(till: Till) -> None:
    question(till)
    till.press("1")
    till.silence()
    till.by_hand(PIN)
    till.press("Enter")
    expect(till.page.locator("html")).to_have_attribute("data-training", "true", timeout=15_000)
    assert till.desk.told("training/open") == [{"approval": {"staff_id": "s1", "secret": PIN}}]


@started(permissions=("training.open", "refund.create"), practice_trouble="沙盒没有启动。")
def test_what_kept_it_shut_is_told_and_an_order_on_the_page_is_put_away_first(till: Till) -> None:
    till.order()
    till.press("F6")
    till.at("equipment")
    till.page.locator(ASK).press("Enter")
    expect(till.page.locator(".equipment .message")).to_contain_text("先收起来")
    assert till.desk.told("training/open") == []
    till.press("F2")
    till.at("refund:amount")
    till.press("Escape")
    till.at("refund:order")
    question(till)
    till.press("Enter")
    expect(till.page.locator(".equipment .message")).to_contain_text("沙盒没有启动。", timeout=15_000)
    till.at("equipment")


@started(permissions=("books.read",))
def test_one_who_may_not_serve_is_offered_no_training(till: Till) -> None:
    till.press("F6")
    till.at("equipment")
    expect(till.page.locator(".equipment h1")).to_be_visible()
    expect(till.page.locator(ASK)).to_have_count(0)
