"""What a scanner or the camera gives during a question about an order: a code only where one is asked for."""

from __future__ import annotations

import json
import queue
import time

from playwright.sync_api import expect

from tests.page.conftest import WECHAT_CODE, Till, started
from tests.page.stand_in_scans import read
from tests.page.test_order_actions import ALL, choose


@started(permissions=ALL)
def test_a_question_that_pays_nothing_takes_no_code(till: Till) -> None:
    till.order()
    choose(till, "1")
    till.silence()
    till.scan(WECHAT_CODE, suffix="")
    expect(till.page.locator(".dialog .message")).to_contain_text("这次扫码没有用上")
    assert len(till.desk.told("scan")) == 1


@started(permissions=ALL)
def test_a_question_that_pays_takes_the_code_that_the_camera_sees(till: Till) -> None:
    till.order()
    choose(till, "2")
    till.hears("shown", json.dumps(read(till.desk, WECHAT_CODE)))
    expect(till.page.locator(".dialog .masked")).to_have_text("13••••••••••••••42")


@started(permissions=ALL)
def test_an_answer_on_its_way_takes_no_other_code(till: Till) -> None:
    till.desk.order_gate = queue.Queue()
    till.order()
    choose(till, "2")
    till.by_hand("ordered twice")
    till.press("Enter")
    expect(till.page.locator(".dialog .norepeat")).to_be_visible()
    till.silence()
    till.scan(WECHAT_CODE, suffix="")
    expect(till.page.locator(".dialog .message")).to_contain_text("这次扫码没有用上")
    till.desk.order_gate.put(None)
    till.at("refund:result")


@started(permissions=ALL)
def test_an_enter_so_soon_after_a_code_is_the_scanners_and_decides_nothing(till: Till) -> None:
    till.order()
    choose(till, "2")
    till.by_hand("ordered twice")
    till.silence()
    till.page.evaluate("() => { performance.now = () => 60_000; }")
    till.scan(WECHAT_CODE, suffix="")
    expect(till.page.locator(".dialog .masked")).to_be_visible()
    till.settled()
    till.press("Enter")
    till.at("dialog:order")
    assert till.desk.told("orders/cancel") == []
    till.page.evaluate("() => { performance.now = () => 60_500; }")
    till.press("Enter")
    till.at("refund:result")


@started(permissions=ALL)
def test_the_enter_of_a_short_scan_that_lands_in_the_reason_decides_nothing(till: Till) -> None:
    till.order()
    choose(till, "2")
    wire = till.page.context.new_cdp_session(till.page)
    begun = time.time()
    for number, pressed in enumerate(("A", "1", "0", "0", "2", "Enter")):
        at = {"key": pressed, "timestamp": begun + number * 0.004}
        wire.send(
            "Input.dispatchKeyEvent", {"type": "keyDown", "text": pressed[:1] if number < 5 else "\r", **at}
        )
    wire.detach()
    expect(till.page.locator("[data-own=why]")).to_have_value("A1002")
    till.silence()
    assert till.desk.told("orders/cancel") == []
    till.press("Enter")
    till.at("refund:result")
