"""What must hold of a clerk's limits on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import pytest

from scanrefund.ledger.ledger import Ledger
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.outcome import OrderAnswer
from scanrefund.model.refusal import Reason
from tests.contract.people_at_once import at_once
from tests.people import (
    PeopleShop,
)
from tests.unit.builders import FakeWallet, an_order, keep


@pytest.fixture
def ledger(counters: tuple[Ledger, Ledger]) -> Ledger:
    return counters[0]


class MeetingWallet(FakeWallet):
    """A wallet that lets all counters pass at the same moment, just before they lock their orders."""

    def __init__(self, counters: int) -> None:
        super().__init__()
        self._meet = threading.Barrier(counters, timeout=60)

    def order(self, order: Order) -> OrderAnswer:
        self._meet.wait()
        return super().order(order)


@pytest.mark.parametrize(
    "limit",
    [
        {"day_amount_max": Money(7_500)},
        {"hour_amount_max": Money(9_999)},
        {"day_count_max": 3},
        {"hour_count_max": 3},
    ],
)
def test_counters_together_never_pass_a_clerks_limit(
    counters: tuple[Ledger, Ledger], limit: dict[str, Any]
) -> None:
    keep(counters[0], *(an_order(order_id=f"D{number}") for number in range(6)))
    wallet = MeetingWallet(6)
    shops = [PeopleShop(ledger, limit, wallet) for ledger in counters * 3]
    jobs = [
        partial(shop.desk.refund, shop.wish(2_500, number, order_id=f"D{number}"))
        for number, shop in enumerate(shops)
    ]
    reasons = [receipt.reason for receipt in at_once(jobs)]
    assert reasons.count(None) == len(wallet.paid) == 3
    assert reasons.count(Reason.CLERK_LIMIT_REACHED) == 3


def test_a_limit_holds_for_one_clerk_one_day_and_one_hour(ledger: Ledger) -> None:
    keep(ledger, *(an_order(order_id=f"D{number}") for number in range(6)))
    shop = PeopleShop(ledger, {"day_count_max": 2, "hour_count_max": 1})

    def refund(number: int, clerk: str = "s3") -> Reason | None:
        return shop.desk.refund(shop.wish(100, number, order_id=f"D{number}", clerk=clerk)).reason

    assert [refund(0), refund(1)] == [None, Reason.CLERK_LIMIT_REACHED]
    assert refund(2, "s2") is None
    shop.time.forward(3_600)
    assert refund(3) is None
    shop.time.forward(3_600)
    assert refund(4) is Reason.CLERK_LIMIT_REACHED
    shop.time.forward(86_400)
    assert refund(5) is None
