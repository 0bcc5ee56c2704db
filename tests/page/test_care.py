"""After the result: what a customer ticks, and what he complains about."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.page.conftest import BADGE, Till, started
from tests.page.stand_in_app import PIN
from tests.page.test_customer import to_detail
from tests.page.test_looks import judged
from tests.page.ways import complained, open_first, to_answer, to_queue


@started(ask_opinion=True)
def test_a_customer_ticks_bad_and_why_on_his_view(till: Till) -> None:
    till.to_result(state="SUCCEEDED")
    till.press("F7")
    till.at("customer")
    till.page.locator("[data-arg=bad]").click()
    expect(till.page.locator(".opinion")).to_contain_text("哪里不好")
    judged(till)
    with till.page.expect_response("**/opinion"):
        till.page.locator("[data-arg=slow]").click()
    expect(till.page.locator(".customerpage")).to_contain_text("谢谢")
    assert till.desk.told("opinion") == [{"good": False, "dislike": "slow"}]


def test_where_the_shop_does_not_ask_nothing_is_asked(till: Till) -> None:
    till.to_result(state="SUCCEEDED")
    till.press("F7")
    till.at("customer")
    expect(till.page.locator(".customerpage .figures")).to_be_visible()
    expect(till.page.locator(".opinion")).to_have_count(0)


def test_a_complaint_is_noted_in_the_details(till: Till) -> None:
    to_detail(till)
    till.page.locator("[data-arg=complain]").press("Enter")
    till.at("dialog:decide")
    till.by_hand("店员态度不好")
    with till.page.expect_response("**/complain"):
        till.press("Enter")
    expect(till.page.locator(".detail .message")).to_contain_text("2026-12-06")
    assert till.desk.told("complain") == [{"why": "店员态度不好", "approval": None}]


def test_a_complaint_is_answered_and_ended_in_the_details_by_keys(till: Till) -> None:
    to_answer(till)
    expect(till.page.locator(".quoted")).to_have_text("等了半小时")
    till.press("Enter")
    expect(till.page.locator(".dialog .message")).to_contain_text("请写下给顾客的答复")
    till.by_hand("已道歉")
    by_the_supervisor(till)
    expect(till.page.locator(".detail .message")).to_contain_text("答复已记下")
    approval = {"staff_id": "s1", "secret": PIN}
    assert till.desk.told("complaint/answer") == [{"why": "已道歉", "approval": approval}]
    till.press("a")
    till.at("dialog:complaint")
    expect(till.page.locator(".quoted")).to_have_text(["等了半小时", "已道歉"])
    by_the_supervisor(till)
    expect(till.page.locator(".detail .message")).to_contain_text("投诉已了结")
    assert till.desk.told("complaint/end") == [{"approval": approval}]
    till.press("a")
    expect(till.page.locator(".complaints")).to_contain_text("已了结")
    till.at("detail")
    # What is ended is only read.
    till.page.locator("[data-act=openComplaint]").press("Enter")
    till.at("dialog:complaint")
    expect(till.page.locator(".quoted")).to_have_text(["等了半小时", "已道歉"])
    till.press("Enter")
    till.at("detail")
    assert len(till.desk.told("complaint/end")) == 1


@started(permissions=("refund.create", "refund.approve"), complaints_closed=True)
def test_whoever_may_not_read_a_complaint_may_still_end_it(till: Till) -> None:
    complained(till)
    till.press("a")
    till.at("dialog:complaint")
    expect(till.page.locator(".quoted")).to_contain_text("内容已加密")
    expect(till.page.locator(".dialog .person")).to_have_count(0)
    till.page.locator("[data-act=endComplaint]").press("Enter")
    till.at("detail")
    assert till.desk.told("complaint/end") == [{"approval": None}]


def test_a_badge_chooses_who_answers(till: Till) -> None:
    to_answer(till)
    till.silence()
    till.scan(BADGE)
    expect(till.page.locator(".person[aria-pressed=true]")).to_contain_text("王店长")


def test_in_the_details_a_digit_decides_and_letters_open_what_stands_beside(till: Till) -> None:
    to_queue(till)
    open_first(till)
    till.press("2")
    till.at("dialog:decide")
    expect(till.page.locator("#dialog-title")).to_have_text("不批准")
    till.press("Escape")
    till.at("detail")
    till.press("s")
    till.at("dialog:sign")
    till.press("Escape")
    till.at("detail")
    till.press("d")
    expect(till.page.locator(".diagnosis .trips li")).to_be_visible()


def by_the_supervisor(till: Till) -> None:
    """By keys alone: Enter asks who, then a digit chooses."""
    till.press("Enter")
    expect(till.page.locator(".dialog .message")).to_contain_text("谁来批准")
    till.choose_second("2")
    till.by_hand(PIN)
    till.press("Enter")
    till.at("detail")
