"""P prints the customer's slip, and whatever the printer says the refund stays on the page."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.page.conftest import WECHAT_CODE, Till


def to_result(till: Till) -> None:
    till.to_confirm()
    till.settled()
    till.press("Enter")
    till.at("refund:result")


def test_p_prints_the_slip_of_the_refund_that_is_shown(till: Till) -> None:
    to_result(till)
    till.press("p")
    expect(till.page.locator(".scan .message")).to_contain_text("凭条已打印")
    (asked,) = till.desk.told("print")
    assert asked["refund_id"] in till.desk.refunds
    till.at("refund:result")


def test_a_customer_who_wants_to_be_told_gives_a_contact_with_the_refund(till: Till) -> None:
    till.order()
    till.page.get_by_label("顾客要通知时：手机号或邮箱").fill("13812345678")
    till.press("Tab")
    till.press("3")
    till.at("refund:code")
    till.silence()
    till.scan(WECHAT_CODE)
    till.at("refund:confirm")
    till.checked()
    till.settled()
    till.press("Enter")
    till.at("refund:result")
    (sent,) = till.desk.told("refund")
    assert sent["contact"] == "13812345678"
    assert "13812345678" not in till.page.content()
    till.settled()
    till.press("Enter")
    till.order("A1001")
    expect(till.page.get_by_label("顾客要通知时：手机号或邮箱")).to_have_value("")


def test_a_printer_that_is_away_is_told_and_the_result_stays_green(till: Till) -> None:
    till.desk.printer_away = True
    to_result(till)
    till.page.get_by_role("button", name="打印凭条").click()
    expect(till.page.locator(".scan .message")).to_contain_text("什么都没有打印")
    expect(till.page.locator(".result.tone-good")).to_be_visible()
    assert len(till.desk.told("refund")) == 1


def test_a_scan_that_begins_with_p_prints_nothing(till: Till) -> None:
    to_result(till)
    till.silence()
    with till.page.expect_response("**/desk/scan"):
        till.scan("P1001")
    expect(till.page.locator(".scan .message")).to_be_visible()
    assert till.desk.told("scan")[-1]["text"] == "P1001"
    assert till.desk.told("print") == []
