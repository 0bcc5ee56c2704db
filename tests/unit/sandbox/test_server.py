"""The sandbox as a process: its first line, its ports, and that a kill loses nothing it has answered."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from scanrefund.sandbox.server import PortInUse, seen_from_outside, start
from scanrefund.sandbox.spoken import Call
from scanrefund.sandbox.state import FolderInUse
from tests.unit.sandbox.conftest import TIMEOUT_S
from tests.unit.sandbox.merchants import WechatMerchant
from tests.unit.sandbox.shop import listening_shop

WAIT_S = 120
# A test run in the background may have been told to ignore Ctrl-C, and hands that on.
COMMAND = """
import signal, typer
from scanrefund.cli.sandbox import sandbox
signal.signal(signal.SIGINT, signal.default_int_handler)
typer.run(sandbox)
"""


class Process:
    """`scanrefund sandbox` in a process of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        command = [sys.executable, "-c", COMMAND, "--dir", str(folder), "--port", "0", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.ready = json.loads(self.process.stdout.readline())
        self.base_url = self.ready["base_url"]

    def end(self, number: int) -> tuple[int, str]:
        """Send a signal; exit code and what stood on standard error."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=WAIT_S)
        return self.process.returncode, errors


@pytest.fixture
def processes(folder: Path) -> Iterator[list[Process]]:
    begun: list[Process] = []
    yield begun
    for one in begun:
        if one.process.poll() is None:
            one.end(signal.SIGTERM)


def control(base_url: str, method: str, name: str, **body: Any) -> Any:
    url = f"{base_url}/sandbox/{name}"
    return requests.request(method, url, json=body if method == "POST" else None, timeout=TIMEOUT_S).json()


def test_it_listens_on_this_machine_only_and_says_nothing_of_the_network(
    folder: Path, processes: list[Process]
) -> None:
    processes.append(one := Process(folder))
    assert one.base_url.startswith("http://127.0.0.1:")
    assert "NETWORK" not in one.end(signal.SIGTERM)[1]


def test_opening_it_to_the_network_is_said_loudly(folder: Path, processes: list[Process]) -> None:
    processes.append(one := Process(folder, "--host", "0.0.0.0"))
    assert one.base_url.startswith("http://127.0.0.1:")
    outside = seen_from_outside("0.0.0.0")
    url = one.base_url.replace("127.0.0.1", outside)
    assert requests.get(f"{url}/sandbox/orders", timeout=TIMEOUT_S).json() == []
    said = one.end(signal.SIGTERM)[1]
    assert f"{url}/sandbox/phone/wechat" in said


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
def test_a_kill_loses_nothing_that_was_answered(folder: Path, processes: list[Process]) -> None:
    processes.append(first := Process(folder))
    assert first.ready.keys() == {"event", "base_url"}
    order = control(first.base_url, "POST", "orders", wallet="wechat", amount_fen=1000)
    control(first.base_url, "POST", "clock", advance_s=1000)
    control(first.base_url, "POST", "faults", wallet="wechat", on="ask", fault="http_502")
    call = WechatMerchant(folder).refund(order, "R1", 300)
    answer = requests.post(first.base_url + call.target, call.body, headers=call.headers, timeout=TIMEOUT_S)
    assert answer.status_code == 200
    first.end(signal.SIGKILL)
    processes.append(second := Process(folder, "--seed", "99"))
    assert second.base_url == first.base_url
    assert control(second.base_url, "GET", "orders") == [order]
    assert [one["refund_id"] for one in control(second.base_url, "GET", "refunds")] == ["R1"]
    again = WechatMerchant(folder).refund(order, "R1", 300)
    repeat = requests.post(
        second.base_url + again.target, again.body, headers=again.headers, timeout=TIMEOUT_S
    )
    assert repeat.json()["refund_id"] == answer.json()["refund_id"]
    ask = WechatMerchant(folder).ask(order, "R1")
    asked = requests.get(second.base_url + ask.target, headers=ask.headers, timeout=TIMEOUT_S)
    assert asked.status_code == 502


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
def test_a_kill_delays_a_notice_and_does_not_lose_it(folder: Path, processes: list[Process]) -> None:
    with listening_shop() as shop:
        shop.answers = [(500, b""), (204, b"")]
        processes.append(first := Process(folder))
        order = control(first.base_url, "POST", "orders", wallet="wechat", amount_fen=1000)
        call = WechatMerchant(folder).refund(order, "R1", 300, notify_url=shop.url)
        requests.post(first.base_url + call.target, call.body, headers=call.headers, timeout=TIMEOUT_S)
        control(first.base_url, "POST", "settle")
        assert shop.arrived.acquire(timeout=TIMEOUT_S)
        first.end(signal.SIGKILL)
        processes.append(second := Process(folder))
        control(second.base_url, "POST", "clock", advance_s=15)
        assert shop.arrived.acquire(timeout=TIMEOUT_S)
        assert len({json.loads(heard.body)["id"] for heard in shop.heard}) == 1


@pytest.mark.skipif(os.name != "posix", reason="Windows interrupts a whole console")
def test_ctrl_c_ends_it_without_a_word(folder: Path, processes: list[Process]) -> None:
    processes.append(one := Process(folder))
    code, errors = one.end(signal.SIGINT)
    assert code == 130
    assert "Traceback" not in errors


def script(base_url: str) -> list[Any]:
    """One rehearsal, told by its answers."""
    said = {"amount_fen": 5, "paid_at": "2026-11-01T12:00:00+08:00", "payer": "Li"}
    orders = [control(base_url, "POST", "orders", wallet=name, **said) for name in ("wechat", "alipay")]
    return [orders, control(base_url, "GET", "orders")]


def test_one_seed_and_one_script_give_one_answer(keys: Path, tmp_path: Path) -> None:
    told = []
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        with start(tmp_path / name, seed=seed) as running:
            told.append(script(running.base_url))
    assert told[0] == told[1]
    assert told[0] != told[2]


def test_a_restart_keeps_its_port_and_gives_way_when_it_is_taken(folder: Path) -> None:
    with start(folder) as running:
        first = running.base_url
    with start(folder) as running:
        assert running.base_url == first
    port = int(first.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)), start(folder) as running:
        assert running.base_url != first
        assert json.loads((folder / "sandbox.json").read_text())["base_url"] == running.base_url


def test_a_port_that_was_asked_for_and_is_taken_is_refused(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse):
            start(folder, port=port)
    with start(folder, port=port) as running:
        assert running.base_url == f"http://127.0.0.1:{port}"


def test_one_folder_is_served_once(folder: Path) -> None:
    with start(folder), pytest.raises(FolderInUse):
        start(folder)
    with start(folder) as running:
        assert running.is_serving


def test_real_pace_is_kept_over_the_wire(folder: Path) -> None:
    with start(folder, pace="real") as running:
        shop = WechatMerchant(folder)
        order = control(running.base_url, "POST", "orders", wallet="wechat", amount_fen=1000)
        statuses = []
        for number in ("R1", "R2"):
            call = shop.refund(order, number, 1)
            url = running.base_url + call.target
            answer = requests.post(url, call.body, headers=call.headers, timeout=TIMEOUT_S)
            statuses.append(answer.status_code)
        assert statuses == [200, 429]


def test_many_counters_at_once_never_refund_more_than_was_paid(folder: Path) -> None:
    with start(folder) as running:
        shop = WechatMerchant(folder)
        order = control(running.base_url, "POST", "orders", wallet="wechat", amount_fen=1000)
        calls = [shop.refund(order, f"R{number}", 300) for number in range(8)]

        def refund(call: Call) -> int:
            url = running.base_url + call.target
            return requests.post(url, call.body, headers=call.headers, timeout=TIMEOUT_S).status_code

        with ThreadPoolExecutor(len(calls)) as counters:
            statuses = sorted(counters.map(refund, calls))
        assert statuses == [200] * 3 + [400] * 5
        assert sum(one["amount_fen"] for one in control(running.base_url, "GET", "refunds")) == 900
