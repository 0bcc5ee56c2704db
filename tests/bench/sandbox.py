"""The sandbox: how soon it serves, its time per answer beside a bare FastAPI route, and with many orders.

    bare       POST of the same bytes to a route that answers one JSON object
    refund     a signed refund: checked, carried out, on disk, answered signed
    ask        the query of a refund that was made
    order      the query of an order

Each over one kept connection, in turns, the calls composed beforehand. `--calls N` (default 100) of each kind
for each wallet; `--orders N` (default 100,000) lie in the folder for the second half. Beside the median is
the fastest, and beside the time of a start its CPU time: a busy machine disturbs them least.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from scanrefund.sandbox import numbers
from scanrefund.sandbox.business import Order
from scanrefund.sandbox.folder import Folder
from scanrefund.sandbox.spoken import Call
from scanrefund.sandbox.state import Store
from tests.bench.report import Report
from tests.unit.sandbox.merchants import AlipayMerchant, WechatMerchant

Merchants = dict[str, WechatMerchant | AlipayMerchant]

WAIT_S: Final = 30.0
WARM_UP: Final = 5
KINDS: Final = ("bare", "refund", "ask", "order")
_BARE: Final = """
import socket, uvicorn
from fastapi import FastAPI, Request
app = FastAPI(openapi_url=None)
@app.post("/bare")
async def bare(request: Request) -> dict[str, str]:
    await request.body()
    return {"code": "10000", "msg": "Success", "fund_change": "Y", "refund_fee": "1.00"}
# Named as TCP, so that asyncio switches off the wait for acknowledgements, as the sandbox does.
listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
listening.bind(("127.0.0.1", 0))
listening.listen()
print(f'{{"base_url": "http://127.0.0.1:{listening.getsockname()[1]}"}}', flush=True)
uvicorn.Server(uvicorn.Config(app, log_config=None)).run(sockets=[listening])
"""


def run(arguments: list[str]) -> Report:
    """Measure a fresh folder, then one with many orders."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench sandbox")
    parser.add_argument("--calls", type=int, default=100, help="calls of each kind, for each wallet")
    parser.add_argument("--orders", type=int, default=100_000, help="orders in the folder, second half")
    chosen = parser.parse_args(arguments)
    figures: dict[str, float | int | str] = {"calls": chosen.calls, "orders": chosen.orders}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "sandbox"
        _start(folder, "first", figures)
        _start(folder, "few", figures)
        _measure(folder, chosen.calls, "few", figures)
        _fill(folder, chosen.orders)
        _start(folder, "many", figures)
        _measure(folder, chosen.calls, "many", figures)
    return _report(figures)


def _command(folder: Path) -> list[str]:
    return [sys.executable, "-m", "scanrefund", "sandbox", "--port", "0", "--dir", str(folder)]


@contextmanager
def _served(command: list[str]) -> Iterator[tuple[str, float]]:
    """A server in a process of its own: its address, and the seconds until it said so."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        base_url = str(json.loads(process.stdout.readline())["base_url"])
        yield base_url, time.perf_counter() - begun
    finally:
        process.kill()
        process.communicate(timeout=WAIT_S)


def _start(folder: Path, when: str, figures: dict[str, float | int | str]) -> None:
    """Start it and end it; what both cost."""
    before = os.times()
    with _served(_command(folder)) as (_, start_s):
        figures[f"start_{when}_s"] = round(start_s, 2)
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    figures[f"start_{when}_cpu_s"] = round(spent, 2)


class _Line:
    """One kept connection."""

    def __init__(self, base_url: str) -> None:
        place = urlsplit(base_url)
        self._connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=WAIT_S)

    def say(self, call: Call) -> tuple[bytes, float]:
        """The answer, and the milliseconds it took. Raises when it is not 200."""
        begun = time.perf_counter()
        self._connection.request(call.method, call.target, call.body, call.headers)
        answer = self._connection.getresponse()
        body = answer.read()
        spent_ms = (time.perf_counter() - begun) * 1000
        if answer.status != 200:
            raise RuntimeError(f"{call.method} {call.target}: {answer.status} {body[:300]!r}")
        return body, spent_ms


def _measure(folder: Path, count: int, when: str, figures: dict[str, float | int | str]) -> None:
    with (
        _served(_command(folder)) as (base_url, _),
        _served([sys.executable, "-c", _BARE]) as (bare_url, _),
    ):
        wallets, bare = _Line(base_url), _Line(bare_url)
        merchants: Merchants = {"wechat": WechatMerchant(folder), "alipay": AlipayMerchant(folder)}
        for wallet, shop in merchants.items():
            spent = _turns(wallets, bare, wallet, shop, count, when)
            for kind in KINDS:
                figures[f"{wallet}_{kind}_{when}_ms"] = round(statistics.median(spent[kind]), 2)
                figures[f"{wallet}_{kind}_{when}_fastest_ms"] = round(min(spent[kind]), 2)


def _turns(
    line: _Line, bare: _Line, wallet: str, shop: WechatMerchant | AlipayMerchant, count: int, when: str
) -> dict[str, list[float]]:
    """Milliseconds by kind, one of each in turn, so that what slows the machine slows all alike."""
    spent: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for number in range(WARM_UP + count):
        order = _sell(line, wallet)
        refund = shop.refund(order, f"{when}{number}", 100)
        calls = {
            "bare": Call("POST", "/bare", {"content-type": "application/json"}, refund.body),
            "refund": refund,
            "ask": shop.ask(order, f"{when}{number}"),
            "order": shop.order(order),
        }
        for kind, call in calls.items():
            _, spent_ms = (bare if kind == "bare" else line).say(call)
            if number >= WARM_UP:
                spent[kind].append(spent_ms)
    return spent


def _sell(line: _Line, wallet: str) -> dict[str, Any]:
    said = json.dumps({"wallet": wallet, "amount_fen": 1_000}).encode()
    body, _ = line.say(Call("POST", "/sandbox/orders", {"content-type": "application/json"}, said))
    order: dict[str, Any] = json.loads(body)
    return order


def _fill(folder: Path, count: int) -> None:
    """Paid orders of both wallets, straight into the state, over the last month."""
    kept = Folder(folder, seed=1)
    store = Store(kept.state_file, seed=1)
    with store.turn() as turn:
        for number in range(count):
            wallet = ("wechat", "alipay")[number % 2]
            paid_at = turn.real_now - number % (30 * 86_400)
            make = numbers.wechat_order_number if wallet == "wechat" else numbers.alipay_order_number
            theirs = make(99, number, paid_at)
            turn.add_order(Order(wallet, f"MANY{number}", theirs, "payer", 1_000, "paid", paid_at, paid_at))
    store.close()


def _report(figures: dict[str, float | int | str]) -> Report:
    rows = [
        (wallet, kind, *(_cell(figures, f"{wallet}_{kind}_{when}") for when in ("few", "many")))
        for wallet in ("wechat", "alipay")
        for kind in KINDS
    ]
    starts = [
        f"start, {what}: {figures[f'start_{when}_s']} s, of them {figures[f'start_{when}_cpu_s']} s CPU"
        for when, what in (
            ("first", "keys are made"),
            ("few", "again"),
            ("many", f"{figures['orders']} orders"),
        )
    ]
    notes = [*starts, "median / fastest; bare is a FastAPI route that reads the same bytes and answers JSON"]
    columns = ("wallet", "call", "few orders, ms", f"{figures['orders']} orders, ms")
    return Report("sandbox", columns, rows, figures, notes)


def _cell(figures: dict[str, float | int | str], name: str) -> str:
    return f"{figures[f'{name}_ms']} / {figures[f'{name}_fastest_ms']}"
