"""The counter page as a clerk has it: the installed program, a real browser, the real sandbox, four keys."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from tests.acceptance.browser import chromium, watched
from tests.acceptance.conftest import Program, Sandbox
from tests.acceptance.scanner import scan

TILL_PX = ViewportSize(width=1280, height=800)
PIN = "739164"
# Within it keys are one run; a question that has just appeared takes no key for a little longer.
SILENCE_MS = 450
END_S_MAX = 300


@pytest.fixture
def page(program: Program, sandbox: Sandbox) -> Iterator[Page]:
    """The page of a counter whose owner has just made himself known."""
    with counting(program) as url, opened(url) as page:
        become_owner(page)
        yield page


@contextmanager
def opened(url: str) -> Iterator[Page]:
    """The page in a browser. What it throws fails the test."""
    with sync_playwright() as driver:
        # As root, in a container, Chromium has no sandbox of its own to build.
        browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--mute-audio"])
        with watched(browser.new_page(viewport=TILL_PX), url) as page:
            yield page
        browser.close()


@contextmanager
def counting(program: Program, port: str = "0") -> Iterator[str]:
    """A counter that serves; its address. It is killed at the end, as by a cut of the power."""
    counter = program.start("counter", "--port", port, "--json")
    assert counter.stdout is not None
    try:
        yield json.loads(counter.stdout.readline())["url"]
    finally:
        counter.kill()
        counter.communicate(timeout=END_S_MAX)


def become_owner(page: Page) -> None:
    at(page, "owner")
    for text in ("赵老板", PIN, PIN):
        page.keyboard.type(text, delay=30)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    at(page, "refund:order")


def at(page: Page, place: str) -> None:
    expect(page.locator("#app")).to_have_attribute("data-place", place)


def four_keys(page: Page, order: str, code: str) -> None:
    scan(page, order)
    at(page, "refund:amount")
    page.keyboard.press("Enter")
    page.keyboard.press("3")
    at(page, "refund:code")
    page.wait_for_timeout(SILENCE_MS)
    scan(page, code)
    at(page, "refund:confirm")
    expect(page.locator(".send[aria-disabled=false]")).to_be_visible()
    page.wait_for_timeout(SILENCE_MS)
    page.keyboard.press("Enter")
    at(page, "refund:result")


@pytest.mark.parametrize("wallet", ["wechat", "alipay"])
def test_a_refund_takes_four_keys(program: Program, sandbox: Sandbox, page: Page, wallet: str) -> None:
    order = sandbox.sell(program, wallet, 1_280)
    code = sandbox.code(wallet)
    four_keys(page, order, code)
    expect(page.locator(".result")).to_have_class("result tone-good")
    expect(page.locator(".say p")).to_contain_text("¥12.80")
    assert code not in page.content()
    assert [(one["amount_fen"], one["status"]) for one in sandbox.refunds()] == [(1_280, "SUCCESS")]
    kept = [path for path in program.home.rglob("*") if path.is_file() and code.encode() in path.read_bytes()]
    assert kept == []
    _picture(page, f"counter-{wallet}-good")


def test_the_wrong_wallet_is_stopped_before_anything_is_sent(
    program: Program, sandbox: Sandbox, page: Page
) -> None:
    order = sandbox.sell(program, "wechat", 990)
    scan(page, order)
    at(page, "refund:amount")
    page.keyboard.press("1")
    at(page, "refund:code")
    page.wait_for_timeout(SILENCE_MS)
    scan(page, sandbox.code("alipay"))
    at(page, "refund:confirm")
    expect(page.locator(".rung-no")).to_contain_text("支付宝")
    page.wait_for_timeout(SILENCE_MS)
    page.keyboard.press("Enter")
    # On the way to a wallet this key would do nothing.
    page.keyboard.press("Escape")
    at(page, "refund:code")
    assert sandbox.refunds() == []


def test_a_lost_answer_stays_open_and_turns_green(program: Program, sandbox: Sandbox, page: Page) -> None:
    order = sandbox.sell(program, "alipay", 560)
    sandbox.call("POST", "/sandbox/faults", {"wallet": "alipay", "on": "refund", "fault": "drop_after"})
    four_keys(page, order, sandbox.code("alipay"))
    expect(page.locator(".norepeat")).to_contain_text("请勿重复退款，也不要付现金。")
    expect(page.locator(".result")).to_have_class(re.compile("tone-unknown"))
    _picture(page, "counter-unknown")
    expect(page.locator(".result")).to_have_class("result tone-good", timeout=END_S_MAX * 1_000)
    assert [one["amount_fen"] for one in sandbox.refunds()] == [560]


def test_a_counter_that_is_started_again_finds_its_page_and_the_work_on_it(
    program: Program, sandbox: Sandbox
) -> None:
    with ExitStack() as life:
        first = life.enter_context(ExitStack())
        url = first.enter_context(counting(program))
        page = life.enter_context(opened(url))
        become_owner(page)
        order = sandbox.sell(program, "wechat", 1_280)
        scan(page, order)
        at(page, "refund:amount")
        first.close()
        expect(page.locator(".band-lost")).to_be_visible()
        life.enter_context(counting(program, url.rsplit(":", 1)[1].strip("/")))
        at(page, "sign_in")
        expect(page.locator(".person").first).to_be_visible()
        page.keyboard.press("1")
        expect(page.locator("[data-secret=pin]")).to_be_focused()
        page.keyboard.type(PIN, delay=30)
        page.keyboard.press("Enter")
        at(page, "refund:amount")
        expect(page.locator(".order h2")).to_contain_text(order)


def _picture(page: Page, name: str) -> None:
    """Kept where somebody asked for pictures; the documents' own are made so."""
    if folder := os.environ.get("SCANREFUND_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png")
