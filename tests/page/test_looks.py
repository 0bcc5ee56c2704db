"""Languages, and what people who cannot see well need: every screen, in light and in dark."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import expect

from tests.page.conftest import ALIPAY_CODE, Till, started

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN_AXE = "() => axe.run({ resultTypes: ['violations'] })"
SEVERE = {"serious", "critical"}


def to_code(till: Till) -> None:
    till.order()
    till.press("3")
    till.at("refund:code")


def to_detail(till: Till) -> None:
    till.to_result(state="UNKNOWN")
    till.press("F4")
    till.at("queue")
    expect(till.page.locator(".row")).to_be_visible()
    till.press("Enter")
    till.at("detail")


def key(name: str, place: str) -> Callable[[Till], None]:
    def go(till: Till) -> None:
        till.press(name)
        till.at(place)

    return go


def to_approving(till: Till) -> None:
    till.desk.needs_approval = True
    till.to_confirm()
    till.settled()
    till.press("Enter")
    till.at("refund:approving")
    till.choose_second("1")


def to_decision(till: Till) -> None:
    till.to_result(state="WAIT_APPROVAL")
    till.page.locator("[data-act=openDetail]").press("Enter")
    till.at("detail")
    till.page.locator("[data-arg=decline]").press("Enter")
    till.at("dialog:decide")


def to_queue(till: Till) -> None:
    till.to_result(state="HELD")
    till.press("F4")
    expect(till.page.locator(".part-held .row")).to_be_visible()


def to_stopped(till: Till) -> None:
    till.scan("A1003")
    till.at("refund:amount")
    expect(till.page.locator(".stopped")).to_be_visible()


def to_blocked(till: Till) -> None:
    till.desk.noes = ["order_frozen"]
    till.to_confirm("A1002", ALIPAY_CODE)
    expect(till.page.locator(".rung-no")).to_be_visible()


SCREENS: dict[str, Callable[[Till], None]] = {
    "order": lambda till: None,
    "amount": Till.order,
    "code": to_code,
    "confirm": Till.to_confirm,
    "good": lambda till: till.to_result(state="SUCCEEDED"),
    "unknown": lambda till: till.to_result(state="UNKNOWN"),
    "refused": lambda till: till.to_result(state="wallet_mismatch"),
    "processing": lambda till: till.to_result(state="PROCESSING"),
    "detail": to_detail,
    "approving": to_approving,
    "decision": to_decision,
    "queue": to_queue,
    "stopped": to_stopped,
    "blocked": to_blocked,
    "locked": key("F10", "locked"),
    "help": key("F1", "help"),
    "customer": key("F7", "customer"),
    "equipment": key("F6", "equipment"),
    "refunds": key("F3", "refunds"),
}


def severe(till: Till) -> list[Any]:
    found = till.page.evaluate(RUN_AXE)["violations"]
    return [
        (one["id"], [node["target"] for node in one["nodes"]]) for one in found if one["impact"] in SEVERE
    ]


def judged(till: Till) -> None:
    till.page.evaluate(AXE)
    for scheme in ("light", "dark"):
        till.page.emulate_media(color_scheme=scheme)
        assert severe(till) == [], scheme


@pytest.mark.parametrize("screen", SCREENS)
def test_nothing_serious_stands_in_the_way_of_reading(till: Till, screen: str) -> None:
    SCREENS[screen](till)
    judged(till)
    assert re.findall(r"page\.[a-z_]+\.", till.page.locator("#app").inner_text()) == []


@started(signed_in=False)
def test_the_door_can_be_read_too(till: Till) -> None:
    judged(till)


@started(signed_in=False, needs_owner=True)
def test_the_first_start_can_be_read_too(till: Till) -> None:
    judged(till)


def test_languages_change_at_once_and_the_work_stays(till: Till) -> None:
    till.to_result(state="UNKNOWN")
    till.page.locator("[data-act=speak][lang=en]").press("Enter")
    expect(till.page.locator(".norepeat")).to_contain_text("Do not refund again, do not pay cash.")
    expect(till.page.locator(".sentence")).to_contain_text("is being confirmed")
    expect(till.page.locator("html")).to_have_attribute("lang", "en")
    till.page.locator("[data-act=speak][lang=zh-Hant]").press("Enter")
    expect(till.page.locator(".norepeat")).to_contain_text("請勿重複退款，也不要付現金。")
    till.page.reload()
    expect(till.page.locator(".tab[aria-current]")).to_contain_text("退款")
    expect(till.page.locator("html")).to_have_attribute("lang", "zh-Hant")


def test_the_customer_view_is_turned_and_turned_back(till: Till) -> None:
    till.to_result(state="SUCCEEDED")
    till.press("F7")
    expect(till.page.locator(".customerpage")).to_have_css("transform", "matrix(-1, 0, 0, -1, 0, 0)")
    expect(till.page.locator(".customerpage h2")).to_contain_text("¥12.80 已原路退回您的微信支付")
    till.press("F7")
    expect(till.page.locator(".customerpage")).to_have_css("transform", "none")
    till.press("F7")
    till.at("refund:result")
