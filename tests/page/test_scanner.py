"""Scanner bursts: they are read wherever the cursor is, and leave no trace in the field they landed in."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.acceptance.scanner import scan
from tests.page.conftest import SCANNER_KEY_MS, WECHAT_CODE, Till


def test_a_burst_never_lands_in_the_amount(till: Till) -> None:
    till.order()
    till.press("*")
    till.silence()
    amount = till.page.locator("[data-field=amount]")
    amount.press("Control+a")
    till.by_hand("5.60")
    till.silence()
    with till.page.expect_response("**/desk/check") as checked:
        till.scan(WECHAT_CODE)
    assert checked.value.ok
    expect(amount).to_have_value("5.60")
    expect(till.page.locator("#amount-said")).to_contain_text("¥7.20")
    assert till.desk.told("scan")[-1] == {"text": WECHAT_CODE, "typed": False}
    assert till.desk.told("check")[-1]["amount_fen"] == 560


def test_a_digit_and_a_scan_after_it_are_two_though_the_page_was_busy(till: Till) -> None:
    till.order()
    till.press("Enter", "3")
    scan(till.page, WECHAT_CODE, "", after_s=0.3)
    till.at("refund:confirm")
    assert till.desk.told("scan")[-1]["text"] == WECHAT_CODE


def test_an_amount_typed_by_hand_with_enter_is_no_scan(till: Till) -> None:
    till.order()
    till.press("*")
    till.silence()
    till.page.locator("[data-field=amount]").press("Control+a")
    till.by_hand("12.30")
    till.press("Enter")
    expect(till.page.locator("[data-field=amount]")).to_have_value("12.30")
    assert len(till.desk.told("scan")) == 1


def test_a_number_typed_by_hand_is_taken_at_enter_and_leaves_the_box(till: Till) -> None:
    till.by_hand("A1001")
    till.press("Enter")
    till.at("refund:amount")
    expect(till.page.locator("[data-field=scan]")).to_have_value("")
    assert till.desk.told("scan") == [{"text": "A1001", "typed": True}]


@pytest.mark.parametrize("suffix", ["Enter", "Tab", ""])
def test_a_scanner_may_end_with_enter_tab_or_nothing(till: Till, suffix: str) -> None:
    till.scan("A1001", suffix)
    till.at("refund:amount")
    expect(till.page.locator("[data-field=scan]")).to_have_value("")


def test_a_second_suffix_confirms_nothing(till: Till) -> None:
    till.order()
    till.press("3")
    till.silence()
    till.scan(WECHAT_CODE)
    till.press("Enter")
    till.at("refund:confirm")
    till.press("Enter")
    till.settled()
    till.at("refund:confirm")
    assert till.desk.told("refund") == []


def test_the_first_digit_of_a_burst_chooses_no_reason(till: Till) -> None:
    till.order()
    till.scan(WECHAT_CODE)
    expect(till.page.locator(".scan .message")).to_contain_text("付款码")
    expect(till.page.locator(".reason[aria-pressed=true]")).to_have_count(0)
    till.at("refund:amount")


def test_full_width_digits_are_read_as_plain_ones(till: Till) -> None:
    till.page.keyboard.type("Ａ１００１", delay=SCANNER_KEY_MS)
    till.press("Enter")
    till.at("refund:amount")
    till.press("3")
    till.at("refund:code")
    till.silence()
    till.press("F2")
    till.page.keyboard.type("".join(chr(ord(digit) + 0xFEE0) for digit in WECHAT_CODE), delay=SCANNER_KEY_MS)
    till.at("refund:confirm")
    assert till.desk.told("scan")[-1]["text"] == WECHAT_CODE


def test_a_scan_during_a_question_is_refused_aloud(till: Till) -> None:
    till.press("F1")
    till.at("help")
    till.scan("A1001")
    till.press("Escape")
    expect(till.page.locator(".scan .message")).to_contain_text("没有用上")
    assert till.desk.told("scan") == []


def test_a_payment_code_is_drawn_as_dots_while_it_is_typed(till: Till) -> None:
    till.by_hand(WECHAT_CODE[:9])
    box = till.page.locator("[data-field=scan]")
    expect(box).to_have_css("-webkit-text-security", "disc")
    till.page.locator("[data-field=scan]").fill("A1001")
    expect(box).to_have_css("-webkit-text-security", "none")


def test_a_picture_is_dropped_on_the_page(till: Till) -> None:
    till.page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(["x"], "bill.png", { type: "image/png" }));
          window.dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true }));
        }"""
    )
    till.at("refund:amount")
    assert till.desk.told("picture") == [{"name": "bill.png", "data_base64": "eA=="}]
