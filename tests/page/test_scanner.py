"""Scanner bursts: they are read wherever the cursor is, and leave no trace in the field they landed in."""

from __future__ import annotations

import time
from itertools import count

import pytest
from playwright.sync_api import Locator, expect

from tests.acceptance.scanner import KEY_S, press_at, put_in, scan
from tests.page.conftest import WECHAT_CODE, Till


def to_amount(till: Till) -> Locator:
    """The amount, marked whole, ready to be typed over."""
    till.press("*")
    amount = till.page.locator("[data-field=amount]")
    expect(amount).to_be_focused()
    amount.press("Control+a")
    return amount


def test_a_burst_never_lands_in_the_amount(till: Till) -> None:
    till.order()
    amount = to_amount(till)
    till.by_hand("5.60")
    till.silence()
    till.scan(WECHAT_CODE)
    assert till.told("scan", 2)[1] == {"text": WECHAT_CODE, "typed": False}
    till.until(lambda: till.desk.told("check")[-1]["reading_id"] is not None)
    expect(amount).to_have_value("5.60")
    expect(till.page.locator("#amount-said")).to_contain_text("¥7.20")
    assert till.desk.told("check")[-1]["amount_fen"] == 560


def test_a_digit_and_a_scan_after_it_are_two_though_the_page_was_busy(till: Till) -> None:
    till.order()
    till.press("Enter", "3")
    scan(till.page, WECHAT_CODE, "", after_s=0.3)
    till.at("refund:confirm")
    assert till.desk.told("scan")[-1]["text"] == WECHAT_CODE


def test_an_amount_typed_by_hand_with_enter_is_no_scan(till: Till) -> None:
    till.order()
    amount = to_amount(till)
    till.by_hand("12.30")
    till.press("Enter")
    expect(till.page.locator(".scan .message")).to_contain_text(till.desk.say("page.reason.press"))
    expect(amount).to_have_value("12.30")
    till.page.locator("section.amount").focus()
    till.press("3")
    till.at("refund:code")
    expect(till.page.locator(".chosen")).to_contain_text("¥12.30")
    assert len(till.desk.told("scan")) == 1


def test_a_number_typed_by_hand_is_taken_at_enter_and_leaves_the_box(till: Till) -> None:
    till.by_hand("A1001")
    till.press("Enter")
    till.at("refund:amount")
    expect(till.page.locator("[data-field=scan]")).to_have_value("")
    assert till.desk.told("scan") == [{"text": "A1001", "typed": True}]


def test_a_number_typed_beside_a_stopped_order_is_taken_by_its_enter(till: Till) -> None:
    till.desk.sell("A1009", "wechat", 30_00, may_refund=False, why_not="这笔订单已经退完。")
    till.scan("A1009")
    till.at("refund:amount")
    till.press("F4")
    till.at("queue")
    till.press("F2")
    till.at("refund:amount")
    expect(till.page.locator(".scan .message")).to_have_text(till.desk.say("page.scan.hint_order"))
    till.silence()
    till.page.locator("[data-field=scan]").focus()
    till.by_hand("A1001")
    till.press("Enter")
    expect(till.page.locator(".order h2")).to_contain_text("A1001")


def test_the_enter_of_a_number_typed_into_the_box_sends_no_refund(till: Till) -> None:
    till.to_confirm()
    till.settled()
    till.page.locator("[data-field=scan]").focus()
    till.by_hand("A1002")
    till.press("Enter")
    expect(till.page.locator(".order h2")).to_contain_text("A1002")
    expect(till.page.locator("[data-field=scan]")).to_have_value("")
    assert till.desk.told("refund") == []


@pytest.mark.parametrize("suffix", ["Enter", "Tab", ""])
def test_a_scanner_may_end_with_enter_tab_or_nothing(till: Till, suffix: str) -> None:
    till.scan("A1001", suffix)
    till.at("refund:amount")
    expect(till.page.locator("[data-field=scan]")).to_have_value("")


def test_a_second_suffix_confirms_nothing(till: Till) -> None:
    till.order()
    till.press("3")
    till.at("refund:code")
    till.silence()
    keys = [*WECHAT_CODE, "Enter", "Enter"]
    press_at(till.page, zip(keys, count(time.time(), KEY_S), strict=False))
    till.at("refund:confirm")
    till.checked()
    till.press_after("Enter", 0.05)
    till.at("refund:confirm")
    till.settled()
    till.press("Enter")
    till.at("refund:result")
    assert len(till.desk.told("refund")) == 1


def test_an_enter_that_is_heard_late_still_belongs_to_its_scan(till: Till) -> None:
    sound = till.page.locator("[data-act=toggleSound]")
    sound.focus()
    begun = time.time()
    press_at(till.page, zip("A1001", count(begun, KEY_S), strict=False))
    # The silence is over, and the run was taken for a scan.
    till.at("refund:amount")
    sound.focus()
    press_at(till.page, [("Enter", begun + 5 * KEY_S)])
    expect(sound).to_have_text("声音：开")
    sound.press("Enter")
    expect(sound).to_have_text("声音：关")


def test_a_short_scan_in_a_reason_decides_nothing_however_late_its_enter_is_heard(till: Till) -> None:
    """A bill's number looks like words; only its haste tells, and its Enter may come after that is over."""
    till.order()
    till.press("/")
    till.at("dialog:order")
    till.silence()
    till.press("4")
    why = till.page.locator("[data-own=why]")
    expect(why).to_be_focused()
    till.silence()
    begun = time.time()
    press_at(till.page, zip("A1001", count(begun, KEY_S), strict=False))
    till.silence()
    press_at(till.page, [("Enter", begun + 5 * KEY_S)])
    till.silence()
    assert till.desk.told("orders/hold") == []
    till.press("Enter")
    till.at("refund:amount")
    assert [one["why"] for one in till.desk.told("orders/hold")] == ["A1001"]


def test_the_first_digit_of_a_burst_chooses_no_reason(till: Till) -> None:
    till.order()
    till.scan(WECHAT_CODE)
    expect(till.page.locator(".scan .message")).to_contain_text("付款码")
    expect(till.page.locator(".reason[aria-pressed=true]")).to_have_count(0)
    till.at("refund:amount")


def test_full_width_digits_are_read_as_plain_ones(till: Till) -> None:
    put_in(till.page, "Ａ１００１")
    till.press("Enter")
    till.at("refund:amount")
    till.press("3")
    till.at("refund:code")
    till.silence()
    till.press("F2")
    expect(till.page.locator("[data-field=scan]")).to_be_focused()
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in WECHAT_CODE)
    put_in(till.page, [wide[:9], wide[9:]])
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


def test_a_key_from_before_the_question_answers_nothing_however_late_it_is_heard(till: Till) -> None:
    till.to_confirm()
    till.settled()
    till.press_after("Enter", 0.0)
    till.press("F1")
    till.at("help")
    till.press("Escape")
    till.at("refund:confirm")
    assert till.desk.told("refund") == []
