"""One Chromium for all tests of the page, one page and one stand-in for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect, sync_playwright

from scanrefund.web.serving import served
from tests.acceptance.browser import chromium
from tests.acceptance.scanner import scan
from tests.page.stand_in import StandIn
from tests.page.stand_in_app import application

TILL_PX = ViewportSize(width=1024, height=768)
# A scanner's time per key, and a person's.
SCANNER_KEY_MS = 4
PERSON_KEY_MS = 90
WECHAT_CODE = "134712345678901242"
ALIPAY_CODE = "287712345678901249"


@pytest.fixture(scope="session")
def browser() -> Iterator[BrowserContext]:
    with sync_playwright() as driver:
        # As root, in a container, Chromium has no sandbox of its own to build.
        running = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--mute-audio"])
        yield running.new_context(viewport=TILL_PX)


@pytest.fixture(scope="session")
def served_desk() -> Iterator[tuple[StandIn, str]]:
    """The one stand-in that is served, and its address."""
    desk = StandIn()
    with served(application(desk), 0) as port:
        yield desk, f"http://127.0.0.1:{port}/"
        desk.ended = True


@dataclass
class Till:
    """The page as a clerk has it: keys and a scanner; and the desk behind it."""

    page: Page
    desk: StandIn

    def scan(self, text: str, suffix: str = "Enter") -> None:
        scan(self.page, text, suffix)

    def by_hand(self, text: str) -> None:
        self.page.keyboard.type(text, delay=PERSON_KEY_MS)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def at(self, place: str) -> None:
        expect(self.page.locator("#app")).to_have_attribute("data-place", place)

    def settled(self) -> None:
        """A question is answered by a key only some time after it appeared."""
        self.page.wait_for_timeout(450)

    def silence(self) -> None:
        """What comes within 250 ms is one run of keys."""
        self.page.wait_for_timeout(280)

    def order(self, order_id: str = "A1001") -> None:
        self.scan(order_id)
        self.at("refund:amount")

    def to_confirm(self, order_id: str = "A1001", code: str = WECHAT_CODE) -> None:
        self.order(order_id)
        self.press("Enter", "3")
        self.at("refund:code")
        self.silence()
        self.scan(code)
        self.at("refund:confirm")
        expect(self.page.locator(".ladder .rung").first).to_be_visible()

    def to_result(self, *, state: str) -> None:
        self.desk.outcomes = [state]
        self.to_confirm()
        self.settled()
        self.press("Enter")
        self.at("refund:result")


@pytest.fixture
def desk(request: pytest.FixtureRequest, served_desk: tuple[StandIn, str]) -> StandIn:
    """The desk as new; a test that wants it otherwise before the page opens says so by `started`."""
    served_desk[0].begin_again(**getattr(request, "param", {}))
    return served_desk[0]


def started(**otherwise: Any) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("desk", [pytest.param(otherwise, id="desk")], indirect=True)


@pytest.fixture
def till(browser: BrowserContext, desk: StandIn, served_desk: tuple[StandIn, str]) -> Iterator[Till]:
    """What the page logs as an error, the browser's refusals under the policy included, fails the test."""
    wrong: list[str] = []
    page = browser.new_page()
    page.set_default_timeout(5000)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: _note(line.text, wrong) if line.type == "error" else None)
    page.goto(served_desk[1])
    page.wait_for_selector("#app[data-place]:not([data-place='starting'])")
    yield Till(page, desk)
    page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    page.close()
    assert wrong == []


def _note(line: str, wrong: list[str]) -> None:
    # An answer that is no 200 is part of some tests; Chromium logs each.
    if "Failed to load resource" not in line:
        wrong.append(line)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One browser at a time: two of them on two cores are too slow for keys that count by the millisecond."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.xdist_group("browser"))
