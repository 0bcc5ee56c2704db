"""What the order card offers besides a refund: by keyboard, with its reason, told before and after."""

from __future__ import annotations

import json
import queue
from typing import Any

from playwright.sync_api import expect

from tests.page.conftest import WECHAT_CODE, Till, started
from tests.page.stand_in_app import PIN

ALL = ("refund.create", "refund.no_code", "order.release", "order.cancel", "order.adjust")


# How long the page is ready to wait for each answer, in milliseconds.
WAITS = """() => {
  const timeout = AbortSignal.timeout;
  window.waits = [];
  AbortSignal.timeout = (ms) => { window.waits.push(ms); return timeout.call(AbortSignal, ms); };
}"""


def choose(till: Till, digit: str) -> None:
    """The list of what may be done, by its key, and one of it by its digit."""
    till.press("/")
    till.at("dialog:order")
    till.silence()
    till.press(digit)
    till.silence()


def sentence(till: Till) -> Any:
    return till.page.locator(".dialog .sentence")


@started(permissions=ALL)
def test_an_order_is_marked_as_wanted_back_without_money(till: Till) -> None:
    till.order()
    choose(till, "1")
    expect(sentence(till)).to_contain_text("不动钱")
    till.press("Enter")
    expect(till.page.locator(".dialog .message")).to_have_text("请写明原因。")
    till.by_hand("gone bad")
    till.press("Enter")
    till.at("refund:amount")
    expect(till.page.locator(".scan .message")).to_contain_text("待退款")
    assert till.desk.told("orders/release") == [{"order_id": "A1001", "why": "gone bad", "approval": None}]


@started(permissions=ALL)
def test_a_paid_order_is_cancelled_with_the_code_and_its_refund_is_told_like_every_other(till: Till) -> None:
    till.order()
    choose(till, "2")
    till.page.evaluate(WAITS)
    expect(sentence(till)).to_contain_text("¥12.80")
    till.by_hand("ordered twice")
    till.silence()
    till.scan("6901234567892", suffix="")
    expect(till.page.locator(".dialog .message")).to_contain_text("先")
    till.silence()
    till.scan(WECHAT_CODE, suffix="")
    expect(till.page.locator(".dialog .masked")).to_be_visible()
    till.settled()
    till.press("Enter")
    till.at("refund:result")
    expect(till.page.locator(".result h2").first).to_have_text("退款成功")
    (body,) = till.desk.told("orders/cancel")
    assert (body["why"], body["not_at_wallet"], body["queue"]) == ("ordered twice", False, False)
    assert body["reading_id"] in till.desk.codes
    # As long as for a refund.
    assert 45_000 in till.page.evaluate("waits")


@started(permissions=ALL)
def test_an_order_is_let_in_for_a_number_of_days_and_for_nothing_else(till: Till) -> None:
    till.desk.sell("A1005", "wechat", 30_00, may_refund=False, may=["extend"])
    till.scan("A1005")
    till.at("refund:amount")
    choose(till, "5")
    days = till.page.locator("[data-field=order_days]")
    days.fill("")
    till.page.locator("[data-own=why]").focus()
    till.by_hand("was abroad")
    till.press("Enter")
    expect(till.page.locator(".dialog .message")).to_contain_text("1 到 30")
    days.fill("7")
    days.press("Enter")
    till.at("refund:amount")
    assert [(body["days"], body["why"]) for body in till.desk.told("orders/extend")] == [(7, "was abroad")]


@started(permissions=ALL)
def test_a_price_that_is_not_lower_is_not_sent(till: Till) -> None:
    till.order()
    choose(till, "3")
    till.by_hand("12.80")
    till.press("Tab")
    till.by_hand("12.90")
    till.press("Tab")
    till.by_hand("wrong price")
    till.press("Enter")
    expect(till.page.locator(".dialog .message")).to_contain_text(
        till.desk.say("page.order_action.amounts_missing")
    )
    assert till.desk.told("orders/adjust") == []


@started(permissions=ALL)
def test_what_was_wrong_with_an_answer_is_not_said_of_the_result_of_the_next(till: Till) -> None:
    till.desk.order_fault = "adjust_old_wrong"
    till.order()
    choose(till, "3")
    for text in ("12.70", "10.00", "wrong price"):
        till.by_hand(text)
        till.press("Tab")
    till.page.locator("[data-own=why]").press("Enter")
    expect(till.page.locator(".dialog .message")).to_have_text("adjust_old_wrong")
    till.desk.order_fault = ""
    till.page.locator("[data-own=why]").press("Enter")
    till.at("refund:result")
    expect(till.page.locator(".scan .message")).not_to_have_text("adjust_old_wrong")


@started(permissions=ALL)
def test_the_difference_is_told_before_it_is_paid_and_an_order_pressed_twice_is_sent_once(till: Till) -> None:
    till.desk.order_gate = queue.Queue()
    till.order()
    choose(till, "3")
    till.by_hand("12.80")
    till.press("Tab")
    till.by_hand("12.90")
    expect(sentence(till)).not_to_contain_text("差额 ¥")
    till.press("Shift+Tab", "Tab")
    till.by_hand("10.00")
    expect(sentence(till)).to_contain_text("差额 ¥2.80")
    till.press("Tab")
    till.by_hand("wrong price")
    till.press("Enter", "Enter")
    expect(till.page.locator(".dialog .norepeat")).to_be_visible()
    expect(till.page.locator(".dialog .message")).to_contain_text("再按")
    till.press("Escape")
    till.at("dialog:order")
    till.desk.order_gate.put(None)
    till.at("refund:result")
    (body,) = till.desk.told("orders/adjust")
    assert (body["old_fen"], body["new_fen"], body["reading_id"]) == (12_80, 10_00, None)


@started(permissions=("refund.create",))
def test_a_clerk_needs_a_second_person_and_one_who_may_nothing_is_offered_nothing(till: Till) -> None:
    till.order()
    choose(till, "2")
    till.by_hand("why not")
    till.press("Enter")
    expect(till.page.locator(".dialog .message")).to_contain_text("谁")
    till.press("1")
    till.silence()
    till.by_hand(PIN)
    till.press("Enter")
    till.at("refund:result")
    (body,) = till.desk.told("orders/cancel")
    assert body["approval"] == {"staff_id": "s1", "secret": PIN}


@started(permissions=("books.read",))
def test_one_who_may_not_serve_is_offered_nothing(till: Till) -> None:
    till.order()
    expect(till.page.locator(".order .facts").first).to_be_visible()
    expect(till.page.locator(".choices")).to_have_count(0)
    till.press("/")
    expect(till.page.locator(".scan .message")).to_contain_text("没有别的可做")


@started(permissions=("refund.create",))
def test_an_order_is_put_on_hold_with_a_note_by_whoever_refunds(till: Till) -> None:
    till.order()
    choose(till, "4")
    expect(sentence(till)).to_contain_text("不动钱")
    till.press("Enter")
    expect(till.page.locator(".dialog .message")).to_have_text("请写明原因。")
    till.by_hand("ask the owner")
    till.press("Enter")
    expect(till.page.locator(".scan .message")).to_contain_text("已暂缓")
    expect(till.page.locator(".whynot")).to_contain_text("暂缓")
    assert till.desk.told("orders/hold") == [{"order_id": "A1001", "why": "ask the owner", "approval": None}]


@started(permissions=ALL)
def test_an_unpaid_order_is_closed_and_what_the_wallet_does_not_know_needs_a_persons_word(till: Till) -> None:
    till.desk.sell("A1004", "alipay", 30_00, state="UNPAID", may_refund=False, may=["cancel"])
    till.desk.order_fault = "close_not_found"
    till.scan("A1004")
    till.at("refund:amount")
    choose(till, "2")
    expect(sentence(till)).to_contain_text("支付宝")
    till.by_hand("left")
    till.press("Enter")
    tick = till.page.locator("[data-own=not-at-wallet]")
    expect(tick).to_be_visible()
    tick.press("Space")
    till.page.locator("[data-own=why]").press("Enter")
    expect(till.page.locator("#app")).not_to_have_attribute("data-place", "dialog:order")
    expect(till.page.locator(".order .badge").first).to_have_text("已取消")
    assert [body["not_at_wallet"] for body in till.desk.told("orders/cancel")] == [False, True]


@started(permissions=ALL)
def test_a_decision_that_needs_approval_may_wait_for_it(till: Till) -> None:
    till.desk.outcomes = ["needs_approval", "WAIT_APPROVAL"]
    till.order()
    choose(till, "2")
    till.by_hand("too much")
    till.press("Enter")
    waiting = till.page.locator("[data-act=orderActionToQueue]")
    expect(waiting).to_be_visible()
    waiting.press("Enter")
    till.at("refund:result")
    assert [body["queue"] for body in till.desk.told("orders/cancel")] == [False, True]


def test_the_order_card_follows_a_refund_whose_result_is_not_on_the_page(till: Till) -> None:
    till.to_result(state="UNKNOWN")
    till.press("Escape")
    till.at("refund:order")
    till.desk.orders["A1001"] |= {"may_refund": False, "why_not": "还没有结果。", "state_say": "等着"}
    till.scan("A1001")
    till.at("refund:amount")
    expect(till.page.locator(".stopped")).to_contain_text("还没有结果。")
    (refund,) = till.desk.refunds.values()
    refund["state"] = "SUCCEEDED"
    till.desk.orders["A1001"] |= {"state": "REFUNDED", "why_not": "这笔订单已经退完。"}
    till.desk.tell("refund", json.dumps(till.desk.receipt(refund)))
    expect(till.page.locator(".stopped")).to_contain_text("已经退完")
