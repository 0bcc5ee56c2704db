"""A second person's word at the till: when it is asked for, what it is worth, and for how long."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema import orders
from scanrefund.model.refund import RefundState
from scanrefund.model.refusal import Reason
from scanrefund.model.staff import Permission, Role, Secret
from scanrefund.people import totp
from tests.people import CLERK_PIN, SUPERVISOR_PIN, WRONG_PIN, PeopleShop, shop_secret, tried
from tests.unit.builders import NOW, ORDER, keep

S = RefundState


def test_with_a_second_persons_word_it_goes_and_both_names_are_kept(shop: PeopleShop) -> None:
    receipt = shop.desk.refund(shop.wish(approval=shop.word()))
    assert (receipt.state, receipt.reason) == (S.SUCCEEDED, None)
    assert receipt.refund_id is not None
    refund = shop.refund(receipt.refund_id)
    assert (refund.clerk, refund.approver, refund.approval_for) == ("s3", "s2", "amount")
    facts = shop.booked("refund_reserved")[-1][1]
    assert (facts["clerk"], facts["approver"], facts["approver_role"]) == ("s3", "s2", "supervisor")


def test_a_code_of_the_moment_is_a_word_too_and_serves_once(shop: PeopleShop) -> None:
    address = shop.staff.totp_secret("s2", "s2")
    row_secret = shop_secret(shop, "s2")
    assert totp.address(row_secret, "s2", "") == address
    code = totp.code_at(row_secret, totp.step_of(NOW))
    assert tried(shop, approval=shop.word(secret=code))[0] is None
    shop.time.forward(61)
    again = {"number": 1, "amount_fen": 100, "approval": shop.word(secret=code)}
    assert tried(shop, **again) == (Reason.APPROVAL_WRONG, "secret_wrong")
    fresh = totp.code_at(row_secret, totp.step_of(shop.time.at))
    assert shop.staff.authorise("s2", Secret(fresh), Permission.REFUND_APPROVE).staff is not None
    again["approval"] = shop.word(secret=fresh)
    assert tried(shop, **again) == (Reason.APPROVAL_WRONG, "code_used")


@pytest.mark.parametrize(
    ("who", "secret", "because"),
    [
        ("s3", CLERK_PIN, "own_refund"),
        ("s2", WRONG_PIN, "secret_wrong"),
        ("s2", CLERK_PIN, "secret_wrong"),
        ("s9", SUPERVISOR_PIN, "approver_unknown"),
        ("s4", WRONG_PIN, "approver_may_not"),
    ],
)
def test_a_word_that_is_worth_nothing_sends_nothing(
    shop: PeopleShop, who: str, secret: str, because: str
) -> None:
    shop.staff.add("s1", "Hu", Role.CLERK, Secret(WRONG_PIN))
    assert tried(shop, approval=shop.word(who, secret)) == (Reason.APPROVAL_WRONG, because)
    assert shop.wallet.trips == []


def test_an_approver_who_tries_too_often_is_locked_and_told_so(shop: PeopleShop) -> None:
    for _ in range(5):
        assert tried(shop, approval=shop.word(secret=WRONG_PIN))[0] is Reason.APPROVAL_WRONG
    assert tried(shop, approval=shop.word()) == (Reason.APPROVAL_LOCKED, "locked_for_a_time")


def test_a_word_nobody_asked_for_is_not_even_judged(ledger: Ledger) -> None:
    shop = PeopleShop(ledger)
    assert tried(shop, approval=shop.word(secret=WRONG_PIN))[0] is None
    assert shop.booked("sign_in_refused") == []


@pytest.fixture
def approved(shop: PeopleShop) -> PeopleShop:
    """The supervisor's word was given for wish-0; then the refund was refused for want of a reason."""
    assert tried(shop, reason="", approval=shop.word())[0] is Reason.REASON_MISSING
    return shop


# The customer shows a fresh code; the wish is the same.
FRESH: dict[str, Any] = {"number": 1, "request_id": "wish-0"}


def test_a_word_holds_for_the_same_wish_after_a_refusal_that_has_nothing_to_do_with_it(
    approved: PeopleShop,
) -> None:
    approved.time.forward(299)
    assert tried(approved, **FRESH)[0] is None
    assert len(approved.wallet.paid) == 1


def test_a_word_is_over_after_five_minutes(approved: PeopleShop) -> None:
    approved.time.forward(300)
    assert tried(approved, **FRESH) == (Reason.APPROVAL_WRONG, "approval_expired")
    assert approved.wallet.trips == []
    assert tried(approved, **FRESH, approval=approved.word())[0] is None


def test_a_clock_that_was_set_back_makes_no_word_younger(approved: PeopleShop) -> None:
    approved.time.forward(-1)
    assert tried(approved) == (Reason.APPROVAL_WRONG, "approval_expired")


def test_a_word_is_for_one_amount(approved: PeopleShop) -> None:
    assert tried(approved, amount_fen=2_501) == (Reason.APPROVAL_WRONG, "other_amount")


def test_a_word_is_for_one_order_and_one_clerk(approved: PeopleShop) -> None:
    keep(approved.ledger, replace(ORDER, order_id="B2", wallet_order_id="4200009"))
    assert tried(approved, order_id="B2") == (Reason.APPROVAL_WRONG, "other_wish")
    assert tried(approved, clerk="s1") == (Reason.APPROVAL_WRONG, "other_wish")


def test_a_word_is_for_one_wish(approved: PeopleShop) -> None:
    assert tried(approved, request_id="wish-1") == (Reason.NEEDS_APPROVAL, "amount")


def test_a_word_is_for_the_order_as_it_was(approved: PeopleShop) -> None:
    with approved.ledger.writing() as connection:
        connection.execute(update(orders).values(wallet_reserved_fen=1, customer_reserved_fen=1))
    assert tried(approved) == (Reason.APPROVAL_WRONG, "order_changed")


def test_the_word_of_somebody_who_has_left_since_is_worth_nothing(approved: PeopleShop) -> None:
    approved.staff.disable("s1", "s2")
    assert tried(approved) == (Reason.APPROVAL_WRONG, "approver_disabled")


def test_the_word_of_somebody_who_may_approve_no_more_is_worth_nothing(approved: PeopleShop) -> None:
    approved.staff.set_role("s1", "s2", Role.CLERK)
    assert tried(approved) == (Reason.APPROVAL_WRONG, "approver_may_not")


def test_a_word_serves_one_refund(approved: PeopleShop) -> None:
    first = approved.desk.refund(approved.wish())
    approved.time.forward(61)
    again = approved.desk.refund(approved.wish())
    assert (again.refund_id, bool(again.served_again)) == (first.refund_id, True)
    assert tried(approved, number=1) == (Reason.NEEDS_APPROVAL, "amount")
    assert len(approved.wallet.paid) == 1
