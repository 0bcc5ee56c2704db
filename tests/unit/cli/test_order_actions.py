"""`orders release`, `extend`, `cancel`, `adjust` as they are typed, against the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from scanrefund.cli.order_actions import _stands
from scanrefund.errors import LedgerFault
from scanrefund.house import House
from scanrefund.model.order import Order
from scanrefund.reversal_desk import Reversed
from tests.unit.builders import an_order
from tests.unit.cli.conftest import HEADER, Program, Wallets

Sell = Callable[[str, str], None]
SIGNED = ("--by", "Li", "--why", "seen by the supervisor", "--json")


def test_a_released_order_is_said_to_be_one(program: Program, sold: Sell) -> None:
    sold("wechat", "o-1")
    released = program("orders", "release", "o-1", *SIGNED)
    assert (released.code, released.document["state"]) == (0, "RELEASED")
    assert "released for refund" in program("orders", "release", "o-1", *SIGNED[:-1]).out
    assert "Let in until" not in program("orders", "show", "o-1").out
    assert program("orders", "extend", "o-1", "--days", "3", *SIGNED).code == 0
    assert "Let in until" in program("orders", "show", "o-1").out


@pytest.mark.parametrize("wallet", ["wechat", "alipay"])
def test_an_unpaid_order_is_closed_at_the_wallet(
    wallet: str, program: Program, wallets: Wallets, tmp_path: Path
) -> None:
    order_id = f"u-{wallet}"
    wallets.call(
        "/sandbox/orders",
        {"wallet": wallet, "order_id": order_id, "amount_fen": 500, "state": "unpaid"},
    )
    path = tmp_path / "unpaid.csv"
    path.write_text(f"{HEADER}\n{order_id},{wallet},,500,,UNPAID,\n", encoding="utf-8")
    assert program("orders", "import", path).code == 0
    cancelled = program("orders", "cancel", order_id, *SIGNED[:-1])
    assert (cancelled.code, cancelled.out) == (0, f"Order {order_id}: cancelled; it was never paid.\n")
    assert program("orders", "show", order_id, "--json").document["state"] == "CANCELLED"
    there = next(one for one in wallets.call("/sandbox/orders") if one["order_id"] == order_id)
    assert there["state"] == "closed"
    assert program("orders", "show", order_id).out.count("5.00") == 1


def test_a_paid_order_is_refunded_and_cancelled(program: Program, wallets: Wallets, sold: Sell) -> None:
    sold("alipay", "o-2")
    code = wallets.fresh_code("alipay")
    cancelled = program("orders", "cancel", "o-2", *SIGNED, stdin=f"{code}\n")
    assert (cancelled.code, cancelled.document["amount_fen"]) == (0, 10_000)
    assert cancelled.document["order_state"] == "CANCELLED"


def test_a_lowered_price_is_refunded_by_the_difference(
    program: Program, wallets: Wallets, sold: Sell
) -> None:
    sold("alipay", "o-3")
    lower = ("orders", "adjust", "o-3", "--new", "99.50", *SIGNED)
    assert program(*lower, "--old", "99").document["error"]["code"] == "adjust_old_wrong"
    code = wallets.fresh_code("alipay")
    adjusted = program(*lower, "--old", "100", stdin=f"{code}\n")
    assert (adjusted.code, adjusted.document["amount_fen"]) == (0, 50)
    again = program(*lower, "--old", "100", stdin=f"{wallets.fresh_code('alipay')}\n")
    assert (again.code, again.document["refund_id"]) == (0, adjusted.document["refund_id"])
    assert "no second one" in again.document["say_clerk"]


def test_a_ledger_that_breaks_after_the_refund_was_written_leaves_the_order_as_it_was_then() -> None:
    class Broken:
        def show(self, _order_id: str) -> Order:
            raise LedgerFault("ledger_full")

    house = cast("House", SimpleNamespace(orders=Broken()))
    order = an_order()
    assert _stands(house, Reversed(order)) is order


def test_marks_are_a_csv_that_no_sheet_computes(program: Program, sold: Sell, tmp_path: Path) -> None:
    sold("alipay", "-m1")
    assert program("orders", "release", *SIGNED, "--", "-m1").code == 0
    file = tmp_path / "marks.csv"
    assert program("orders", "marks", "--csv", file).code == 0
    row = file.read_text(encoding="utf-8").splitlines()[1].split(",")
    assert (row[1], row[3], row[4]) == ("ORDER_RELEASED", "'-m1", "RELEASED")
    shown = program("orders", "marks").out
    assert "Till heard" in shown
    assert "T" not in shown.split("shop1-1")[1].split("ORDER_RELEASED")[0]
    later = program("orders", "marks", "--since", "2999-01-01T00:00Z", "--json")
    assert later.document == []
    assert (
        program("orders", "marks", "--since", "yesterday", "--json").document["error"]["code"]
        == "since_wrong"
    )
    assert program("orders", "marks", "--csv", tmp_path / "no" / "x.csv", "--json").code == 2


@pytest.mark.parametrize("wallet", ["wechat", "alipay"])
def test_an_order_is_fetched_from_its_wallet(wallet: str, program: Program, wallets: Wallets) -> None:
    wallets.sell(wallet, f"f-{wallet}", 700)
    told = program("orders", "fetch", f"f-{wallet}", "--json").document
    assert (told["wallet"], told["amount_fen"], told["state"]) == (wallet, 700, "PAID")
    assert told["wallet_order_id"]
    assert program("orders", "fetch", f"f-{wallet}", "--json").document == told


def test_what_cannot_be_fetched_is_told(program: Program, wallets: Wallets) -> None:
    def code(*arguments: str) -> str:
        return str(program("orders", "fetch", *arguments, "--json").document["error"]["code"])

    assert code("f-nobody") == "fetch_not_found"
    assert code("134500000000000042") == "order_unknown"
    for wallet in ("wechat", "alipay"):
        wallets.sell(wallet, "f-both")
    assert code("f-both") == "fetch_two"
    assert program("orders", "fetch", "f-both", "--wallet", "alipay").code == 0
    wallets.call("/sandbox/faults", {"wallet": "alipay", "on": "order", "fault": "drop_after"})
    assert code("f-both") == "fetch_not_asked"


def test_an_order_of_an_earlier_day_is_said_to_be_one(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(f"{HEADER}\nd-1,alipay,,100,2026-01-05T23:00:00Z,PAID,\n", encoding="utf-8")
    assert program("orders", "import", path).code == 0
    told = program("orders", "show", "d-1", "--json").document
    assert (told["paid_on"], told["next_day"]) == ("2026-01-06", True)
    assert "2026-01-06 · paid on an earlier day, settled" in program("orders", "show", "d-1").out
