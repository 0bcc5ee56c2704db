"""Looking back: the edges of a period, the balance before it, and no query that reads every order."""

from __future__ import annotations

import sqlite3

import pytest

from scanrefund.sandbox.history import History
from scanrefund.sandbox.schema import SCHEMA
from tests.unit.sandbox.conftest import Wallets


def test_a_period_has_its_start_and_not_its_end(wallets: Wallets) -> None:
    wallets.add("wechat", age_s=100)
    with wallets.store.turn() as turn:
        paid_at = turn.orders()[0].paid_at or 0.0
        assert len(turn.history.orders_paid("wechat", paid_at, paid_at + 1)) == 1
        assert turn.history.orders_paid("wechat", paid_at - 1, paid_at) == []
        assert turn.history.orders_paid("alipay", paid_at, paid_at + 1) == []


def test_the_balance_is_what_came_less_what_went(wallets: Wallets) -> None:
    order = wallets.add("alipay", amount_fen=1000)
    wallets.add("wechat", amount_fen=70)
    wallets.told(wallets.alipay.refund(order, "Q1", 300))
    with wallets.store.turn() as turn:
        assert turn.history.balance_fen("alipay", turn.now + 1) == 700
        assert turn.history.balance_fen("alipay", turn.now - 1) == 1000
        assert turn.history.balance_fen("alipay", 0) == 0


class Asked(sqlite3.Connection):
    """Notes the plan of every query."""

    plans: list[str]

    def execute(self, query: str, values: object = ()) -> sqlite3.Cursor:
        plan = super().execute(f"EXPLAIN QUERY PLAN {query}", values)  # type: ignore[arg-type]
        self.plans += [row[3] for row in plan]
        return super().execute(query, values)  # type: ignore[arg-type]


@pytest.fixture
def asked() -> Asked:
    db = sqlite3.connect(":memory:", factory=Asked)
    db.plans = []
    db.executescript(SCHEMA)
    return db


def test_no_look_back_reads_every_order(asked: Asked) -> None:
    history = History(asked)
    history.orders_paid("wechat", 0, 1)
    history.refunds_settled("wechat", 0, 1)
    history.refunds_started("wechat", 0, 1)
    history.latest_orders("wechat", 3)
    history.latest_refunds("wechat", 3)
    history.balance_fen("wechat", 1)
    assert len(asked.plans) >= 6
    # The primary key alone would lead to every row of the wallet.
    wide = [plan for plan in asked.plans if plan.startswith("SCAN ") or plan.endswith("(wallet=?)")]
    assert wide == []
