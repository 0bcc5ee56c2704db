"""Many approvals at once, and the books: by keyboard, with the sum before the PIN and a line for each."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.page import ways
from tests.page.conftest import BADGE, Till, started
from tests.page.stand_in_app import PIN
from tests.page.test_looks import judged

READER = ("refund.create", "books.read")


def to_queue(till: Till, count: int = 3) -> list[str]:
    """Refunds that wait, made without the page."""
    for number in range(count):
        till.desk.sell(f"Q{number}", "wechat", 10_00 + number)
        body = {"request_id": f"q{number}", "order_id": f"Q{number}", "amount_fen": 10_00 + number}
        till.desk.refund(body | {"reason": "quality", "approval": None, "queue": True})
    till.press("F4")
    till.at("queue")
    expect(till.page.locator(".part-approvals .row")).to_have_count(count)
    return list(till.desk.refunds)


def prove(till: Till, digit: str, name: str) -> None:
    """Somebody is chosen and types his PIN; a key is a person's only after a silence."""
    till.press(digit)
    expect(till.page.locator(".person[aria-pressed=true]")).to_contain_text(name)
    expect(till.page.locator("[data-secret=approval]")).to_be_focused()
    till.by_hand(PIN)
    till.press("Enter")


def test_several_are_marked_by_key_summed_and_approved_by_one_pin(till: Till) -> None:
    refunds = to_queue(till)
    expect(till.page.locator(".roundbar")).to_contain_text("按 M 标记")
    till.press("m")
    expect(till.page.locator(".marker[aria-checked=true]")).to_have_count(1)
    till.press("ArrowDown", "ArrowDown")
    till.press("m")
    expect(till.page.locator(".roundbar")).to_contain_text("已标记 2 笔，合计 ¥20.02")
    judged(till)
    till.press("Enter")
    till.at("dialog:round")
    expect(till.page.locator(".dialog .figures")).to_have_text("¥20.02")
    judged(till)
    prove(till, "2", "王店长")
    till.at("dialog:rounded")
    (sent,) = till.desk.told("queue/approve")
    assert [one["refund_id"] for one in sent["refunds"]] == [refunds[0], refunds[2]]
    assert [one["amount_fen"] for one in sent["refunds"]] == [1_000, 1_002]
    assert (sent["total_fen"], sent["approval"]) == (2_002, {"staff_id": "s1", "secret": PIN})
    expect(till.page.locator("#rounded-title")).to_contain_text("2 笔中批准了 2 笔")
    till.settled()
    till.press("Enter")
    till.at("queue")
    expect(till.page.locator(".part-approvals .row")).to_have_count(1)
    expect(till.page.locator(".marker[aria-checked=true]")).to_have_count(0)


def test_a_badge_chooses_who_approves_several(till: Till) -> None:
    to_queue(till)
    till.press("a", "Enter")
    till.at("dialog:round")
    till.silence()
    till.scan(BADGE)
    expect(till.page.locator(".person[aria-pressed=true]")).to_contain_text("王店长")


def test_each_line_says_what_became_of_it(till: Till) -> None:
    refunds = to_queue(till)
    till.desk.changed = {refunds[1]}
    till.press("a")
    expect(till.page.locator(".marker[aria-checked=true]")).to_have_count(3)
    till.press("Enter")
    till.at("dialog:round")
    prove(till, "2", "王店长")
    till.at("dialog:rounded")
    expect(till.page.locator(".line-good")).to_have_count(2)
    expect(till.page.locator(".line-bad")).to_contain_text("没有批准： 订单后来变了。")
    judged(till)


def test_without_a_mark_enter_opens_the_refund_and_without_a_pin_nothing_is_sent(till: Till) -> None:
    to_queue(till, 1)
    till.press("Enter")
    till.at("detail")
    till.press("F4")
    till.at("queue")
    till.press("m")
    expect(till.page.locator(".marker[aria-checked=true]")).to_have_count(1)
    till.press("m")
    expect(till.page.locator(".marker[aria-checked=true]")).to_have_count(0)
    for marked in (1, 0, 1):
        till.press("a")
        expect(till.page.locator(".marker[aria-checked=true]")).to_have_count(marked)
    till.press("Enter")
    till.at("dialog:round")
    till.press("2")
    expect(till.page.locator(".person[aria-pressed=true]")).to_contain_text("王店长")
    till.press("Enter")
    expect(till.page.locator(".dialog .message")).not_to_be_empty()
    assert till.desk.told("queue/approve") == []


def test_only_what_waits_for_approval_can_be_marked(till: Till) -> None:
    ways.to_queue(till)
    till.press("ArrowDown", "m")
    expect(till.page.locator(".queue .message")).to_contain_text(till.desk.say("page.round.only_approvals"))
    expect(till.page.locator(".marker[aria-checked=true]")).to_have_count(0)


def test_fifty_are_marked_at_once_and_no_more(till: Till) -> None:
    to_queue(till, 51)
    till.press("a")
    expect(till.page.locator(".queue .message")).to_contain_text("50")
    expect(till.page.locator(".marker[aria-checked=true]")).to_have_count(50)


def to_books(till: Till) -> None:
    till.press("Shift+F4")
    till.at("books")
    expect(till.page.locator("[data-field=bookDay]")).to_be_focused()


@started(permissions=READER)
def test_a_day_is_reconciled_looked_at_and_signed_by_keyboard(till: Till) -> None:
    to_books(till)
    expect(till.page.locator("[data-field=bookDay]")).to_have_value("2026-11-28")
    till.press("Enter")
    expect(till.page.locator(".day")).to_contain_text("OTHER_1")
    expect(till.page.locator(".verdict-line.tone-warn")).to_contain_text("有差异")
    assert till.desk.told("books/reconcile") == [{"day": "2026-11-28"}]
    judged(till)
    expect(till.page.locator(".books h1")).to_be_focused()
    till.press("s")
    till.at("dialog:sign_day")
    judged(till)
    prove(till, "3", "赵老板")
    till.at("books")
    assert till.desk.told("books/sign") == [{"run_id": "run1", "approval": {"staff_id": "o1", "secret": PIN}}]
    expect(till.page.locator(".signatures")).to_contain_text("已签")
    expect(till.page.locator("[data-act=openSignDay]")).to_have_count(0)
    # What is signed is not signed again: the key asks nothing, and the next one is heard.
    till.page.locator(".books h1").focus()
    till.press("s")
    till.silence()
    till.press("w")
    expect(till.page.locator(".audit .tone-good")).to_be_visible()
    till.at("books")


@started(permissions=READER)
def test_the_files_are_downloads_and_the_report_a_page_beside(till: Till) -> None:
    to_books(till)
    till.page.locator("[data-field=bookDay]").fill("2026-11-20")
    expect(till.page.locator("a[target=_blank]")).to_have_attribute("href", "/desk/books/report/2026-11-20")
    till.press("Enter")
    expect(till.page.locator("a[href$='reconciliation.pdf']")).to_be_visible()
    with till.page.expect_download() as download:
        till.page.locator("a[href$='differences.csv']").press("Enter")
    assert download.value.suggested_filename == "reconciliation.csv"
    assert till.desk.told("books/reconcile") == [{"day": "2026-11-20"}]


@started(permissions=READER)
def test_a_long_run_is_told_while_the_page_goes_on(till: Till) -> None:
    to_books(till)
    run = {"run_id": "run2", "day": "2026-11-28", "running": True, "lines": 20_000, "fault": None, "say": ""}
    till.desk.books |= {"run": run}
    till.desk.tell("books", json.dumps({}))
    expect(till.page.locator(".running")).to_contain_text("已读 20000 行")
    judged(till)
    till.press("F2")
    till.at("refund:order")


@started(permissions=READER)
def test_the_book_is_walked_by_a_key_and_help_tells_of_it(till: Till) -> None:
    to_books(till)
    till.page.locator(".books h1").focus()
    till.press("w")
    expect(till.page.locator(".audit .tone-good")).to_contain_text("12")
    assert till.desk.told("books/audit") == [{}]
    till.press("F1")
    till.at("help")
    expect(till.page.locator("#help-title")).to_have_text("账簿")


def test_whoever_may_not_read_the_books_has_no_way_there(till: Till) -> None:
    expect(till.page.locator(".tab")).to_have_count(4)
    till.press("Shift+F4")
    expect(till.page.locator(".message")).to_contain_text("没有查看账簿的权限")
    till.at("refund:order")
