"""The ways to the states of the page: what a clerk presses, what the desk tells, and how one sees the end."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import expect

from tests.page.conftest import ALIPAY_CODE, Till
from tests.page.machine import status

Way = Callable[[Till], None]


def key(name: str, place: str) -> Way:
    def go(till: Till) -> None:
        till.press(name)
        till.at(place)

    return go


def result(state: str) -> Way:
    def go(till: Till) -> None:
        till.to_result(state=state)

    return go


def then(way: Way, *more: Way) -> Way:
    def go(till: Till) -> None:
        for one in (way, *more):
            one(till)

    return go


def click(selector: str, place: str) -> Way:
    def go(till: Till) -> None:
        till.page.locator(selector).first.press("Enter")
        till.at(place)

    return go


def nothing(till: Till) -> None:
    """Where the page begins."""


def to_part(till: Till) -> None:
    till.order("A1002")
    till.page.locator("[data-field=amount]").fill("300.50")
    expect(till.page.locator("#amount-said")).to_contain_text("587.50")


def to_too_much(till: Till) -> None:
    till.order()
    till.page.locator("[data-field=amount]").fill("20")
    expect(till.page.locator(".said.bad")).to_be_visible()


def to_code(till: Till) -> None:
    till.order()
    till.press("3")
    till.at("refund:code")


def to_red(till: Till) -> None:
    till.desk.noes = ["wallet_mismatch"]
    till.to_confirm("A1001", ALIPAY_CODE)
    expect(till.page.locator(".rung-no")).to_be_visible()


def to_amber(till: Till) -> None:
    to_code(till)
    till.press("F8")
    till.at("refund:confirm")
    expect(till.page.locator(".rung-amber")).to_be_visible()


def to_large(till: Till) -> None:
    till.to_confirm("A1002", ALIPAY_CODE)
    expect(till.page.locator("[data-field=typed]")).to_be_visible()


def to_frozen(till: Till) -> None:
    frozen = till.desk.say("frozen.beyond_cap.name")
    stopped = {"why_not": till.desk.say("refusal.order_frozen.clerk", why="beyond_cap")}
    stopped |= {"next_step": till.desk.say("refusal.order_frozen.next")}
    till.desk.orders["A1003"] |= stopped | {"state": "PAID", "frozen_why": frozen, "may_refund": False}
    till.scan("A1003")
    expect(till.page.locator(".stopped")).to_be_visible()


def to_stopped(till: Till) -> None:
    why, step = (
        till.desk.say(f"refusal.order_already_refunded.{part}", order_id="A1003", amount="¥45.00")
        for part in ("clerk", "next")
    )
    gone = {"refunded_fen": 45_00, "remaining_fen": 0}
    till.desk.orders["A1003"] |= gone | {"why_not": why, "next_step": step}
    till.scan("A1003")
    expect(till.page.locator(".stopped")).to_be_visible()


def to_approving(till: Till) -> None:
    till.to_confirm()
    till.settled()
    till.press("Enter")
    till.at("refund:approving")
    till.press("1")
    expect(till.page.locator("[data-secret=approval]")).to_be_visible()


def to_twice(till: Till) -> None:
    till.to_result(state="SUCCEEDED")
    till.press("Enter")
    expect(till.page.locator(".message")).not_to_be_empty()


def to_queue(till: Till) -> None:
    """One refund of each kind waits."""
    for number, state in enumerate(("WAIT_APPROVAL", "HELD", "UNKNOWN"), 1):
        order_id = f"A200{number}"
        till.desk.sell(order_id, "wechat", 36_00)
        till.desk._made(_wish(order_id), state)
    till.press("F4")
    expect(till.page.locator(".part .row")).to_have_count(3)


def to_refunds(till: Till) -> None:
    """One refund of each state."""
    for number, state in enumerate(("SUCCEEDED", "PROCESSING", "HELD", "CLOSED", "RETURNED_TO_MERCHANT")):
        order_id = f"A300{number}"
        till.desk.sell(order_id, "alipay", 68_00)
        till.desk._made(_wish(order_id), state)
    till.press("F3")
    expect(till.page.locator("tbody tr")).to_have_count(5)


def _wish(order_id: str) -> dict[str, Any]:
    return {"order_id": order_id, "amount_fen": 36_00, "reason": "faulty", "approval": None} | {
        "request_id": f"W-{order_id}"
    }


def open_first(till: Till) -> None:
    till.page.locator(".row").first.press("Enter")
    till.at("detail")


def diagnosed(till: Till) -> None:
    till.page.locator("[data-act=openDiagnosis]").press("Enter")
    expect(till.page.locator(".diagnosis .trips li")).to_be_visible()
    till.page.locator(".trips summary").press("Enter")


def wrong_scan(till: Till) -> None:
    till.scan("6901234567892")
    expect(till.page.locator(".scan.tone-bad")).to_be_visible()


def maintenance(till: Till) -> None:
    """A wallet is away tonight, the other one is away now."""
    gaps = {
        "begins_at": datetime(2026, 12, 1, 15, tzinfo=UTC),
        "ends_at": datetime(2026, 12, 1, 21, tzinfo=UTC),
    }
    windows = [
        {
            "wallet": wallet,
            "begins_at": gaps["begins_at"].isoformat(),
            "under_way": word == "under_way",
            "say": till.desk.say(f"maintenance.{word}", wallet=wallet, **gaps),
        }
        for wallet, word in (("wechat", "ahead"), ("alipay", "under_way"))
    ]
    till.desk.maintenance = windows
    till.hears("status", json.dumps(status(till.desk)))
    expect(till.page.locator(".band-ahead")).to_be_visible()


def cut(till: Till) -> None:
    """The desk's program has gone."""
    till.page.route("**/desk/**", lambda call: call.abort())
    till.desk.ended = True
    till.press("F3")
    expect(till.page.locator(".band-lost")).to_be_visible()


def to_lower_price(till: Till) -> None:
    till.order()
    till.press("/")
    till.at("dialog:order")
    till.silence()
    till.press("3")
    expect(till.page.locator("[data-field=order_old]")).to_be_visible()


def to_practice(till: Till) -> None:
    till.press("F6")
    till.at("equipment")
    till.page.locator("[data-act=openPractice]").press("Enter")
    till.at("dialog:practice")


def self_tested(till: Till) -> None:
    till.press("F6")
    till.at("equipment")
    till.press("Enter")
    expect(till.page.locator(".equipment .checks li").nth(3)).to_be_visible()


def chosen(till: Till) -> None:
    till.press("1")
    expect(till.page.locator("[data-secret=pin]")).to_be_visible()


def wrong_pin(till: Till) -> None:
    chosen(till)
    till.by_hand("1234567")
    till.press("Enter")
    expect(till.page.locator(".gate .said")).not_to_be_empty()


def practising(till: Till) -> None:
    till.at("training")
    till.settled()
    till.press("1")
    till.at("refund:order")
    expect(till.page.locator(".task")).to_be_visible()


def to_judged(till: Till) -> None:
    practising(till)
    till.press("F12")
    till.at("dialog:judged")


def welcome_code(till: Till) -> None:
    till.scan("134712345678901242")
    expect(till.page.locator(".living")).to_be_visible()


def complained(till: Till) -> None:
    till.to_result(state="SUCCEEDED")
    till.page.locator("[data-act=openDetail]").press("Enter")
    till.at("detail")
    till.press("c")
    till.at("dialog:decide")
    till.by_hand("等了半小时")
    till.press("Enter")
    till.at("detail")
    expect(till.page.locator("[data-act=openComplaint]")).to_be_visible()


def to_answer(till: Till) -> None:
    complained(till)
    till.press("a")
    till.at("dialog:complaint")
    expect(till.page.locator(".quoted")).to_be_visible()
