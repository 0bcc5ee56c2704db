"""The installed counter made the practice counter from its page, and back; the shop goes on behind it."""

from __future__ import annotations

import time
import urllib.error
from collections.abc import Callable

import pytest

from tests.acceptance.conftest import Program
from tests.acceptance.test_counter import PIN, Page, counter, sandbox_of, signed_in

TURN_S_MAX = 120.0


def turned(page: Page, wanted: Callable[[object], bool]) -> None:
    """In between nobody answers at the address."""
    ends = time.monotonic() + TURN_S_MAX
    while time.monotonic() < ends:
        try:
            if wanted(page.call("/desk/start")["training"]):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError("the counter did not turn")


def test_the_counter_trains_and_comes_back_and_the_shops_refund_went_on(program: Program) -> None:
    with counter(program) as (url, _):
        sandbox = sandbox_of(program)
        page = signed_in(url)
        # WeChat Pay accepts first; it is the shop's worker that finds out how it ended.
        order = sandbox.sell(program, "wechat", 900)
        shown = page.call("/desk/scan", {"text": sandbox.code("wechat"), "typed": False})["reading"]
        wish = {"order_id": order, "amount_fen": 900, "reason": "faulty", "reading_id": shown["id"]}
        made = page.call("/desk/refund", {**wish, "request_id": "one"})
        ends = time.monotonic() + TURN_S_MAX
        while page.call(f"/desk/refunds/{made['refund_id']}")["state"] not in ("PROCESSING", "SUCCEEDED"):
            assert time.monotonic() < ends
        page.call("/desk/training/open", {"approval": None})
        turned(page, bool)
        with pytest.raises(urllib.error.HTTPError):
            page.call(f"/desk/refunds/{made['refund_id']}")
        page.call("/desk/training/join", {"name": "小林"})
        assert page.call("/desk/order", {"number": order})["order"] is None
        page.call("/desk/training/leave", {"staff_id": "s1", "secret": PIN})
        turned(page, lambda training: training is None)
        page.call("/desk/sign-in", {"staff_id": "s1", "pin": PIN})
        ends = time.monotonic() + TURN_S_MAX
        while page.call(f"/desk/refunds/{made['refund_id']}")["state"] != "SUCCEEDED":
            assert time.monotonic() < ends
        assert [(one["amount_fen"], one["times_sent"]) for one in sandbox.refunds()] == [(900, 1)]
    assert sorted(path.name for path in program.home.glob("training/*.sqlite3")) == ["ledger.sqlite3"]
