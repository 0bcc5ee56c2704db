"""The installed counter page with the real sandbox beside it: first owner to the customer's money."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.acceptance.conftest import Program, Sandbox

START_S_MAX = 300.0
END_S_MAX = 300.0
PIN = "804613"


class Page:
    """A page without a browser: its cookie, its token."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cookie = self.csrf = ""

    def call(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Cookie": self.cookie, "X-Csrf-Token": self.csrf, "Content-Type": "application/json"}
        request = urllib.request.Request(self.url.rstrip("/") + path, data, headers)
        with urllib.request.urlopen(request, timeout=START_S_MAX) as answer:
            self.cookie = (answer.headers["Set-Cookie"] or self.cookie).partition(";")[0]
            told = json.loads(answer.read())
        if isinstance(told, dict):
            self.csrf = told.get("csrf", self.csrf)
        return told


@contextmanager
def counter(program: Program, *more: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A running counter and its address; it must end by itself once it is told to."""
    running = program.start("counter", "--port", "0", "--json", *more)
    try:
        assert running.stdout is not None
        ready = json.loads(running.stdout.readline())
        assert ready["rehearsal"] is True
        yield ready["url"], running
        running.send_signal(signal.SIGTERM)
        running.wait(END_S_MAX)
    finally:
        running.kill()
        running.communicate()


def sandbox_of(program: Program) -> Sandbox:
    told = json.loads((program.home / "sandbox" / "sandbox.json").read_text(encoding="utf-8"))
    return Sandbox(told["base_url"], None)  # type: ignore[arg-type]


def signed_in(url: str) -> Page:
    page = Page(url)
    assert page.call("/desk/start")["needs_owner"] is True
    assert page.call("/desk/owner", {"name": "王店主", "pin": PIN})["signed_in"]["role"] == "owner"
    return page


def until_ended(page: Page, refund_id: str) -> Any:
    ends = time.monotonic() + END_S_MAX
    while (told := page.call(f"/desk/refunds/{refund_id}"))["tone"] == "open" and time.monotonic() < ends:
        time.sleep(0.2)
    return told


def test_a_refund_at_the_counter_from_the_first_owner_to_the_customers_money(program: Program) -> None:
    with counter(program) as (url, running):
        sandbox = sandbox_of(program)
        order = sandbox.sell(program, "wechat", 1_280)
        page = signed_in(url)
        assert page.call("/desk/order", {"number": order})["order"]["wallet_word"]["look"] == "FOUND"
        digits = sandbox.code("wechat")
        shown = page.call("/desk/scan", {"text": digits, "typed": False})["reading"]
        wish = {"order_id": order, "amount_fen": 1_280, "reason": "faulty", "reading_id": shown["id"]}
        assert page.call("/desk/check", wish)["amount_words"] == "壹拾贰元捌角"
        made = page.call("/desk/refund", {**wish, "request_id": "one", "customer_agreed": True})
        again = page.call("/desk/refund", {**wish, "request_id": "one", "customer_agreed": True})
        assert again["refund_id"] == made["refund_id"]
        ended = until_ended(page, made["refund_id"])
        assert (ended["state"], ended["clerk"], ended["tone"]) == ("SUCCEEDED", "王店主", "good")
        assert [(one["amount_fen"], one["times_sent"]) for one in sandbox.refunds()] == [(1_280, 1)]
    assert running.returncode == 0
    with pytest.raises(urllib.error.URLError):
        sandbox.refunds()
    assert digits not in (program.home / "ledger.sqlite3").read_bytes().decode("latin-1")


def test_killed_in_the_middle_it_goes_on_where_it_was(program: Program, sandbox: Sandbox) -> None:
    """A sandbox that serves already is used, and stays; the refund that was open is brought to its end."""
    order = sandbox.sell(program, "wechat", 1_000)
    with counter(program) as (url, running):
        page = signed_in(url)
        shown = page.call("/desk/scan", {"text": sandbox.code("wechat"), "typed": False})["reading"]
        wish = {"order_id": order, "amount_fen": 1_000, "reason": "faulty", "reading_id": shown["id"]}
        made = page.call("/desk/refund", {**wish, "request_id": "one"})
        running.kill()
    assert made["tone"] == "open"
    with counter(program) as (url, _):
        page = Page(url)
        page.call("/desk/start")
        assert page.call("/desk/sign-in", {"staff_id": "s1", "pin": PIN})["signed_in"]["name"] == "王店主"
        assert until_ended(page, made["refund_id"])["state"] == "SUCCEEDED"
        again = page.call("/desk/refund", {**wish, "request_id": "one"})
        assert (again["refund_id"], bool(again["served_again"])) == (made["refund_id"], True)
    assert [(one["amount_fen"], one["times_sent"]) for one in sandbox.refunds()] == [(1_000, 1)]


def test_a_second_counter_or_a_worker_on_the_same_books_is_refused(
    program: Program, sandbox: Sandbox
) -> None:
    with counter(program):
        for command in (("counter", "--port", "0"), ("worker", "--until-idle")):
            code, told = program.json(*command)
            assert (code, told["error"]["code"]) == (70, "ledger_has_a_writer")
            assert "scanrefund counter" in told["error"]["say"]


def test_people_are_told_the_address_and_how_to_stop(program: Program, sandbox: Sandbox) -> None:
    running = program.start("--language", "en", "counter", "--port", "0")
    assert running.stdout is not None
    assert re.search(r"http://127\.0\.0\.1:[0-9]+/.*Ctrl-C", running.stdout.readline())
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=END_S_MAX)
    assert (running.returncode, "0 refunds are still open" in out) == (0, True)
    assert program.json("counter", "--open")[1]["error"]["code"] == "counter_json_opens_nothing"
