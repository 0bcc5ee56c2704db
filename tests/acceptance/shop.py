"""A shop for a whole day: its people, its sales, its counter with page and till, both wallets behind it."""

from __future__ import annotations

import json
import random
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from playwright.sync_api import sync_playwright

from tests.acceptance.browser import chromium
from tests.acceptance.conftest import a_program, start_sandbox, stop
from tests.acceptance.film import phone_camera
from tests.acceptance.stage import PIN, Clerk, Stage

SALES, YESTERDAYS = 300, 20
WALLETS: Final = ("wechat", "alipay")
# Everybody has the same made-up PIN; staff ids go by the order in which people come.
OWNER, SUPERVISOR, CLERK, FINANCE = "s1", "s2", "s3", "s4"
PEOPLE: Final = (("赵老板", "owner"), ("李店长", "supervisor"), ("王小姐", "clerk"), ("陈会计", "finance"))
CLERKS_DIGIT: Final = "3"
# As a shop sets it that looks at yesterday's orders twice, and whose till refunds without a code.
RULES: Final = {
    "SCANREFUND_LANGUAGE": "zh-Hans",
    "SCANREFUND_COUNTER__IDLE_LOCK_S": "3600",
    "SCANREFUND_PEOPLE__APPROVAL_NEXT_DAY": "true",
    "SCANREFUND_PEOPLE__DAY_NO_CODE_COUNT": "100",
    "SCANREFUND_PEOPLE__HOUR_COUNT": "100",
    "SCANREFUND_PEOPLE__HOUR_AMOUNT_FEN": "2000000",
}
CALL_S_MAX = 60.0
SETTLED_S_MAX = 600.0


class Sale(NamedTuple):
    """What a customer paid."""

    wallet: str
    order_id: str
    fen: int


@dataclass
class Shop:
    """The counter that runs, the clerk at its page, the till beside it."""

    stage: Stage
    clerk: Clerk
    till: Till

    def command(self, *arguments: str, stdin: str = "") -> tuple[int, Any]:
        """A command in another window of the same machine: exit code and its JSON."""
        return self.stage.program.json(*arguments, stdin=stdin)

    def refund_of(self, sale: Sale) -> dict[str, Any]:
        """The newest refund of an order, as the till is told."""
        return dict(self.till.get(f"/refunds?order_id={sale.order_id}")["refunds"][0])

    def settled(self) -> None:
        """Until nothing is under way: the counter's worker asks, nobody helps it."""
        self.until(lambda: self.till.get("/refunds?open=1")["refunds"])

    def until(self, left: Callable[[], Any]) -> None:
        ends = time.monotonic() + SETTLED_S_MAX
        while found := left():
            assert time.monotonic() < ends, found
            time.sleep(1.0)


@dataclass
class Till:
    """A till's software at `/api/v1`; a supervisor answers for it."""

    stage: Stage
    token: str

    def get(self, path: str) -> Any:
        return self._call(path, None, {})

    def refund(self, sale: Sale, fen: int, key: str, **more: Any) -> dict[str, Any]:
        """Sent twice under one key, as by a till that heard no answer: one refund."""
        body = {"order_id": sale.order_id, "amount_fen": fen, "reason": "broken", **more}
        once, again = (self._call("/refunds", body, {"Idempotency-Key": key}) for _ in range(2))
        assert once["refund_id"] == again["refund_id"]
        return dict(once)

    def _call(self, path: str, body: Any, more: dict[str, str]) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **more}
        request = urllib.request.Request(f"{self.stage.url}api/v1{path}", data, headers)
        with urllib.request.urlopen(request, timeout=CALL_S_MAX) as answer:
            return json.loads(answer.read())


@contextmanager
def opened(home: Path) -> Iterator[Shop]:
    """The shop in the morning: everybody known, the counter up, the clerk at the page."""
    program = a_program(home, **RULES)
    with ExitStack() as stack:
        driver = stack.enter_context(sync_playwright())
        # As root, in a container, Chromium has no sandbox of its own to build.
        args = ["--no-sandbox", "--mute-audio"]
        browser = driver.chromium.launch(executable_path=chromium(), args=args)
        stack.callback(browser.close)
        stage = Stage(program, stack.enter_context(phone_camera()), browser, start_sandbox(program))
        stack.callback(lambda: stop(stage.sandbox))
        token = _employ(stage)
        stage.start_counter()
        stack.callback(stage.kill_counter)
        clerk = stack.enter_context(stage.page(person=CLERKS_DIGIT))
        yield Shop(stage, clerk, Till(stage, token))


def _employ(stage: Stage) -> str:
    """Everybody is added by the owner; the till's token."""
    for number, (name, role) in enumerate(PEOPLE):
        by = ("--by", OWNER) if number else ()
        pins = f"{PIN}\n" * (2 if number else 1)
        added = ("staff", "add", "--name", name, "--role", role, *by, "--pin-stdin")
        assert stage.program.json(*added, stdin=pins)[0] == 0
    till = ("tills", "add", "--name", "front till", "--clerk", SUPERVISOR, "--by", OWNER, "--pin-stdin")
    return str(stage.program.json(*till, stdin=f"{PIN}\n")[1]["token"])


def sold(shop: Shop, seed: int) -> list[Sale]:
    """Three hundred sales, the last twenty of them yesterday's; the till's export is imported."""
    chance, sales = random.Random(seed), []
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    for number in range(SALES):
        wallet, amount_fen = WALLETS[number % 2], chance.randrange(100, 50_000)
        more = {"paid_at": yesterday} if number >= SALES - YESTERDAYS else {}
        sale = {"wallet": wallet, "amount_fen": amount_fen, **more}
        told = shop.stage.sandbox.call("POST", "/sandbox/orders", sale)
        sales.append(Sale(wallet, str(told["order_id"]), amount_fen))
    export = shop.stage.program.home / "orders.csv"
    export.write_bytes(shop.stage.sandbox.call("GET", "/sandbox/orders.csv"))
    code, told = shop.command("orders", "import", str(export), "--strict")
    assert (code, told["kept"]) == (0, SALES)
    return sales
