"""`orders import` names bad rows by line; `orders show` tells what remains."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import HEADER, Program

GOOD = "s-1,wechat,,1250,2026-11-20T10:00:00+08:00,PAID,"
BAD = "s-2,paypal,,1250,2026-11-20T10:00:00+08:00,PAID,"


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text("\n".join([HEADER, GOOD, BAD, ""]), encoding="utf-8")
    return path


def test_good_rows_are_kept_and_bad_ones_named_by_line(program: Program, orders: Path) -> None:
    ended = program("orders", "import", orders, "--json")
    assert ended.code == 1
    told = ended.document
    [problem] = told.pop("problems")
    assert told == {"read": 2, "kept": 1, "unchanged": 0}
    assert (problem["line"], problem["order_id"], problem["cause"]) == (3, "s-2", "row_wallet_unknown")
    assert "paypal" in problem["say"]
    assert program("orders", "show", "s-1").code == 0


def test_people_read_line_and_cause(program: Program, orders: Path) -> None:
    ended = program("orders", "import", orders)
    assert "Line 3" in ended.err
    assert "paypal" in ended.err


def test_strict_keeps_nothing(program: Program, orders: Path) -> None:
    ended = program("orders", "import", orders, "--strict", "--json")
    assert (ended.code, ended.document["kept"]) == (1, 0)
    assert program("orders", "show", "s-1").code == 2


def test_all_good_ends_with_0(program: Program, orders: Path) -> None:
    orders.write_text(f"{HEADER}\n{GOOD}\n")
    assert program("orders", "import", orders).code == 0
    assert program("orders", "import", orders, "--json").document["unchanged"] == 1


def test_an_order_is_shown_with_what_remains(program: Program, orders: Path) -> None:
    program("orders", "import", orders)
    told = program("orders", "show", "s-1", "--json").document
    assert told == {
        "order_id": "s-1",
        "wallet": "wechat",
        "wallet_order_id": None,
        "amount_fen": 1_250,
        "refunded_fen": 0,
        "remaining_fen": 1_250,
        "state": "PAID",
        "paid_at": "2026-11-20T02:00:00+00:00",
        "refund_count": 0,
        "open_refund_id": None,
        "frozen_why": None,
        "paid_on": "2026-11-20",
        "next_day": True,
    }
    assert "¥12.50" in program("orders", "show", "s-1").out


def test_a_file_that_is_not_there_is_named(program: Program, tmp_path: Path) -> None:
    ended = program("orders", "import", tmp_path / "none.csv")
    assert ended.code == 2
    assert "none.csv" in ended.err
