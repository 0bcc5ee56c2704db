"""After the result: what a customer ticks, and what he complains about."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.page.conftest import Till, started
from tests.page.test_customer import to_detail
from tests.page.test_looks import judged


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
