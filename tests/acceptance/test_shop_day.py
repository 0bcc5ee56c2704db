"""A shop's whole day by script: 300 sales, 60 refunds by desk, API and command, both bills in the morning."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scanrefund.assemble import House, open_house
from scanrefund.config import Settings
from scanrefund.dispatch.clock import Clock
from scanrefund.ledger.backup import back_up, file_of
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.ledger import Shop
from scanrefund.model.difference import DifferenceKind
from scanrefund.model.money import Money
from scanrefund.model.refund import RefundState
from scanrefund.model.refusal import Reason
from scanrefund.sandbox import server
from scanrefund.wallets.reading import BEIJING
from scanrefund.web.application import application
from scanrefund.web.running import site_of
from scanrefund.web.serving import served
from scanrefund.wish import RefundRequest
from tests.acceptance.conftest import Program, Sandbox, a_program
from tests.contract.rehearsal import settings_in
from tests.unit.builders import FakeClock
from tests.unit.web.counter import Page

pytestmark = pytest.mark.long

SEED, SALES, YESTERDAYS, REFUNDS = 11, 300, 20, 60
WALLETS = ("wechat", "alipay")
FAULTS = (
    "drop_before",
    "drop_after",
    "http_500_before",
    "http_500_after",
    "http_429",
    "processing",
    "unsigned",
)
LI = Hand("Li", "the till was short")
PAYING = {"SUCCESS", "PROCESSING", "ABNORMAL"}


class Day:
    """The shop with its three doors: desk, till's API, command line."""

    def __init__(self, folder: Path, program: Program, sandbox: Sandbox, settings: Settings) -> None:
        self.program, self.sandbox, self.settings = program, sandbox, settings
        self.time = FakeClock(datetime.now(UTC))
        self.house: House = open_house(settings, self.clock)
        self.folder = folder

    @property
    def clock(self) -> Clock:
        return self.time.clock

    def now(self) -> None:
        """The commands live by the real clock: the desk must not lag behind it."""
        self.time.at = max(self.time.at, datetime.now(UTC))

    def settle(self) -> None:
        """Everything on its way ends, and the worker has asked."""
        for _ in range(40):
            self.sandbox.call("POST", "/sandbox/settle", {})
            self.house.worker.run_once()
            due = [one.next_try_at for one in self.house.ledger.refunds(open_only=True) if one.next_try_at]
            if not due:
                return
            self.time.at = max(self.time.at, min(due))
        raise AssertionError(f"still open: {self.house.ledger.refunds(open_only=True)}")

    def arm(self, wallet: str, order_id: str, fault: str) -> None:
        body = {"wallet": wallet, "on": "refund", "fault": fault, "order_id": order_id}
        self.sandbox.call("POST", "/sandbox/faults", body)

    def by_desk(self, order_id: str, fen: int, number: int) -> str:
        wish = RefundRequest(order_id, Money(fen), "broken", None, f"desk-{number}")
        return str(self.house.desk.refund(wish).refund_id)

    def by_command(self, order_id: str, fen: int, wallet: str) -> str:
        code = self.sandbox.code(wallet)
        told = self.program.json(
            *("refund", "--order", order_id, "--amount", f"{fen / 100:.2f}", "--reason", "broken", "--yes"),
            "--wait",
            "0",
            stdin=f"{code}\n",
        )[1]
        assert "refund_id" in told, told
        return str(told["refund_id"])

    @contextmanager
    def till(self) -> Iterator[TillDoor]:
        site = replace(site_of(self.settings, self.house), page_folder=self.folder)
        token = self.house.tills.add("", "front till", "").token.reveal()
        with served(application(site), 0, site.closing.set) as port:
            yield TillDoor(Page(port), token)
        site.errands.close()

    def close(self) -> None:
        """Whichever house is open by then."""
        self.house.close()


class TillDoor:
    """A till's software at `/api/v1`."""

    def __init__(self, page: Page, token: str) -> None:
        self.page, self.token = page, token

    def refund(self, order_id: str, fen: int, number: int) -> str:
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency_Key": f"till-{number}"}
        body = {"order_id": order_id, "amount_fen": fen, "reason": "broken"}
        once, again = (self.page.post("/api/v1/refunds", body, **headers).document for _ in range(2))
        assert once["refund_id"] == again["refund_id"]
        return str(once["refund_id"])


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with ExitStack() as stack:
        running = stack.enter_context(server.start(tmp_path / "sandbox"))
        settings = settings_in(tmp_path)
        opened = Day(tmp_path, a_program(tmp_path), Sandbox(running.base_url, None), settings)  # type: ignore[arg-type]
        stack.callback(opened.close)
        yield opened


def sold(day: Day) -> list[tuple[str, str, int]]:
    """Wallet, order and amount of each sale, the last of them yesterday's; all in the books."""
    chance, orders = random.Random(SEED), []
    yesterday = (day.time.at - timedelta(days=1)).isoformat()
    for number in range(SALES):
        wallet, fen = WALLETS[number % 2], chance.randrange(100, 50_000)
        more = {"paid_at": yesterday} if number >= SALES - YESTERDAYS else {}
        body: dict[str, Any] = {"wallet": wallet, "amount_fen": fen, **more}
        told = day.sandbox.call("POST", "/sandbox/orders", body)
        orders.append((wallet, str(told["order_id"]), fen))
    table = day.folder / "orders.csv"
    table.write_bytes(day.sandbox.call("GET", "/sandbox/orders.csv"))
    assert day.house.orders.import_csv(table, strict=True).kept == SALES
    return orders


def refunded(day: Day, orders: list[tuple[str, str, int]]) -> dict[str, int]:
    """Sixty refunds, ten of them of yesterday's sales; every third meets a fault."""
    chance, made = random.Random(SEED + 1), {}
    chosen = [*chance.sample(orders[4:-YESTERDAYS], REFUNDS - 10), *orders[-10:]]
    with day.till() as till:
        for number, (wallet, order_id, paid_fen) in enumerate(chosen):
            day.now()
            fen = paid_fen if number % 4 else paid_fen // 2
            if number % 3 == 0:
                day.arm(wallet, order_id, FAULTS[number // 3 % len(FAULTS)])
            if number % 10 == 9:
                made[day.by_command(order_id, fen, wallet)] = fen
            elif number % 2:
                made[till.refund(order_id, fen, number)] = fen
            else:
                made[day.by_desk(order_id, fen, number)] = fen
    return made


def test_the_day_closes_without_an_unexplained_fen(day: Day) -> None:
    sys.stdout.write(f"seed {SEED}\n")
    today = day.time.at.astimezone(BEIJING).date()
    orders = sold(day)
    made = refunded(day, orders)
    assert len(made) == REFUNDS
    day.settle()
    paid_in_cash(day, orders[0])
    short_of_balance(day, orders[1])
    restored(day, orders)
    day.settle()
    states = {one.refund_id: one.state for one in day.house.ledger.refunds(limit=1_000)}
    assert {number: states[number] for number in made if states[number] is not RefundState.SUCCEEDED} == {}
    same_in_both(day)
    next_morning(day, today)


def paid_in_cash(day: Day, order: tuple[str, str, int]) -> None:
    """The wallet closes the refund; a supervisor pays cash; the wallet refunds it no more."""
    wallet, order_id, fen = order
    day.arm(wallet, order_id, "closed")
    number = day.by_desk(order_id, fen, 901)
    day.settle()
    assert day.house.ledger.refund(number).state is RefundState.CLOSED  # type: ignore[union-attr]
    assert day.house.supervisor.pay_other_way(number, LI).state is RefundState.PAID_OTHER_WAY
    wish = RefundRequest(order_id, Money(100), "again", None, "desk-902")
    assert day.house.desk.refund(wish).reason is Reason.ORDER_ALREADY_REFUNDED


def short_of_balance(day: Day, order: tuple[str, str, int]) -> None:
    wallet, order_id, fen = order
    day.arm(wallet, order_id, "not_enough")
    number = day.by_desk(order_id, fen, 903)
    assert day.house.ledger.refund(number).state is RefundState.HELD  # type: ignore[union-attr]
    day.house.supervisor.release_short(LI)
    day.settle()
    assert day.house.ledger.refund(number).state is RefundState.SUCCEEDED  # type: ignore[union-attr]


def restored(day: Day, orders: list[tuple[str, str, int]]) -> None:
    """A copy takes the ledger's place after two refunds it does not know: found, counted, paid once."""
    copy, settings = day.folder / "copy.sqlite3", day.settings
    back_up(settings.ledger, day.house.keys, Shop(settings.shop_id, settings.rehearsal), copy)
    (_, first, first_fen), (_, second, second_fen) = orders[2], orders[3]
    lost = {
        day.by_desk(first, first_fen, 904): first_fen,
        day.by_desk(second, second_fen // 2, 905): second_fen // 2,
    }
    day.settle()
    day.house.close()
    copy.replace(file_of(settings.ledger.url))
    day.house = open_house(settings, day.clock)
    wish = RefundRequest(first, Money(first_fen), "again", None, "desk-906")
    assert day.house.desk.refund(wish).reason is Reason.BOOKS_BEHIND
    assert all(one.complete for one in day.house.recovery.all())
    assert day.house.desk.refund(replace(wish, request_id="desk-907")).reason is not None
    assert {day.house.ledger.refund(number).state for number in lost} == {RefundState.EXTERNAL}  # type: ignore[union-attr]


def same_in_both(day: Day) -> None:
    """What each wallet moved for each order is what the books say, and nobody got more than he paid."""
    moved: dict[str, int] = {}
    for row in day.sandbox.refunds():
        if row["status"] in PAYING:
            moved[row["order_id"]] = moved.get(row["order_id"], 0) + row["amount_fen"]
    ours: dict[str, int] = {}
    for one in day.house.ledger.refunds(limit=1_000):
        if one.state in (RefundState.SUCCEEDED, RefundState.EXTERNAL):
            ours[one.order_id] = ours.get(one.order_id, 0) + one.amount.fen
    assert ours == moved
    paid = {row["order_id"]: row["amount_fen"] for row in day.sandbox.call("GET", "/sandbox/orders")}
    assert [order_id for order_id, fen in moved.items() if fen > paid[order_id]] == []


def next_morning(day: Day, today: Any) -> None:
    day.sandbox.call("POST", "/sandbox/clock", {"advance_s": 2 * 86_400})
    day.time.forward(2 * 86_400)
    with day.house.reconciler.reconcile(today) as done:
        found = [(one.kind, one.order_id, one.amount_fen) for one in done.differences()]
        told = {one.name: (one.was_compared, one.unexplained_fen, one.lines > 0) for one in done.scopes}
    assert set(told.values()) == {(True, 0, True)}, json.dumps(str(told))
    assert [one for one in found if one[0] is not DifferenceKind.FEE] == []
