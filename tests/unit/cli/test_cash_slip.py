"""`cash` with its slip, `cash-slip`, and `release-short`, against the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.unit.cli.conftest import Program, Wallets

Sell = Callable[[str, str], None]
# Made up; its last digit proves the others, as on a card.
CARD = "6222020000000000000"
SIGNED = ("--by", "Li", "--why", "account closed", "--json")


def refused_refund(program: Program, wallets: Wallets, order_id: str, fault: str) -> str:
    wallets.call("/sandbox/faults", {"wallet": "wechat", "on": "refund", "fault": fault})
    wish = ("refund", "--order", order_id, "--reason", "tried on", "--yes", "--json", "--amount", "10")
    made = program(*wish, stdin=f"{wallets.fresh_code('wechat')}\n")
    return str(made.document["refund_id"])


def test_cash_prints_its_slip_and_a_copy_is_marked(program: Program, wallets: Wallets, sold: Sell) -> None:
    sold("wechat", "c-1")
    refund_id = refused_refund(program, wallets, "c-1", "closed")
    paid = program("cash", refund_id, *SIGNED)
    assert (paid.code, paid.document["state"]) == (0, "PAID_OTHER_WAY")
    after = program("status", refund_id, "--json")
    assert (after.code, after.document["state"]) == (4, "CLOSED")
    # Nobody who looks it up is told to refund it again.
    for part in ("say_clerk", "say_customer", "next_step"):
        assert after.document[part] == paid.document[part]
    assert "CASH REFUND" in paid.document["slip"]
    assert "COPY" not in paid.document["slip"]
    copy = program("cash-slip", paid.document["refund_id"])
    assert copy.code == 0
    assert "*** COPY ***" in copy.out
    by_the_wallets = program("cash-slip", refund_id, "--json").document
    assert by_the_wallets["refund_id"] == paid.document["refund_id"]
    assert by_the_wallets["slip"] == copy.out.rstrip("\n") + "\n"
    unpaid = refused_refund(program, wallets, "c-1", "closed")
    assert program("cash-slip", unpaid, "--json").document["error"]["code"] == "cash_slip_of_no_cash"
    assert program("cash-slip", "134500000000000042", "--json").document["error"]["code"] == "refund_unknown"
    # What was paid by hand is blocked for the wallet: of 100.00, 90.00 remain.
    assert program("orders", "show", "c-1", "--json").document["remaining_fen"] == 9_000


def test_both_slips_of_what_was_paid_by_hand_tell_the_shops_time(
    program: Program, wallets: Wallets, sold: Sell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCANREFUND_SHOP__UTC_OFFSET_H", "-11")
    sold("wechat", "c-3")
    paid = program("cash", refused_refund(program, wallets, "c-3", "closed"), *SIGNED).document
    facts = program("receipt", paid["refund_id"], "--json").document["slip"]["facts"]
    [made_at] = [fact["value"] for fact in facts if fact["name"] == "Asked for"]
    assert f"Paid out: {made_at}\n" in paid["slip"]


def test_a_bank_transfer_has_a_slip_that_says_so_and_keeps_no_card(
    program: Program, wallets: Wallets, sold: Sell
) -> None:
    sold("wechat", "c-2")
    refund_id = refused_refund(program, wallets, "c-2", "closed")
    bank = ("cash", refund_id, *SIGNED, "--method", "bank")
    assert program(*bank).document["error"]["code"] == "way_reference_wrong"
    card = program(*bank, "--bank-reference", CARD)
    assert card.document["error"]["code"] == "way_reference_is_card"
    reason = ("--by", "Li", "--why", f"to {CARD}", "--json", "--method", "bank", "--bank-reference", "B2026")
    assert program("cash", refund_id, *reason).document["error"]["code"] == "why_holds_card"
    paid = program(*bank, "--bank-reference", "B2026-77", "--account-last4", "0042")
    assert (paid.code, paid.document["state"]) == (0, "PAID_OTHER_WAY")
    for told in ("REFUND BY BANK TRANSFER", "B2026-77", "•••• 0042"):
        assert told in paid.document["slip"]
    assert "CASH" not in paid.document["slip"]
    slip = program("receipt", paid.document["refund_id"]).out
    assert "Paid by bank transfer" in slip
    assert "B2026-77" in slip
    assert "in cash" not in slip


def test_everything_held_for_the_balance_is_released_at_once(
    program: Program, wallets: Wallets, sold: Sell
) -> None:
    assert program("release-short", *SIGNED[:-1]).out.startswith("No refund is held")
    for order_id in ("s-1", "s-2"):
        sold("wechat", order_id)
        refused_refund(program, wallets, order_id, "not_enough")
    released = program("release-short", *SIGNED)
    assert [one["order_id"] for one in released.document] == ["s-1", "s-2"]
    assert {one["state"] for one in released.document} <= {"PROCESSING", "SUCCEEDED"}


def test_evidence_is_written_down_listed_and_its_photograph_written_back(
    program: Program, wallets: Wallets, sold: Sell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "shop.toml"
    settings.write_text('[evidence]\nwanted = ["photo", "goods_checked"]\n', encoding="utf-8")
    monkeypatch.setenv("SCANREFUND_CONFIG", str(settings))
    sold("wechat", "e-1")
    refund_id = refused_refund(program, wallets, "e-1", "closed")
    picture = tmp_path / "goods.png"
    Image.new("RGB", (40, 30), "white").save(picture)
    added = program(
        *("evidence", "add", refund_id, "--kind", "photo", "--photo", picture, "--by", "Li", "--json")
    )
    assert (added.code, added.document["missing"]) == (0, ["goods_checked"])
    number = added.document["evidence"][0]["number"]
    assert "Still wanted: goods checked." in program("evidence", "list", refund_id).out
    back = tmp_path / "back.png"
    written = ("evidence", "photo", refund_id, str(number), "--by", "Li", "--to")
    assert program(*written, back).code == 0
    assert back.read_bytes() == picture.read_bytes()
    assert back.stat().st_mode & 0o077 == 0
    assert program(*written, back, "--json").document["error"]["code"] == "file_is_there"
    assert program(*written, tmp_path / "no" / "back.png", "--json").code == 2
