"""A whole counter for the tests in a browser: program, sandbox, a camera that sees a phone, clerks' pages.

One is set up for a file of tests; each test has orders and pages of its own, and leaves everything running.
"""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, expect

from scanrefund.keys import Keys
from tests.acceptance.browser import watched
from tests.acceptance.conftest import Program, Sandbox, start_sandbox, stop
from tests.acceptance.film import PhoneCamera
from tests.acceptance.scanner import scan

TILL_PX = ViewportSize(width=1280, height=800)
PIN = "739164"
# Within it keys are one run; a question that has just appeared takes no key for a little longer.
SILENCE_MS = 450
END_MS = 300_000


@dataclass
class Stage:
    """Everything behind the pages."""

    program: Program
    camera: PhoneCamera
    browser: Browser
    sandbox: Sandbox
    url: str = ""
    counter: subprocess.Popen[str] | None = None

    def start_counter(self) -> None:
        """On the port it had before, if any."""
        port = self.url.rsplit(":", 1)[1].strip("/") if self.url else "0"
        self.counter = self.program.start("counter", "--port", port, "--json")
        assert self.counter.stdout is not None
        self.url = json.loads(self.counter.stdout.readline())["url"]

    def kill_counter(self) -> None:
        """As by a cut of the power."""
        assert self.counter is not None
        self.counter.kill()
        self.counter.communicate(timeout=END_MS / 1_000)

    def stop_counter(self) -> None:
        """As whoever closes the shop: what is under way is finished first."""
        assert self.counter is not None
        self.counter.terminate()
        self.counter.communicate(timeout=END_MS / 1_000)

    def cut_the_line(self) -> None:
        """Nobody answers at the wallets' address any more."""
        stop(self.sandbox)

    def mend_the_line(self) -> None:
        """The wallets are where they were."""
        port = int(self.sandbox.base_url.rsplit(":", 1)[1])
        self.sandbox = start_sandbox(self.program, port)

    def fault(self, wallet: str, on: str, fault: str, **more: Any) -> None:
        self.sandbox.call("POST", "/sandbox/faults", {"wallet": wallet, "on": on, "fault": fault, **more})

    def paid(self, order: str) -> list[tuple[int, str]]:
        """The wallets' own truth: what they have paid back of an order."""
        found = [one for one in self.sandbox.refunds() if one["order_id"] == order]
        return [(one["amount_fen"], one["status"]) for one in found]

    def until_paid(self, order: str) -> None:
        """Until the wallet has paid; nobody at the page does anything."""
        self._until(order, lambda paid: "SUCCESS" in [status for _, status in paid])

    def until_sent(self, order: str) -> None:
        """Until the wallet has heard of a refund, whether it has answered or not."""
        self._until(order, bool)

    def _until(self, order: str, ready: Callable[[list[tuple[int, str]]], bool]) -> None:
        ends = time.monotonic() + END_MS / 1_000
        while not ready(self.paid(order)):
            assert time.monotonic() < ends, self.paid(order)
            time.sleep(0.1)

    def seen_a_minute_ago(self, digits: str, wallet: str) -> None:
        """Another counter of the shop saw this code 61 seconds ago."""
        fingerprint = Keys.open(self.program.home).fingerprint(digits)
        at = (datetime.now(UTC) - timedelta(seconds=61)).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
        with sqlite3.connect(self.program.home / "ledger.sqlite3", timeout=60) as ledger:
            row = (fingerprint, wallet, digits[:2] + "•" * 14 + digits[-2:], at)
            ledger.execute(
                "INSERT INTO codes (fingerprint, wallet, masked, first_seen_at) VALUES (?, ?, ?, ?)", row
            )
        ledger.close()

    @contextmanager
    def page(self, browser: Browser | None = None, person: str = "1") -> Iterator[Clerk]:
        """A page on which the owner has signed in, or another by his digit. What it throws fails the test."""
        context = (browser or self.browser).new_context(viewport=TILL_PX, locale="zh-CN")
        with watched(context.new_page(), self.url) as page:
            clerk = Clerk(page, person)
            clerk.sign_in()
            yield clerk
        context.close()


@dataclass(frozen=True)
class Clerk:
    """A page as a clerk has it: keys and eyes, no mouse."""

    page: Page
    person: str = "1"

    def sign_in(self) -> None:
        """The first one makes himself the owner; later ones choose the name by its digit."""
        expect(self.page.locator("#app")).to_have_attribute("data-place", re.compile("^(owner|sign_in)$"))
        if self.page.locator("#app").get_attribute("data-place") == "owner":
            for text in ("赵老板", PIN, PIN):
                self.page.keyboard.type(text, delay=30)
                self.page.keyboard.press("Tab")
            self.press("Enter")
        else:
            self.sign_in_again()
        self.at("refund:order")

    def sign_in_again(self) -> None:
        """After a counter was away: the same person, by PIN, at the work that was left."""
        self.at("sign_in")
        expect(self.page.locator(".person").first).to_be_visible()
        self.press(self.person)
        expect(self.page.locator("[data-secret=pin]")).to_be_focused()
        self.page.keyboard.type(PIN, delay=30)
        self.press("Enter")
        expect(self.page.locator("#app")).not_to_have_attribute("data-place", "sign_in")

    def at(self, place: str) -> None:
        expect(self.page.locator("#app")).to_have_attribute("data-place", place)

    def settle(self) -> None:
        """A question is answered by a key only some time after it appeared."""
        self.page.wait_for_timeout(SILENCE_MS)

    def scan(self, text: str) -> None:
        scan(self.page, text)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def asks_for_code(self, order: str) -> None:
        """Order, whole amount, first reason."""
        self.scan(order)
        self.at("refund:amount")
        self.press("Enter", "1")
        self.at("refund:code")
        self.settle()

    def may_confirm(self) -> None:
        """Every rule says yes, and the card waits for Enter."""
        self.at("refund:confirm")
        expect(self.page.locator(".send[aria-disabled=false]")).to_be_visible()
        self.settle()

    def reads(self, where: str, text: str) -> None:
        expect(self.page.locator(where).first).to_contain_text(text)

    def ends_as_refunded(self, order: str) -> None:
        """Whoever looks the order up again reads that nothing of it is left, once the desk has heard."""
        body, ends = self.page.locator("body"), time.monotonic() + END_MS / 1_000
        while "已经退完" not in body.inner_text():
            assert time.monotonic() < ends, body.inner_text()
            self.settle()
            self.scan(order)
            self.page.wait_for_timeout(700)

    def is_paid(self) -> None:
        expect(self.page.locator(".result")).to_have_class("result tone-good", timeout=END_MS)
