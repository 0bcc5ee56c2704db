"""What the phone tells between two looks: the code's minute, the bills, the refunds that came back."""

from __future__ import annotations

import pytest

from scanrefund.sandbox.phone_screen import ARRIVALS_SHOWN, BILLS_SHOWN, bill, screen, shown
from tests.unit.sandbox.conftest import Wallets


def test_the_screen_names_the_codes_minute_and_not_its_digits(wallets: Wallets) -> None:
    told = screen(wallets.store, "wechat")
    code = shown(wallets.store, "wechat")
    assert told["issued_at"] == code.issued_at
    assert told["expires_in_s"] == pytest.approx(code.expires_at - code.now, abs=0.001)
    assert code.digits not in str(told)


def test_bills_are_the_wallets_own_newest_first_and_no_more_than_fit(wallets: Wallets) -> None:
    wallets.add("alipay")
    wallets.add("wechat", state="unpaid")
    made = [wallets.add("wechat", age_s=1000 - number)["order_id"] for number in range(BILLS_SHOWN + 3)]
    told = screen(wallets.store, "wechat")["bills"]
    assert [one["order_id"] for one in told] == made[::-1][:BILLS_SHOWN]
    assert (told[0]["amount"], told[0]["returned"], told[0]["in_full"]) == ("10.00", None, False)


def test_a_refund_arrives_when_it_has_ended_and_not_before(wallets: Wallets) -> None:
    order = wallets.add("wechat")
    wallets.told(wallets.wechat.refund(order, "R1", 300))
    assert screen(wallets.store, "wechat")["arrivals"] == []
    wallets.advance(3)
    told = screen(wallets.store, "wechat")
    assert [(one["key"], one["amount"]) for one in told["arrivals"]] == [(f"{order['order_id']}/R1", "3.00")]
    assert (told["bills"][0]["returned"], told["bills"][0]["in_full"]) == ("3.00", False)


@pytest.mark.parametrize(
    ("wallet", "fault"),
    [
        ("wechat", "returned_to_merchant"),
        ("wechat", "abnormal"),
        ("alipay", "abnormal"),
        ("alipay", "closed"),
    ],
)
def test_money_that_did_not_reach_the_customer_is_not_told(wallets: Wallets, wallet: str, fault: str) -> None:
    order = wallets.add(wallet)
    wallets.arm(wallet, "refund", fault)
    wallets.answer(wallets.merchant(wallet).refund(order, "R1", 300))
    wallets.advance(3)
    told = screen(wallets.store, wallet)
    assert told["arrivals"] == []
    assert told["bills"][0]["returned"] is None


def test_only_the_last_arrivals_are_told_newest_first(wallets: Wallets) -> None:
    order = wallets.add("alipay")
    for number in range(ARRIVALS_SHOWN + 2):
        wallets.told(wallets.alipay.refund(order, f"Q{number}", 1))
        wallets.advance(1)
    told = [one["key"].rpartition("/")[2] for one in screen(wallets.store, "alipay")["arrivals"]]
    assert told == [f"Q{number}" for number in range(ARRIVALS_SHOWN + 1, 1, -1)]


def test_a_bill_tells_its_number_and_its_refunds(wallets: Wallets) -> None:
    order = wallets.add("alipay")
    wallets.told(wallets.alipay.refund(order, "Q1", 400))
    wallets.told(wallets.alipay.refund(order, "Q2", 600))
    told = bill(wallets.store, "alipay", order["order_id"])
    assert told is not None
    assert (told["wallet_order_id"], told["in_full"]) == (order["wallet_order_id"], True)
    assert [one["amount"] for one in told["refunds"]] == ["4.00", "6.00"]


def test_what_nobody_paid_has_no_bill(wallets: Wallets) -> None:
    assert bill(wallets.store, "alipay", wallets.add("alipay", state="unpaid")["order_id"]) is None
    assert bill(wallets.store, "alipay", "NONE") is None
