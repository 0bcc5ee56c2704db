"""The counter page as a shop has it: a phone before a camera, keys without a mouse, and what breaks.

Each test says what the clerk reads, and that the wallet paid once, or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect, sync_playwright

from tests.acceptance.browser import chromium
from tests.acceptance.conftest import a_program, start_sandbox, stop
from tests.acceptance.film import film, phone_camera
from tests.acceptance.scanner import by_hand
from tests.acceptance.stage import Stage

pytestmark = pytest.mark.xdist_group("counter for real")
# What the page's own tests and the server's try every day, here with everything real behind it.
ALSO_NEARER = pytest.mark.long
# After a kill nobody takes a refund over before the lease of the dead one is out: half a minute is long here.
QUICK = {"SCANREFUND_HTTP__DEADLINE_S": "9", "SCANREFUND_DISPATCH__LEASE_S": "10"}
# As root, in a container, Chromium has no sandbox of its own to build.
ARGS = ("--no-sandbox", "--mute-audio")
DO_NOT = "请勿重复退款，也不要付现金"


@pytest.fixture(scope="module")
def driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, driver: Playwright) -> Iterator[Stage]:
    browser = driver.chromium.launch(executable_path=chromium(), args=[*ARGS])
    with phone_camera() as camera:
        home = tmp_path_factory.mktemp("counter")
        program = a_program(home, **QUICK, SCANREFUND_SCAN__CAMERA=camera.url)
        stage = Stage(program, camera, browser, start_sandbox(program))
        stage.start_counter()
        try:
            yield stage
        finally:
            stage.kill_counter()
            stop(stage.sandbox)
            browser.close()


def test_a_code_that_grew_too_old_is_refused_and_the_one_it_turns_into_is_taken(stage: Stage) -> None:
    order = stage.sandbox.sell(stage.program, "alipay", 1_280)
    old = stage.sandbox.code("alipay")
    stage.seen_a_minute_ago(old, "alipay")
    with stage.page() as clerk:
        clerk.asks_for_code(order)
        stage.camera.show(old)
        clerk.reads(".message", "付款码已过期：请顾客刷新后再扫，订单已保留。")
        clerk.at("refund:code")
        assert stage.paid(order) == []
        stage.camera.show(stage.sandbox.code("alipay"))
        clerk.may_confirm()
        clerk.press("Enter")
        clerk.is_paid()
    stage.camera.show("")
    assert stage.paid(order) == [(1_280, "SUCCESS")]


def test_another_wallets_code_and_a_collection_code_are_named_and_refund_nothing(stage: Stage) -> None:
    order = stage.sandbox.sell(stage.program, "wechat", 990)
    with stage.page() as clerk:
        clerk.asks_for_code(order)
        stage.camera.show("wxp://f2f0AbCdEfGhIjKlMnOp")
        clerk.reads(".message", "这是微信支付收款码，不是付款码。")
        clerk.at("refund:code")
        stage.camera.show(stage.sandbox.code("alipay"))
        clerk.at("refund:confirm")
        clerk.reads(".rung-no", "支付宝")
        clerk.settle()
        clerk.press("Enter", "Enter")
        clerk.at("refund:confirm")
        assert stage.paid(order) == []
        stage.camera.show(stage.sandbox.code("wechat"))
        clerk.may_confirm()
        clerk.press("Enter")
        clerk.is_paid()
    stage.camera.show("")
    assert stage.paid(order) == [(990, "SUCCESS")]


def test_the_browsers_own_camera_sees_the_phone(stage: Stage, driver: Playwright, tmp_path: Path) -> None:
    order = stage.sandbox.sell(stage.program, "wechat", 450)
    code = stage.sandbox.code("wechat")
    plays = film(tmp_path / "phone.mjpeg", code)
    fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    args = [*ARGS, *fake, f"--use-file-for-fake-video-capture={plays}"]
    browser = driver.chromium.launch(executable_path=chromium(), args=args)
    with stage.page(browser) as clerk:
        clerk.asks_for_code(order)
        clerk.press("F6")
        clerk.page.get_by_role("button", name="改用浏览器的摄像头").focus()
        clerk.press("Enter", "F2")
        clerk.may_confirm()
        clerk.reads(".masked", code[:2] + "•" * 14 + code[-2:])
        clerk.press("Enter")
        clerk.is_paid()
    browser.close()
    assert stage.paid(order) == [(450, "SUCCESS")]


@ALSO_NEARER
def test_a_keyboard_is_enough(stage: Stage) -> None:
    """No scanner, no camera, no mouse: a person types, finds the button with Tab, and presses keys."""
    order = stage.sandbox.sell(stage.program, "alipay", 300)
    with stage.page() as clerk:
        by_hand(clerk.page, order)
        clerk.press("Enter")
        clerk.at("refund:amount")
        clerk.settle()
        clerk.press("Enter", "2")
        clerk.at("refund:code")
        clerk.settle()
        code = stage.sandbox.code("alipay")
        by_hand(clerk.page, code)
        clerk.press("Enter")
        clerk.may_confirm()
        clerk.press("Enter")
        clerk.is_paid()
        assert code not in clerk.page.content()
    assert stage.paid(order) == [(300, "SUCCESS")]


def test_a_complaint_is_noted_answered_and_ended_by_keys(stage: Stage) -> None:
    order = stage.sandbox.sell(stage.program, "alipay", 310)
    with stage.page() as clerk:
        clerk.asks_for_code(order)
        clerk.scan(stage.sandbox.code("alipay"))
        clerk.may_confirm()
        clerk.press("Enter")
        clerk.is_paid()
        clerk.page.locator("[data-act=openDetail]").press("Enter")
        clerk.at("detail")
        clerk.press("c")
        clerk.at("dialog:decide")
        by_hand(clerk.page, "等了半小时")
        clerk.press("Enter")
        clerk.at("detail")
        clerk.reads(".complaints", "前答复")
        clerk.press("a")
        clerk.at("dialog:complaint")
        clerk.reads(".quoted", "等了半小时")
        by_hand(clerk.page, "已道歉")
        clerk.press("Enter")
        clerk.reads(".complaints", "已答复")
        clerk.at("detail")
        clerk.press("a")
        clerk.at("dialog:complaint")
        clerk.press("Enter")
        clerk.reads(".complaints", "已了结")
        clerk.reads(".timeline", "了结了投诉")


@ALSO_NEARER
def test_a_page_that_is_reloaded_in_the_middle_makes_no_second_refund(stage: Stage) -> None:
    order = stage.sandbox.sell(stage.program, "alipay", 560)
    with stage.page() as clerk:
        clerk.asks_for_code(order)
        clerk.scan(stage.sandbox.code("alipay"))
        clerk.may_confirm()
        # Longer than the counter waits: the refund is open for as long as the page takes to come back.
        stage.fault("alipay", "refund", "delay", delay_s=30)
        clerk.press("Enter")
        stage.until_sent(order)
        clerk.page.reload()
        clerk.at("refund:order")
        clerk.scan(order)
        clerk.reads("body", DO_NOT)
        stage.until_paid(order)
        clerk.ends_as_refunded(order)
    assert stage.paid(order) == [(560, "SUCCESS")]


def test_a_counter_that_is_killed_in_the_middle_of_a_refund_ends_it_when_it_is_back(stage: Stage) -> None:
    order = stage.sandbox.sell(stage.program, "alipay", 780)
    with stage.page() as clerk:
        clerk.asks_for_code(order)
        clerk.scan(stage.sandbox.code("alipay"))
        clerk.may_confirm()
        stage.fault("alipay", "refund", "delay", delay_s=30)
        clerk.press("Enter")
        stage.until_sent(order)
        stage.kill_counter()
        expect(clerk.page.locator(".band-lost")).to_be_visible()
        stage.start_counter()
        clerk.sign_in_again()
        clerk.at("refund:confirm")
        clerk.settle()
        # Whoever presses again is told that it is on its way or done.
        clerk.press("Enter")
        expect(clerk.page.locator("body")).to_contain_text(re.compile(f"{DO_NOT}|已经退完|没有再退一次"))
        stage.until_paid(order)
        clerk.ends_as_refunded(order)
    assert stage.paid(order) == [(780, "SUCCESS")]


@ALSO_NEARER
def test_of_two_pages_on_one_order_one_refunds_and_the_other_is_told(stage: Stage) -> None:
    order = stage.sandbox.sell(stage.program, "wechat", 610)
    with stage.page() as one, stage.page() as other:
        for clerk in (one, other):
            clerk.asks_for_code(order)
            clerk.scan(stage.sandbox.code("wechat"))
            clerk.may_confirm()
        one.page.keyboard.press("Enter")
        other.page.keyboard.press("Enter")
        one.is_paid()
        other.reads(".result", "没有退款")
    assert stage.paid(order) == [(610, "SUCCESS")]


def test_a_wallet_that_cannot_be_reached_is_told_and_paid_once_when_the_line_is_back(stage: Stage) -> None:
    order = stage.sandbox.sell(stage.program, "alipay", 820)
    with stage.page() as clerk:
        clerk.asks_for_code(order)
        clerk.scan(stage.sandbox.code("alipay"))
        clerk.may_confirm()
        stage.cut_the_line()
        try:
            clerk.press("Enter")
            clerk.at("refund:result")
            clerk.reads(".norepeat", DO_NOT)
            expect(clerk.page.locator(".result")).to_have_class(re.compile("tone-unknown"))
        finally:
            stage.mend_the_line()
        clerk.is_paid()
    assert stage.paid(order) == [(820, "SUCCESS")]
