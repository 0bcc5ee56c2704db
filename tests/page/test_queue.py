"""What waits besides refunds: complaints and orders on hold; and what is told of a result in a word."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.page.conftest import Till, started
from tests.page.ways import complained, practising


def test_a_complaint_waits_with_its_day_and_leads_to_its_refund(till: Till) -> None:
    complained(till)
    till.press("F4")
    till.at("queue")
    expect(till.page.locator(".part-complaints .badge")).to_have_text("2026-12-06 前答复")
    till.page.locator(".part-complaints .row").press("Enter")
    till.at("detail")
    expect(till.page.locator(".complaints")).to_contain_text("2026-12-06")


def test_an_order_on_hold_of_which_no_refund_waits_is_named(till: Till) -> None:
    alone = {"order_id": "A9001", "refund_id": None, "by": "小林", "note": "先看监控"}
    till.desk.on_hold = [alone, alone | {"order_id": "A9002", "refund_id": "R0001-A9002"}]
    till.press("F4")
    till.at("queue")
    expect(till.page.locator(".part-on-hold li")).to_have_count(1)
    expect(till.page.locator(".part-on-hold li")).to_contain_text("A9001 小林 先看监控")


def test_cash_is_called_no_refund_of_the_wallet(till: Till) -> None:
    till.to_result(state="PAID_OTHER_WAY")
    expect(till.page.locator(".result h2").first).to_have_text("已用其他方式退")


@started(training=True)
def test_a_result_of_the_practice_counter_is_marked_as_practice(till: Till) -> None:
    practising(till)
    till.to_result(state="SUCCEEDED")
    expect(till.page.locator(".verdict .badge")).to_have_text(till.desk.say("page.training.short"))


def test_a_reason_that_is_not_asked_for_yet_is_no_no(till: Till) -> None:
    till.desk.noes = ["reason_missing"]
    till.order()
    till.checked()
    expect(till.page.locator(".rung-skipped")).to_have_count(1)
    expect(till.page.locator(".rung-no")).to_have_count(0)


def test_a_slip_for_cash_is_offered_where_cash_was_paid(till: Till) -> None:
    till.to_result(state="SUCCEEDED")
    till.page.locator("[data-act=openDetail]").press("Enter")
    till.at("detail")
    expect(till.page.locator(".facts").first).to_be_visible()
    expect(till.page.locator("[data-act=openCashSlip]")).to_have_count(0)
