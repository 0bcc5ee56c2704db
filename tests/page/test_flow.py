"""The flow of the day on the page alone: four keys, and what may come instead of a green result."""

from __future__ import annotations

import json
import queue
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.page.conftest import ALIPAY_CODE, WECHAT_CODE, Till, started
from tests.page.stand_in_app import PIN
from tests.page.ways import to_stopped


def test_a_refund_takes_four_keys_and_leaves_no_code_behind(till: Till) -> None:
    till.scan("A1001")
    till.at("refund:amount")
    till.press("Enter", "3")
    till.at("refund:code")
    till.silence()
    till.scan(WECHAT_CODE)
    till.at("refund:confirm")
    till.checked()
    expect(till.page.locator(".masked")).to_have_text("13••••••••••••••42")
    expect(till.page.locator(".capitals")).to_have_text("壹拾贰元捌角")
    till.settled()
    till.press("Enter")
    expect(till.page.locator(".result.tone-good h2")).to_have_text("退款成功")
    (sent,) = till.desk.told("refund")
    assert (sent["order_id"], sent["amount_fen"], sent["reason"]) == ("A1001", 1280, "changed_mind")
    assert sent["reading_id"] in till.desk.codes
    left = till.page.evaluate(
        "() => document.documentElement.outerHTML + [...document.querySelectorAll('input')].map(i => i.value)"
        " + JSON.stringify({...localStorage, ...sessionStorage}) + location.href"
    )
    assert WECHAT_CODE not in left


def test_pressing_twice_sends_once_and_says_so(till: Till) -> None:
    till.desk.refund_gate = queue.Queue()
    till.to_confirm()
    till.settled()
    till.press("Enter")
    till.at("refund:sending")
    till.press("Enter", "F2")
    expect(till.page.locator(".sending")).to_contain_text("没有再退一笔")
    till.desk.refund_gate.put(None)
    till.at("refund:result")
    till.press_after("Enter", 0.05)
    expect(till.page.locator(".scan .message")).to_contain_text("没有再退一笔")
    till.at("refund:result")
    till.settled()
    till.press("Enter")
    till.at("refund:order")
    assert len(till.desk.told("refund")) == 1


def test_an_answer_that_is_lost_is_asked_for_again_under_the_same_number(till: Till) -> None:
    till.desk.drop_refund_calls = 1
    till.desk.refund_gate = queue.Queue()
    till.to_confirm()
    till.settled()
    till.press("Enter")
    till.desk.refund_gate.put(None)
    expect(till.page.locator(".sending [role=alert]")).to_be_visible()
    expect(till.page.locator(".sending .norepeat")).to_be_visible()
    till.desk.refund_gate.put(None)
    expect(till.page.locator(".result .again")).to_contain_text("没有再退一次")
    first, second = till.desk.told("refund")
    assert first == second
    assert len(till.desk.refunds) == 1


def test_a_page_reloaded_on_the_way_asks_again_under_the_same_number(till: Till) -> None:
    till.desk.refund_gate = queue.Queue()
    till.to_confirm()
    till.settled()
    till.press("Enter")
    till.at("refund:sending")
    till.told("refund", 1)
    till.page.reload()
    till.at("refund:order")
    till.to_confirm()
    till.settled()
    till.press("Enter")
    till.at("refund:sending")
    first, second = till.told("refund", 2)
    for _ in range(2):
        till.desk.refund_gate.put(None)
    expect(till.page.locator(".result.tone-good")).to_be_visible()
    assert first["request_id"] == second["request_id"]
    assert len(till.desk.refunds) == 1


def test_an_unknown_result_warns_counts_down_and_turns_green_when_it_is_known(till: Till) -> None:
    till.to_result(state="UNKNOWN")
    result = till.page.locator(".result")
    expect(result).to_have_class("result tone-unknown")
    expect(result.locator(".norepeat")).to_contain_text("请勿重复退款，也不要付现金。")
    countdown = result.locator(".countdown")
    for seconds, shown in ((42, "0:42"), (7, "0:07")):
        till.clock_at(till.desk.asks_at - timedelta(seconds=seconds))
        expect(countdown).to_contain_text(shown)
    (refund,) = till.desk.refunds.values()
    refund["state"] = "SUCCEEDED"
    till.hears("refund", json.dumps(till.desk.receipt(refund)))
    expect(result).to_have_class("result tone-good")
    expect(result.locator(".norepeat")).to_have_count(0)


@pytest.mark.parametrize("deaf", ["locked", "cut"])
def test_what_moved_while_the_page_could_not_hear_is_asked_for(till: Till, deaf: str) -> None:
    till.to_result(state="UNKNOWN")
    (refund,) = till.desk.refunds.values()
    refund["state"] = "SUCCEEDED"
    if deaf == "cut":
        till.desk.hang_up()
    else:
        till.clock_at(datetime.now(UTC) + timedelta(seconds=till.desk.idle_lock_s + 1))
        till.at("locked")
        till.by_hand(PIN)
        till.press("Enter")
    expect(till.page.locator(".result")).to_have_class("result tone-good")


def test_accepted_is_another_colour_than_succeeded(till: Till) -> None:
    till.to_result(state="PROCESSING")
    expect(till.page.locator(".result")).to_have_class("result tone-open")
    expect(till.page.locator(".norepeat")).to_be_visible()


def test_a_refusal_keeps_the_order_and_asks_for_a_fresh_code(till: Till) -> None:
    till.to_result(state="code_expired")
    expect(till.page.locator(".result.tone-bad .say")).to_contain_text("付款码已过期，请刷新后再出示。")
    till.settled()
    till.press("Enter")
    till.at("refund:code")
    expect(till.page.locator(".chosen")).to_contain_text("¥12.80")


def test_a_rule_that_says_no_stops_enter_and_the_maximum_is_one_key(till: Till) -> None:
    till.order()
    till.press("*")
    amount = till.page.locator("[data-field=amount]")
    expect(amount).to_be_focused()
    amount.press("Control+a")
    till.by_hand("20")
    till.press("Enter")
    expect(till.page.locator("#amount-said")).to_contain_text("¥12.80")
    till.page.locator("section.amount").focus()
    till.press("3")
    till.at("refund:code")
    till.silence()
    till.scan(WECHAT_CODE)
    till.at("refund:confirm")
    till.checked()
    expect(till.page.locator(".rung-no")).to_have_count(1)
    next_step = till.desk.say("refusal.amount_over_remaining.next")
    expect(till.page.locator(".confirm .nextstep")).to_contain_text(next_step)
    till.settled()
    till.press("Enter")
    till.at("refund:confirm")
    till.press("F9")
    expect(till.page.locator(".rung-no")).to_have_count(0)
    till.checked()
    till.press("Enter")
    till.at("refund:result")
    assert [one["amount_fen"] for one in till.desk.told("refund")] == [1280]


def test_a_large_sum_is_typed_once_more(till: Till) -> None:
    till.to_confirm("A1002", ALIPAY_CODE)
    till.settled()
    till.press("Enter")
    expect(till.page.locator(".scan .message")).to_contain_text(till.desk.say("page.confirm.type_again"))
    till.at("refund:confirm")
    expect(till.page.locator("[data-field=typed]")).to_be_focused()
    till.by_hand("888")
    till.press("Enter")
    till.at("refund:result")
    assert len(till.desk.told("refund")) == 1


@started(needs_approval=True)
def test_a_supervisor_approves_at_the_till(till: Till) -> None:
    till.to_confirm()
    till.settled()
    till.press("Enter")
    till.at("refund:approving")
    till.choose_second("1")
    till.by_hand("270419")
    till.press("Enter")
    till.at("refund:result")
    (sent,) = till.desk.told("refund")
    assert sent["approval"] == {"staff_id": "s1", "secret": "270419"}
    expect(till.page.locator(".does")).to_contain_text("王店长")


def test_without_a_code_is_a_flow_of_its_own(till: Till) -> None:
    till.order()
    till.press("3")
    till.at("refund:code")
    till.silence()
    till.press("Enter")
    expect(till.page.locator(".scan .message")).to_contain_text("F8")
    till.at("refund:code")
    till.press("F8")
    till.at("refund:confirm")
    expect(till.page.locator(".nocode")).to_be_visible()
    till.checked()
    till.settled()
    till.press("Enter")
    till.at("refund:result")
    assert till.desk.told("refund")[0]["reading_id"] is None


def test_a_code_that_ages_out_is_asked_for_again(till: Till) -> None:
    till.to_confirm()
    expect(till.page.locator(".living")).to_be_visible()
    expect(till.page.locator(".living.amber")).to_have_count(0)
    (reading,) = till.desk.codes.values()
    expires = datetime.fromisoformat(reading["expires_at"])
    till.clock_at(expires - timedelta(seconds=15))
    expect(till.page.locator(".living.amber")).to_be_visible()
    till.clock_at(expires)
    till.at("refund:code")
    expect(till.page.locator(".scan .message")).to_contain_text("已过期")
    till.settled()
    till.press("Enter")
    expect(till.page.locator(".scan .message")).to_contain_text("F8")
    assert till.desk.told("refund") == []


def test_what_was_said_of_one_screen_is_not_said_on_the_next(till: Till) -> None:
    till.scan("6901234567892")
    expect(till.page.locator(".scan.tone-bad .message")).to_contain_text("扫小票、账单条码或付款码")
    till.press("F4")
    till.at("queue")
    expect(till.page.locator(".list > .message")).to_be_empty()


def test_an_order_that_cannot_be_refunded_says_what_to_do(till: Till) -> None:
    to_stopped(till)
    expect(till.page.locator(".stopped .nextstep")).to_contain_text("请顾客查看钱包账单")
    till.press("Enter")
    till.at("refund:order")


def test_of_two_looks_at_what_waits_the_later_one_counts(till: Till) -> None:
    till.press("F4")
    till.at("queue")
    early: queue.Queue[None] = queue.Queue()
    till.desk.queue_gate = early
    till.press("F4")
    till.until(lambda: till.desk.queue_gate is None)
    till.desk.sell("A2001", "wechat", 36_00)
    till.desk.refund(
        {"order_id": "A2001", "amount_fen": 36_00, "reason": "faulty", "approval": None}
        | {"request_id": "W", "queue": True}
    )
    till.press("F4")
    expect(till.page.locator(".part .row")).to_have_count(1)
    with till.page.expect_response("**/desk/queue"):
        early.put(None)
    till.page.evaluate("() => new Promise((done) => setTimeout(done, 50))")
    # Before the page looks again by itself.
    expect(till.page.locator(".part .row")).to_have_count(1, timeout=1_000)


def test_a_list_that_could_not_be_asked_for_is_not_called_empty(till: Till) -> None:
    till.desk.instead["/desk/refunds"] = (502, None)
    till.press("F3")
    expect(till.page.locator(".refunds .message")).to_contain_text("没有应答")
    expect(till.page.locator(".refunds .none")).to_have_count(0)
