"""What a shop sets up for its orders runs in the worker of its house."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scanrefund import config
from scanrefund.aftercare.till_marks import TillSettings
from scanrefund.assemble import open_house
from scanrefund.ledger.by_hand import Hand
from tests.unit.builders import ORDER, FakeClock, keep

HEADER = "order_id,wallet,wallet_order_id,amount_fen,paid_at,state,payer_id\n"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> config.Settings:
    monkeypatch.setenv("SCANREFUND_HOME", str(tmp_path / "home"))
    key = tmp_path / "till.key"
    key.write_text("k" * 32)
    key.chmod(0o600)
    (tmp_path / "inbox").mkdir()
    till = TillSettings("http://127.0.0.1:9/marks", key)
    return replace(config.load(), till=till, orders_inbox=tmp_path / "inbox")


def test_the_worker_looks_into_the_inbox_and_tells_the_till(
    settings: config.Settings, tmp_path: Path
) -> None:
    row = "B1,alipay,,100,2026-11-22T10:00:00Z,PAID,\n"
    (tmp_path / "inbox" / "a.csv").write_text(HEADER + row, encoding="utf-8")
    time = FakeClock()
    with open_house(settings, time.clock) as house:
        keep(house.ledger, ORDER)
        house.reversals.release(ORDER.order_id, Hand("Li", "asked for"))
        for _ in range(2):
            house.worker.run_once()
            time.forward(6)
        assert house.orders.show("B1").amount.fen == 100
        assert next(house.marks.since(None)).tries == 1
