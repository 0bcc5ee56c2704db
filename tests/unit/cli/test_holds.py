"""`hold`, `holds`, and what lifts a hold, as somebody types them."""

from __future__ import annotations

from collections.abc import Callable

from tests.unit.cli.conftest import Program, Wallets

Sell = Callable[[str, str], None]
NOTE = ("--by", "Wang", "--note", "the till says 12.00", "--json")


def test_an_order_is_put_on_hold_listed_and_thawed(program: Program, wallets: Wallets, sold: Sell) -> None:
    sold("wechat", "n-1")
    assert program("holds").out.startswith("Nothing is on hold")
    put = program("hold", "n-1", *NOTE)
    assert (put.code, put.document["note"], put.document["refund_id"]) == (0, "the till says 12.00", None)
    assert program("hold", "n-1", *NOTE).document["error"]["code"] == "hold_stands"
    assert "the till says 12.00" in program("holds").out
    wish = ("refund", "--order", "n-1", "--reason", "tried on", "--yes", "--json")
    refused = program(*wish, stdin=f"{wallets.fresh_code('wechat')}\n")
    assert (refused.code, refused.document["reason"]) == (1, "order_frozen")
    assert program("orders", "thaw", "n-1", "--by", "Li", "--why", "seen").code == 0
    assert program("holds", "--json").document == []


def test_a_note_is_needed_and_holds_no_card_and_no_payment_code(program: Program, sold: Sell) -> None:
    sold("wechat", "n-2")
    hold = ("hold", "n-2", "--by", "Wang", "--json", "--note")
    assert program(*hold, " ").document["error"]["code"] == "decision_unsigned"
    assert program(*hold, "card 6222020000000000000").document["error"]["code"] == "why_holds_card"
    assert "134500000000000042" not in program(*hold, "code 134500000000000042").out
    assert program("hold", "nobody", *NOTE).document["error"]["code"] == "hold_of_nothing"
