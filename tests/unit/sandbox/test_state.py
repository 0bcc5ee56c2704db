"""The state: all or nothing, one server at a time, one seed for life."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from scanrefund.sandbox.business import Order, Refund
from scanrefund.sandbox.state import FolderInUse, Store, Turn

ORDER = Order("wechat", "O1", "42", "payer", 1000, "paid", 1.0, 1.0)
REFUND = Refund("wechat", "O1", "R1", "50", 1, "{}", "PROCESSING", "SUCCESS", "customer", 1000.0, 1002.0)


def add_twice(turn: Turn) -> None:
    turn.add_order(ORDER)
    turn.add_order(ORDER)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state.sqlite"


def test_a_turn_that_raises_leaves_nothing_behind(file: Path) -> None:
    store = Store(file, seed=1)
    with pytest.raises(sqlite3.IntegrityError), store.turn() as turn:
        add_twice(turn)
    with store.turn() as turn:
        assert turn.orders() == []
    store.close()


def test_what_a_turn_wrote_is_there_after_reopening(file: Path) -> None:
    store = Store(file, seed=1)
    with store.turn() as turn:
        turn.add_order(ORDER)
        turn.advance(100)
        turn.arm("wechat", "refund", "http_502", 2, None, None)
        number = turn.next_number()
    store.close()
    again = Store(file, seed=9, real_now=lambda: 1000.0)
    with again.turn() as turn:
        assert turn.orders() == [ORDER]
        assert turn.now == 1100.0
        assert turn.seed == 1
        assert turn.next_number() == number + 1
        assert turn.take_fault("wechat", "refund", None) is not None
    again.close()


def test_a_refund_settles_by_itself_when_its_time_has_come(file: Path) -> None:
    now = [1000.0]
    store = Store(file, seed=1, real_now=lambda: now[0])
    with store.turn() as turn:
        turn.add_order(ORDER)
        turn.save(REFUND)
    seen = []
    for now[0] in (1001.9, 1002.0, 2000.0):
        with store.turn() as turn:
            seen += [(refund.status, refund.settled_at) for refund in turn.refunds()]
    assert seen == [("PROCESSING", None), ("SUCCESS", 1002.0), ("SUCCESS", 1002.0)]
    store.close()


def test_two_stores_do_not_share_a_file(file: Path) -> None:
    first = Store(file, seed=1)
    with first.turn() as turn:
        turn.next_number()
    with pytest.raises(FolderInUse):
        Store(file, seed=1)
    first.close()
    Store(file, seed=1).close()


def test_an_amount_below_one_fen_is_refused_by_the_file_itself(file: Path) -> None:
    store = Store(file, seed=1)
    with pytest.raises(sqlite3.IntegrityError), store.turn() as turn:
        turn.add_order(Order("wechat", "O1", "42", "payer", 0, "paid", 1.0, 1.0))
    store.close()
