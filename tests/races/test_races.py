"""Sixteen processes on the same orders: never over the cap. The known-wrong ways must go over it."""

from __future__ import annotations

import random

import pytest

from scanrefund.ledger.ledger import Ledger
from scanrefund.model.refund import COUNTS_FOR_WALLET
from tests.races.contest import Contest, Score, run
from tests.races.ways import RIGHT, WANTED, WRONG_ON_POSTGRES, WRONG_ON_SQLITE
from tests.unit.builders import open_ledger_at

# A few orders show it, since every process stands at the same order at the same moment.
FEW, MANY = 8, 100


def contest(url: str, orders: int) -> dict[str, Score]:
    wrong = WRONG_ON_SQLITE if url.startswith("sqlite") else WRONG_ON_POSTGRES
    scores = run(Contest(url, (*RIGHT, *wrong), orders, random.SystemRandom().randrange(1_000_000)))
    for way, score in scores.items():
        print(f"{way}: {score}")  # noqa: T201
    return scores


def each_way_is_what_it_is_known_for(scores: dict[str, Score], orders: int) -> None:
    assert {way: scores[way] for way in RIGHT} == {way: Score(0, orders, 0) for way in RIGHT}
    blind = [way for way in scores.keys() - RIGHT.keys() if scores[way].over == 0]
    assert blind == []


def the_books_are_right(ledger: Ledger, orders: int) -> None:
    assert ledger.first_broken_entry() is None
    for number in range(orders):
        order = ledger.order(f"W0 {number}")
        live = [it for it in ledger.refunds(order_id=f"W0 {number}") if it.state in COUNTS_FOR_WALLET]
        assert order is not None
        assert order.wallet_reserved == order.customer_reserved == WANTED
        assert len(live) == 1


def a_race(url: str, orders: int) -> None:
    each_way_is_what_it_is_known_for(contest(url, orders), orders)
    ledger = open_ledger_at(url)
    the_books_are_right(ledger, orders)
    ledger.close()


def test_sixteen_processes_never_take_more_than_the_cap(ledger_url: str) -> None:
    a_race(ledger_url, FEW)


@pytest.mark.long
def test_sixteen_processes_never_take_more_than_the_cap_of_many_orders(ledger_url: str) -> None:
    a_race(ledger_url, MANY)
