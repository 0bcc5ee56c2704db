"""One Chromium for all tests of the page, one page and one stand-in for each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect, sync_playwright

from scanrefund.web.serving import served
from tests.acceptance.browser import PATIENCE_MS, chromium, watched
from tests.acceptance.scanner import by_hand, press_at, scan
from tests.page.stand_in import StandIn
from tests.page.stand_in_app import application

TILL_PX = ViewportSize(width=1024, height=768)
POLL_MS = 20
# When the place changed last, in milliseconds since 1970, for keys that are pressed a stated time after it.
ARRIVALS = """() => {
  const note = () => { window.arrivedAt = performance.timeOrigin + performance.now(); };
  new MutationObserver(note).observe(document.getElementById("app"), { attributeFilter: ["data-place"] });
}"""
DATED = """() => addEventListener("keydown", (event) => {
  window.datedAt = performance.timeOrigin + event.timeStamp;
}, { capture: true, once: true })"""
BADGE = "SRB-" + "ABCDEFGHIJKLMNOPQRSTUV23"
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
        by_hand(self.page, text)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def at(self, place: str) -> None:
        expect(self.page.locator("#app")).to_have_attribute("data-place", place)

    def until(self, ready: Callable[[], bool]) -> None:
        """Wait for what only the desk behind the page can tell."""
        ends = time.monotonic() + PATIENCE_MS / 1_000
        while not ready():
            assert time.monotonic() < ends, self.desk.calls
            self.page.wait_for_timeout(POLL_MS)

    def told(self, path: str, times: int) -> list[Any]:
        """What the desk was told under this path, once that has been so many times."""
        self.until(lambda: len(self.desk.told(path)) >= times)
        return self.desk.told(path)

    def hears(self, event: str, data: str) -> None:
        """The desk tells the page, which listens by then."""
        self.until(lambda: len(self.desk.listeners) > 0)
        self.desk.tell(event, data)

    def press_after(self, key: str, seconds: float) -> None:
        """Press a key that goes down so long after the place changed, by its own time."""
        at = self.page.evaluate("window.arrivedAt") / 1_000 + seconds
        press_at(self.page, [(key, at - self._dated_ahead())])

    def _dated_ahead(self) -> float:
        """How far from its given time the page dates a key: a machine's clocks drift apart."""
        self.page.evaluate(DATED)
        sent = time.time()
        press_at(self.page, [("Shift", sent)])
        return float(self.page.evaluate("window.datedAt")) / 1_000 - sent

    def clock_at(self, moment: datetime) -> None:
        """From now on the page's clock stands still at this moment."""
        self.page.evaluate("(ms) => { Date.now = () => ms; }", moment.timestamp() * 1_000)

    def settled(self) -> None:
        """A question is answered by a key only some time after it appeared."""
        self.page.wait_for_timeout(450)

    def silence(self) -> None:
        """What comes within 250 ms is one run of keys."""
        self.page.wait_for_timeout(280)

    def checked(self) -> None:
        """Every rule has been asked about what is on the page."""
        summary = self.page.locator(".ladder [role=status]")
        expect(summary).not_to_have_text(self.desk.say("page.check.running"))

    def choose_second(self, digit: str) -> None:
        """A second person by his digit, ready to type his secret."""
        expect(self.page.locator(".person").first).to_be_visible()
        self.press(digit)
        expect(self.page.locator("[data-secret=approval]")).to_be_focused()

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
        self.checked()

    def to_result(self, order_id: str = "A1001", *, state: str) -> None:
        self.desk.outcomes = [state]
        self.to_confirm(order_id)
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
    page.on("console", lambda line: _note(line.text, wrong) if line.type == "error" else None)
    with watched(page, served_desk[1]):
        page.wait_for_selector("#app[data-place]:not([data-place='starting'])")
        page.evaluate(ARRIVALS)
        yield Till(page, desk)
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
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
