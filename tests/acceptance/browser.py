"""A real browser for the pages: Chromium from the system, driven through playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from tests.acceptance.scanner import TIMERS

# How long a page may take for anything that a test waits for. It is spent in full only where a test fails.
PATIENCE_MS: Final = 60_000
expect.set_options(timeout=PATIENCE_MS)
# A phone held upright, in CSS pixels.
PHONE_PX = ViewportSize(width=420, height=860)
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def chromium() -> str:
    """The browser's program; without one the test is skipped, save in CI, where that is a failure."""
    found = next((path for path in map(shutil.which, _NAMES) if path), None)
    if found is None:
        assert not os.environ.get("CI"), "CI has a browser: apt-get install chromium"
        pytest.skip("no Chromium on this machine")
    return found


@contextmanager
def watched(page: Page, url: str) -> Iterator[Page]:
    """The page at this address, with patience, and ready for a scanner. What it throws fails the test."""
    wrong: list[str] = []
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(TIMERS)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(url)
    yield page
    page.close()
    assert wrong == []


@contextmanager
def phone_page(url: str) -> Iterator[Page]:
    """A page in a window of a phone's size."""
    with sync_playwright() as driver:
        # As root, in a container, Chromium has no sandbox of its own to build.
        browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        with watched(browser.new_page(viewport=PHONE_PX), url) as page:
            yield page
        browser.close()
