"""Our time per refund beside a bare signed `requests` POST to the same sandbox, in turns, in the same run.

    bare       sign and POST the refund over a kept connection, read the answer; nothing checked, nothing kept
    trip       what dispatch does: intent committed, sent, answer verified and read, result committed
    desk       the whole refund: the wallet asked about the order, the ladder, the reservation, the trip

`--refunds N` (default 60) of each kind for each wallet. The sandbox is a process of its own on loopback.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import requests

from scanrefund.assemble import open_house
from scanrefund.check.limits import Limits
from scanrefund.config import Settings, load
from scanrefund.dispatch.clock import SYSTEM
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.house import House
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.refunds import Draft
from scanrefund.model.money import Money
from scanrefund.model.order import Order, OrderState
from scanrefund.model.refund import Refund, RefundState
from scanrefund.model.wallet import Wallet
from scanrefund.wallets.alipay import REFUND
from scanrefund.wallets.wechat import REFUNDS
from scanrefund.wish import RefundRequest
from tests.bench.report import Report

KINDS: Final = ("bare", "trip", "desk")
AMOUNT: Final = Money(1_000)
# What a first trip in a rehearsal comes to: Alipay pays at once, WeChat Pay accepts.
_MOVED: Final = (RefundState.SUCCEEDED, RefundState.PROCESSING)
HTTP_S_MAX: Final = 15.0
# The first exchanges open connections and compile statements; they are made, and not counted.
WARM_UP: Final = 5


def run(arguments: list[str]) -> Report:
    """Measure both wallets."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench dispatch")
    parser.add_argument("--refunds", type=int, default=60, help="refunds of each kind, for each wallet")
    count = parser.parse_args(arguments).refunds
    with tempfile.TemporaryDirectory() as place, _sandbox(Path(place) / "sandbox") as base_url:
        settings = _settings(Path(place))
        with open_house(settings) as house:
            bench = _Bench(base_url, settings, house)
            times = {wallet: bench.measure(wallet, count) for wallet in house.gateways}
    return _report(times, count)


@contextmanager
def _sandbox(folder: Path) -> Iterator[str]:
    call = [sys.executable, "-m", "scanrefund", "sandbox", "--port", "0", "--dir", str(folder)]
    with subprocess.Popen(call, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())["base_url"]
        finally:
            process.kill()


def _settings(place: Path) -> Settings:
    settings = load(place / "sandbox" / "scanrefund.toml", "en")
    home = place / "desk"
    ledger = LedgerSettings(f"sqlite:///{home / 'ledger.sqlite3'}", settings.ledger.busy_timeout_s)
    limits: Limits = replace(settings.limits, code_required=False)
    return replace(settings, home=home, ledger=ledger, limits=limits)


@dataclass(frozen=True, slots=True)
class Taken:
    """What one refund took: time on the wall, and of that our own processor time, in milliseconds."""

    wall_ms: float
    cpu_ms: float


class _Watch:
    def __init__(self) -> None:
        self._wall_s, self._cpu_s = time.perf_counter(), time.process_time()

    def stop(self) -> Taken:
        wall_s, cpu_s = time.perf_counter() - self._wall_s, time.process_time() - self._cpu_s
        return Taken(wall_s * 1_000, cpu_s * 1_000)


class _Bench:
    """One sandbox, one house, and a connection of nobody's."""

    def __init__(self, base_url: str, settings: Settings, house: House) -> None:
        self._base_url = base_url
        self._house = house
        # One for what is measured, one for the rehearsal's controls: a fair count of kept connections.
        self._session, self._controls = requests.Session(), requests.Session()
        self._session.trust_env = self._controls.trust_env = False
        self._dispatcher = Dispatcher(house.ledger, house.gateways, SYSTEM, settings.lease_s)

    def measure(self, wallet: Wallet, count: int) -> dict[str, list[Taken]]:
        """What every refund took, by kind; the kinds take turns, so that a busy moment hits all."""
        kinds: dict[str, Callable[[Order], Taken]] = {
            "bare": self._bare,
            "trip": self._trip,
            "desk": self._desk,
        }
        times: dict[str, list[Taken]] = {kind: [] for kind in KINDS}
        for turn in range(count + WARM_UP):
            for kind, refund in kinds.items():
                taken = refund(self._sell(wallet))
                if turn >= WARM_UP:
                    times[kind].append(taken)
        return times

    def _sell(self, wallet: Wallet) -> Order:
        """A paid order at the wallet and in our books."""
        made = self._control("POST", "orders", {"wallet": wallet.value, "amount_fen": AMOUNT.fen})
        now = SYSTEM.now()
        order = Order(
            order_id=made["order_id"],
            wallet=wallet,
            wallet_order_id=made["wallet_order_id"],
            amount=AMOUNT,
            paid_at=now,
            state=OrderState.PAID,
        )
        with self._house.ledger.keeping_orders(now) as keep:
            keep([order])
        return order

    def _bare(self, order: Order) -> Taken:
        gateway: Any = self._house.gateways[order.wallet]
        number = f"BARE_{order.order_id}"
        body = gateway.compose(order, number, order.amount, "bench")
        host = gateway._line.settings.base_url.rstrip("/")
        watch = _Watch()
        # The product's own signing, so that only what stands around it differs.
        signed = (
            gateway._line.request(host, "POST", REFUNDS, body)
            if order.wallet is Wallet.WECHAT
            else gateway._line.request(host, REFUND, body)
        )
        reply = self._session.request(
            signed.method, signed.url, headers=signed.headers, data=signed.body, timeout=HTTP_S_MAX
        )
        taken = watch.stop()
        assert reply.status_code == 200, reply.text
        return taken

    def _trip(self, order: Order) -> Taken:
        refund = self._reserved(order)
        watch = _Watch()
        after = self._dispatcher.dispatch(refund)
        taken = watch.stop()
        assert after.state in _MOVED, after
        return taken

    def _desk(self, order: Order) -> Taken:
        watch = _Watch()
        receipt = self._house.desk.refund(RefundRequest(order.order_id, order.amount, "bench", None))
        taken = watch.stop()
        assert receipt.state in _MOVED, receipt
        return taken

    def _reserved(self, order: Order) -> Refund:
        gateway = self._house.gateways[order.wallet]
        draft = Draft(order.order_id, None, gateway.account, order.amount, "bench", "", "bench")
        with self._house.ledger.locked(order.order_id) as locked:
            return locked.reserve(
                draft, lambda kept, number: gateway.compose(kept, number, AMOUNT, "bench"), SYSTEM.now()
            )

    def _control(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        reply = self._controls.request(
            method, f"{self._base_url}/sandbox/{path}", json=body, timeout=HTTP_S_MAX
        )
        reply.raise_for_status()
        found: dict[str, Any] = reply.json()
        return found


def _report(times: dict[Wallet, dict[str, list[Taken]]], count: int) -> Report:
    rows: list[tuple[str, ...]] = []
    figures: dict[str, float | int | str] = {"refunds": count}
    for wallet, kinds in times.items():
        bare_ms = statistics.median(one.wall_ms for one in kinds["bare"])
        for kind in KINDS:
            walls_ms = [one.wall_ms for one in kinds[kind]]
            found = {
                "median_ms": statistics.median(walls_ms),
                "p95_ms": statistics.quantiles(walls_ms, n=20)[-1],
                "cpu_ms": statistics.median(one.cpu_ms for one in kinds[kind]),
                "ratio": statistics.median(walls_ms) / bare_ms,
            }
            rows.append((wallet.value, kind, *(f"{figure:.1f}" for figure in found.values())))
            figures |= {f"{wallet.value}_{kind}_{name}": round(figure, 2) for name, figure in found.items()}
    columns = ("wallet", "kind", "median ms", "p95 ms", "own cpu ms", "of bare")
    return Report(f"One refund, {count} of each kind in turns", columns, rows, figures, [_NOTE])


_NOTE: Final = (
    "bare: sign, POST, read. trip: begin committed, send, verify, end committed. "
    "desk: order asked, ladder, reserve, trip."
)
