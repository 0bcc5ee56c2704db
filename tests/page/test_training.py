"""Two exercises in a real browser, on a real practice counter with its own sandbox, by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from scanrefund.web.site import Site
from tests.acceptance.browser import watched
from tests.acceptance.scanner import scan
from tests.page.test_looks import AXE, RUN_AXE, SEVERE
from tests.unit.web.practising import practising

# Within it keys are one run; a question that has just appeared takes no key for a little longer.
SILENCE_MS = 450


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, int]]:
    home = tmp_path_factory.mktemp("shop") / "home"
    home.mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCANREFUND_HOME", str(home))
        patch.setenv("SCANREFUND_SCAN__CAMERA", str(home / "no-such-video.avi"))
        with practising(home) as running:
            yield running


@pytest.fixture
def page(browser: BrowserContext, counter: tuple[Site, int]) -> Iterator[Page]:
    browser.clear_cookies()
    with watched(browser.new_page(), f"http://127.0.0.1:{counter[1]}/") as page:
        yield page


def at(page: Page, place: str) -> None:
    expect(page.locator("#app")).to_have_attribute("data-place", place)


def may_confirm(page: Page) -> None:
    """Every rule says yes, and the card waits for Enter."""
    at(page, "refund:confirm")
    expect(page.locator(".send[aria-disabled=false]")).to_be_visible()
    page.wait_for_timeout(SILENCE_MS)


def keys(page: Page, *names: str) -> None:
    for name in names:
        page.keyboard.press(name)


def join(page: Page, name: str) -> None:
    at(page, "sign_in")
    expect(page.locator(".practicepin")).to_contain_text("739164")
    page.keyboard.type(name)
    keys(page, "Enter")
    at(page, "training")


def to_code(page: Page, site: Site, exercise: str, reason: str) -> None:
    """The receipt's number is typed from the task."""
    at(page, "refund:order")
    assert site.practice is not None
    (running,) = site.practice._running.values()
    assert running.exercise.name == exercise
    expect(page.locator(".task .wish")).to_contain_text(running.order.order_id)
    scan(page, running.order.order_id)
    at(page, "refund:amount")
    keys(page, "Enter", reason)
    at(page, "refund:code")


def severe(page: Page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate(RUN_AXE)["violations"]
    return [one["id"] for one in found if one["impact"] in SEVERE]


def test_a_first_exercise_from_name_to_score(page: Page, counter: tuple[Site, int]) -> None:
    join(page, "小林")
    expect(page.locator(".band-training")).to_be_visible()
    assert severe(page) == []
    page.wait_for_timeout(SILENCE_MS)
    keys(page, "Enter")
    to_code(page, counter[0], "wechat_normal", "1")
    keys(page, "F11")
    may_confirm(page)
    expect(page.locator(".task .held")).to_contain_text("微信付款码")
    keys(page, "Enter")
    at(page, "refund:result")
    expect(page.locator(".result .badge")).to_contain_text("培训")
    assert severe(page) == []
    keys(page, "F12")
    at(page, "dialog:judged")
    # A point less for each five seconds that a slow machine takes too long.
    expect(page.locator(".judged .figures")).to_have_text(re.compile("^(100|[7-9][0-9]) 分$"))
    assert severe(page) == []
    page.wait_for_timeout(SILENCE_MS)
    keys(page, "Enter")
    at(page, "training")
    expect(page.locator(".standings")).to_contain_text("1/10")
    expect(page.locator(".exercises [aria-current]")).to_contain_text("支付宝退款")


def test_the_wrong_wallet_is_asked_again(page: Page, counter: tuple[Site, int]) -> None:
    join(page, "小王")
    page.wait_for_timeout(SILENCE_MS)
    keys(page, "5")
    to_code(page, counter[0], "wrong_wallet", "3")
    keys(page, "F11")
    at(page, "refund:confirm")
    expect(page.locator(".ladder .rung-no")).to_have_count(1)
    keys(page, "F11")
    expect(page.locator(".ladder .rung-no")).to_have_count(0)
    may_confirm(page)
    keys(page, "Enter")
    at(page, "refund:result")
    keys(page, "F12")
    at(page, "dialog:judged")
    expect(page.locator(".judged")).to_contain_text("通过")
    expect(page.locator(".judged .mistakes")).to_have_count(0)
