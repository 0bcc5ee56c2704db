"""A counter whose sandbox goes away: it follows one that was started elsewhere, and starts its own again."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
import urllib.error
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.conftest import Program, Sandbox, start_sandbox, stop
from tests.acceptance.test_counter import Page, counter, sandbox_of, signed_in, until_ended

FOLLOW_S_MAX = 300.0


def refunded(program: Program, page: Page, sandbox: Sandbox) -> list[int]:
    """A whole refund at this sandbox; how often it was sent."""
    order = sandbox.sell(program, "alipay", 700)
    shown = page.call("/desk/scan", {"text": sandbox.code("alipay"), "typed": False})["reading"]
    wish = {"order_id": order, "amount_fen": 700, "reason": "faulty", "reading_id": shown["id"]}
    made = page.call("/desk/refund", {**wish, "request_id": f"wish {order}"})
    assert until_ended(page, made["refund_id"])["state"] == "SUCCEEDED"
    return [one["times_sent"] for one in sandbox.refunds() if one["order_id"] == order]


def until(ready: Callable[[], bool]) -> None:
    ends = time.monotonic() + FOLLOW_S_MAX
    while not _ready(ready):
        assert time.monotonic() < ends
        time.sleep(0.1)


def _ready(ready: Callable[[], bool]) -> bool:
    try:
        return ready()
    except (OSError, urllib.error.URLError):
        return False


def test_a_sandbox_that_was_started_elsewhere_is_followed_and_nobody_signs_in_again(program: Program) -> None:
    first = start_sandbox(program)
    with counter(program) as (url, _):
        page = signed_in(url)
        assert refunded(program, page, first) == [1]
        stop(first)
        # With 0 it would find its old port free again.
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = int(free.getsockname()[1])
        second = start_sandbox(program, port)
        try:
            assert second.base_url != first.base_url
            order = second.sell(program, "alipay", 100)
            until(lambda: _look(page, order) == "FOUND")
            assert refunded(program, page, second) == [1]
        finally:
            stop(second)


@pytest.mark.skipif(sys.platform != "linux", reason="the child is found through /proc")
def test_the_counters_own_sandbox_that_was_killed_is_started_again(program: Program) -> None:
    with counter(program) as (url, running):
        page = signed_in(url)
        os.kill(_child_of(running.pid), signal.SIGKILL)
        until(lambda: sandbox_of(program).refunds() == [])
        order = sandbox_of(program).sell(program, "alipay", 100)
        until(lambda: _look(page, order) == "FOUND")
        assert refunded(program, page, sandbox_of(program)) == [1]


def _look(page: Page, order: str) -> str:
    return str(page.call("/desk/order", {"number": order})["order"]["wallet_word"]["look"])


def _child_of(pid: int) -> int:
    """The one child of a process, as Linux tells it."""
    return int((Path("/proc") / str(pid) / "task" / str(pid) / "children").read_text().split()[0])
