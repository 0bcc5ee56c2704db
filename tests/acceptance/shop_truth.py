"""What is true at a shop's end of day: the wallets' own books beside ours, and the bills the next morning."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from scanrefund.assemble import open_house
from scanrefund.house import House
from scanrefund.http import HttpLimits
from scanrefund.model.difference import DifferenceKind
from scanrefund.model.refund import RefundState
from scanrefund.wallets.reading import BEIJING
from tests.acceptance.shop import FINANCE, Shop
from tests.contract.rehearsal import settings_in
from tests.unit.builders import FakeClock

PAYING = {"SUCCESS", "PROCESSING", "ABNORMAL"}
# The morning after the next: both bills are there, whatever the hour is now.
MORNING_S = 2 * 86_400
PATIENT = HttpLimits(connect_timeout_s=10.0, read_timeout_s=60.0, deadline_s=120.0)


@contextmanager
def next_morning(shop: Shop) -> Iterator[House]:
    """The house as it is opened when both wallets have made their bills."""
    shop.stage.sandbox.call("POST", "/sandbox/clock", {"advance_s": MORNING_S})
    settings = replace(settings_in(shop.stage.program.home), http=PATIENT)
    morning = FakeClock(datetime.now(UTC) + timedelta(seconds=MORNING_S))
    with open_house(settings, morning.clock) as house:
        yield house


def same_in_both(shop: Shop, house: House) -> None:
    """What each wallet moved for each order is what the books say, and nobody got more than he paid."""
    moved: dict[str, int] = {}
    for row in paying(shop):
        moved[row["order_id"]] = moved.get(row["order_id"], 0) + row["amount_fen"]
    ours: dict[str, int] = {}
    for one in house.ledger.refunds(limit=1_000):
        if one.state in (RefundState.SUCCEEDED, RefundState.EXTERNAL):
            ours[one.order_id] = ours.get(one.order_id, 0) + one.amount.fen
    assert ours == moved
    paid = {row["order_id"]: row["amount_fen"] for row in shop.stage.sandbox.call("GET", "/sandbox/orders")}
    assert [order_id for order_id, fen in moved.items() if fen > paid[order_id]] == []


def paying(shop: Shop) -> list[dict[str, Any]]:
    """The refunds that took money, by the wallets' truth."""
    return [row for row in shop.stage.sandbox.refunds() if row["status"] in PAYING]


def closed_without_an_unexplained_fen(shop: Shop, house: House, today: date, cash: dict[str, int]) -> None:
    """Both bills and the till's export of the day agree with the books, but for the fees; it is signed."""
    export = shop.stage.program.home / "till.csv"
    _till_export(shop, today, cash, export)
    with house.reconciler.reconcile(today, till=export) as done:
        found = [(one.kind, one.order_id, one.amount_fen) for one in done.differences()]
        told = {one.name: (one.was_compared, one.unexplained_fen, one.lines > 0) for one in done.scopes}
        assert told.keys() == {"wechat", "alipay", "till"}
        assert set(told.values()) == {(True, 0, True)}, json.dumps(str(told))
        others = [one for one in found if one[0] is not DifferenceKind.FEE]
        assert others == [], others
        house.signing.sign(done, FINANCE)
        assert {one.is_same for one in house.signing.signed(done).values()} == {True}


def _till_export(shop: Shop, today: date, cash: dict[str, int], path: Any) -> None:
    """What the till knows of the day: its sales, what wallets gave back, and what it gave back itself."""
    orders = shop.stage.sandbox.call("GET", "/sandbox/orders")
    days = {row["order_id"]: _day(row["paid_at"]) for row in orders}
    sales = [(row["order_id"], "sale", row["amount_fen"]) for row in orders if days[row["order_id"]] == today]
    refunds = [(row["order_id"], "refund", row["amount_fen"]) for row in paying(shop)]
    by_hand = [(order_id, "refund", fen) for order_id, fen in cash.items()]
    with path.open("w", encoding="utf-8", newline="") as page:
        csv.writer(page).writerows([("order_id", "kind", "amount_fen"), *sales, *refunds, *by_hand])


def _day(moment: str) -> date:
    return datetime.fromisoformat(moment).astimezone(BEIJING).date()
