"""A refund that the wallet could not pay, written down as a bank transfer."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.page.conftest import Till, started


@started(permissions=("refund.create", "refund.no_code", "refund.cash"))
def test_a_bank_transfer_is_told_with_its_reference_by_keys_alone(till: Till) -> None:
    till.to_result(state="CLOSED")
    till.press("F3")
    till.at("refunds")
    expect(till.page.locator(".refunds tbody tr")).to_have_count(1)
    till.press("Enter")
    till.at("detail")
    till.page.locator("[data-arg=bank]").press("Enter")
    till.at("dialog:decide")
    till.by_hand("账户已注销")
    till.press("Tab")
    till.by_hand("B2026")
    till.press("Tab")
    till.by_hand("0042")
    till.press("Enter")
    till.at("dialog:cashslip")
    expect(till.page.locator(".about h2")).to_have_text("已用其他方式退")
    asked = {"method": "bank", "bank_reference": "B2026", "account_last4": "0042"}
    assert till.desk.told("cash") == [{"why": "账户已注销", "approval": None, **asked}]
