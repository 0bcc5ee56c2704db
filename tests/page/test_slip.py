"""P prints the customer's slip, and whatever the printer says the refund stays on the page."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.page.conftest import Till


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


def test_a_printer_that_is_away_is_told_and_the_result_stays_green(till: Till) -> None:
    till.desk.printer_away = True
    to_result(till)
    till.page.get_by_role("button", name="打印凭条").click()
    expect(till.page.locator(".scan .message")).to_contain_text("打印机没有响应")
    expect(till.page.locator(".result.tone-good")).to_be_visible()
    assert len(till.desk.told("refund")) == 1


def test_a_scan_that_begins_with_p_prints_nothing(till: Till) -> None:
    to_result(till)
    till.silence()
    till.scan("P1001")
    expect(till.page.locator(".scan .message")).to_be_visible()
    assert till.desk.told("scan")[-1]["text"] == "P1001"
    assert till.desk.told("print") == []
