"""Refunds in a shop whose ledger knows staff: who may, who must agree, and what is written of it."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from scanrefund.dispatch.worker import Worker
from scanrefund.errors import Bug, UsageFault
from scanrefund.ledger import behind
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema import orders
from scanrefund.ledger.trips import Lease
from scanrefund.model.money import Money
from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import Command, RefundState
from scanrefund.model.refusal import Reason
from scanrefund.model.staff import Permission, Role, Secret
from scanrefund.people import totp
from scanrefund.supervisor_desk import SupervisorDesk
from tests.people import CLERK_PIN, OWNER_PIN, SUPERVISOR_PIN, WRONG_PIN, PeopleShop, hire
from tests.unit.builders import KEYS, NOW, ORDER, answering, keep, open_ledger
from tests.unit.shopfloor import Shopfloor

S = RefundState
ALL = {"approval_above": Money(0)}


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    hire(PeopleShop(ledger).staff)
    return ledger


@pytest.fixture
def shop(ledger: Ledger) -> PeopleShop:
    """Here every refund needs a second person."""
    return PeopleShop(ledger, ALL)


def tried(shop: PeopleShop, **changes: Any) -> tuple[Reason | None, Any]:
    """The reason of a refusal and why, as the book has it."""
    receipt = shop.desk.refund(shop.wish(**changes))
    facts = shop.booked("refund_refused")[-1][1] if receipt.reason else {}
    return receipt.reason, facts.get("because")


def test_nobody_refunds_unnamed_unknown_or_gone(ledger: Ledger) -> None:
    shop = PeopleShop(ledger)
    assert tried(shop, clerk="") == (Reason.NO_PERMISSION, "not_signed_in")
    assert tried(shop, clerk="s9") == (Reason.NO_PERMISSION, "not_signed_in")
    shop.staff.disable("s1", "s3")
    assert tried(shop) == (Reason.NO_PERMISSION, "role")
    assert shop.wallet.trips == []


def test_a_refusal_names_who_can_to_the_clerk_and_not_to_the_book(shop: PeopleShop) -> None:
    receipt = shop.desk.refund(shop.wish())
    assert receipt.reason is Reason.NEEDS_APPROVAL
    assert "Zhao · Li" in receipt.next_step
    assert shop.booked("refund_refused") == [
        (
            ORDER.order_id,
            {
                "reason": "needs_approval",
                "because": "amount",
                "clerk": "s3",
                "role": "clerk",
                "counter": "counter1",
                "source": "camera",
            },
        )
    ]


def test_a_refund_that_needs_nobody_keeps_its_clerk(ledger: Ledger) -> None:
    shop = PeopleShop(ledger)
    receipt = shop.desk.refund(shop.wish())
    assert receipt.refund_id is not None
    refund = shop.refund(receipt.refund_id)
    assert (refund.state, refund.clerk, refund.approver, refund.approval_for) == (S.SUCCEEDED, "s3", "", "")
    facts = shop.booked("refund_reserved")[-1][1]
    assert (facts["clerk"], facts["role"], facts["counter"]) == ("s3", "clerk", "counter1")


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


def shop_secret(shop: PeopleShop, staff_id: str) -> bytes:
    with shop.ledger.reading() as connection:
        closed = connection.exec_driver_sql(
            f"SELECT totp FROM staff WHERE staff_id='{staff_id}'"
        ).scalar_one()
    return KEYS.opened(staff_id, closed)


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


def test_a_wish_that_may_wait_is_reserved_and_never_sent(shop: PeopleShop) -> None:
    refund = shop.waits()
    assert (refund.state, refund.next_command, refund.next_try_at) == (S.WAIT_APPROVAL, None, None)
    order = shop.ledger.order(ORDER.order_id)
    assert order is not None
    assert (order.remaining, order.version) == (Money(7_500), refund.order_version)
    shop.time.forward(86_400)
    Worker(shop.ledger, shop.dispatcher, shop.time.clock).run_once()
    assert shop.desk.wait(refund.refund_id, 60).state is S.WAIT_APPROVAL
    with pytest.raises(Bug, match="send_without_approval"):
        shop.ledger.begin(refund, Command.SEND, Lease("counter1", 30), NOW)
    assert shop.wallet.trips == []
    assert [one.refund_id for one in shop.staff.waiting()] == [refund.refund_id]


def test_an_approved_one_goes_out_with_both_names(shop: PeopleShop) -> None:
    refund = shop.waits()
    shop.time.forward(7_200)
    receipt = shop.staff.approve(refund.refund_id, "s2", Secret(SUPERVISOR_PIN), "seen the goods")
    assert receipt.state is S.SUCCEEDED
    after = shop.refund(refund.refund_id)
    assert (after.clerk, after.approver) == ("s3", "s2")
    facts = shop.booked("refund_approved")[0][1]
    assert facts == {
        "amount_fen": 2_500,
        "by": "s2",
        "clerk": "s3",
        "role": "supervisor",
        "why": "seen the goods",
    }
    assert shop.staff.waiting() == []


def test_a_declined_one_gives_its_amount_back_and_says_why(shop: PeopleShop) -> None:
    refund = shop.waits()
    receipt = shop.staff.decline(refund.refund_id, "s2", Secret(SUPERVISOR_PIN), "no goods")
    assert receipt.state is S.CANCELLED
    order = shop.ledger.order(ORDER.order_id)
    assert order is not None
    assert order.remaining == ORDER.amount
    assert shop.booked("refund_declined")[0][1]["why"] == "no goods"
    assert shop.wallet.trips == []


def test_a_clerk_takes_back_his_own_wish_and_nobody_elses(shop: PeopleShop) -> None:
    shop.staff.add("s1", "Hu", Role.CLERK, Secret(WRONG_PIN))
    refund = shop.waits()
    with pytest.raises(UsageFault, match="not_permitted"):
        shop.staff.decline(refund.refund_id, "s4", Secret(WRONG_PIN), "mistyped")
    assert shop.staff.decline(refund.refund_id, "s3", Secret(CLERK_PIN), "mistyped").state is S.CANCELLED


@pytest.mark.parametrize(
    ("by", "secret", "code"),
    [
        ("s3", CLERK_PIN, "not_permitted"),
        ("s2", WRONG_PIN, "sign_in_wrong"),
        ("s9", SUPERVISOR_PIN, "sign_in_unknown"),
    ],
)
def test_nobody_else_approves_what_waits(shop: PeopleShop, by: str, secret: str, code: str) -> None:
    refund = shop.waits()
    with pytest.raises(UsageFault, match=code):
        shop.staff.approve(refund.refund_id, by, Secret(secret))
    assert shop.refund(refund.refund_id).state is S.WAIT_APPROVAL
    assert shop.wallet.trips == []


def test_a_supervisor_does_not_approve_his_own(shop: PeopleShop) -> None:
    refund = shop.waits(clerk="s2")
    with pytest.raises(UsageFault, match="own_refund"):
        shop.staff.approve(refund.refund_id, "s2", Secret(SUPERVISOR_PIN))
    assert shop.staff.approve(refund.refund_id, "s1", Secret(OWNER_PIN)).state is S.SUCCEEDED


def test_what_waits_is_approved_once(shop: PeopleShop) -> None:
    refund = shop.waits()
    shop.staff.approve(refund.refund_id, "s2", Secret(SUPERVISOR_PIN))
    with pytest.raises(UsageFault, match="refund_not_waiting"):
        shop.staff.approve(refund.refund_id, "s1", Secret(OWNER_PIN))
    assert len(shop.wallet.trips) == 1


def test_old_books_do_not_send_what_nobody_approved(shop: PeopleShop) -> None:
    refund = shop.waits()
    with shop.ledger.writing() as connection:
        behind.note(connection, NOW)
    # Nobody knows whether it was approved after the copy was made: the wallet is asked, and knows nothing.
    held = shop.dispatcher.dispatch(shop.refund(refund.refund_id))
    assert (held.state, held.lacks_approval) == (S.HELD, True)
    desk = SupervisorDesk(shop.ledger, shop.dispatcher, shop.time.clock, shop.desk._writer)
    with pytest.raises(UsageFault, match="release_not_approved"):
        desk.release(refund.refund_id, Hand("s2", "go on"))
    with pytest.raises(UsageFault, match="refund_not_waiting"):
        shop.staff.approve(refund.refund_id, "s2", Secret(SUPERVISOR_PIN))
    assert not [trip for trip in shop.wallet.trips if trip[0] is Command.SEND]


def test_while_the_books_are_behind_nothing_is_approved(shop: PeopleShop) -> None:
    refund = shop.waits()
    with shop.ledger.writing() as connection:
        behind.note(connection, NOW)
        connection.exec_driver_sql("UPDATE refunds SET state='WAIT_APPROVAL', next_command=NULL")
    with pytest.raises(UsageFault, match="approval_outdated"):
        shop.staff.approve(refund.refund_id, "s2", Secret(SUPERVISOR_PIN))


def test_decisions_about_held_refunds_need_their_permission_and_a_second_person(ledger: Ledger) -> None:
    shop = PeopleShop(ledger)
    shop.wallet.sends = [answering(Outcome.HELD, "NOT_ENOUGH")]
    held = shop.desk.refund(shop.wish(clerk="s2")).refund_id
    assert held is not None
    desk = SupervisorDesk(ledger, shop.dispatcher, shop.time.clock, shop.desk._writer)
    for by, code in (("s3", "not_permitted"), ("s2", "own_refund"), ("Li", "not_permitted")):
        with pytest.raises(UsageFault, match=code):
            desk.release(held, Hand(by, "go on"))
        with pytest.raises(UsageFault, match=code):
            desk.pay_other_way(held, Hand(by, "cash"))
    assert desk.release(held, Hand("s1", "topped up")).state is S.SUCCEEDED


def test_only_his_clerk_or_an_approver_withdraws_what_was_not_sent(shop: PeopleShop) -> None:
    shop.staff.add("s1", "Hu", Role.CLERK, Secret(WRONG_PIN))
    desk = SupervisorDesk(shop.ledger, shop.dispatcher, shop.time.clock, shop.desk._writer)
    refund = shop.waits()
    with pytest.raises(UsageFault, match="not_permitted"):
        desk.cancel(refund.refund_id, Hand("s4", "mistyped"))
    assert desk.cancel(refund.refund_id, Hand("s3", "mistyped")).state is S.CANCELLED


def test_thawing_an_order_needs_its_permission(ledger: Ledger) -> None:
    shop = PeopleShop(ledger)
    with ledger.writing() as connection:
        connection.execute(update(orders).values(frozen_why="beyond_cap"))
    desk = SupervisorDesk(ledger, shop.dispatcher, shop.time.clock, shop.desk._writer)
    with pytest.raises(UsageFault, match="not_permitted"):
        desk.thaw(ORDER.order_id, Hand("s3", "fine"))
    desk.thaw(ORDER.order_id, Hand("s2", "fine"))


def test_without_a_code_the_clerk_needs_somebody_and_the_supervisor_does_not(ledger: Ledger) -> None:
    shop = PeopleShop(ledger, {"day_no_code_count_max": 1})
    assert tried(shop, reading=None) == (Reason.NEEDS_APPROVAL, "no_code")
    assert tried(shop, reading=None, clerk="s2")[0] is None
    shop.time.forward(61)
    again = {"reading": None, "clerk": "s2", "number": 1}
    assert tried(shop, **again) == (Reason.CLERK_LIMIT_REACHED, "no_code_per_day")


def test_a_dry_run_asks_nobody_and_counts_nothing(shop: PeopleShop) -> None:
    said_no = [one.reason for one in shop.desk.rehearse(shop.wish()) if one.refusal]
    assert said_no == [Reason.NEEDS_APPROVAL]
    assert shop.booked("sign_in_refused") == shop.booked("refund_refused") == []


def test_no_secret_is_written_told_or_logged(shop: PeopleShop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    address = shop.staff.totp_secret("s2", "s2")
    key = shop_secret(shop, "s2")
    code = totp.code_at(key, totp.step_of(NOW))
    wish = shop.wish(approval=shop.word(secret=WRONG_PIN))
    receipts = [shop.desk.refund(wish), shop.desk.refund(replace(wish, approval=shop.word(secret=code)))]
    with pytest.raises(UsageFault) as caught:
        shop.staff.approve("SRT_1", "s2", Secret(WRONG_PIN))
    fault = caught.value
    tried_to = shop.staff._trusted.recogniser._sign_ins.begin("s2", NOW)
    told = [wish, receipts, fault, fault.args, fault.details, vars(fault), tried_to, shop.booked()]
    told += [shop.staff.listed(), caplog.text, KEYS, shop.staff._trusted]
    with shop.ledger.reading() as connection:
        dump = [
            tuple(row)
            for table in ("staff", "approvals", "book", "refunds", "meta")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
        ]
    text = json.dumps([repr(one) for one in [*told, dump]], ensure_ascii=False)
    base32 = address.partition("secret=")[2].partition("&")[0]
    secrets = (SUPERVISOR_PIN, OWNER_PIN, CLERK_PIN, WRONG_PIN, code, base32, key.hex(), repr(key)[2:-1])
    pepper = (("p" * 32), b"p".hex() * 32)
    assert not [one for one in (*secrets, *pepper) if one in text]


def test_a_ledger_without_staff_writes_of_no_person(tmp_path: Path) -> None:
    plain = open_ledger(tmp_path / "plain.sqlite3")
    keep(plain, ORDER)
    shop = PeopleShop(plain, ALL | {"day_count_max": 0})
    receipt = shop.desk.refund(shop.wish(clerk=""))
    assert receipt.state is S.SUCCEEDED
    assert shop.booked("refund_reserved")[0][1] == {"amount_fen": 2_500, "order": ORDER.order_id}
    assert Shopfloor(plain).refund(100_000).reason is Reason.AMOUNT_OVER_REMAINING
    assert set(shop.booked("refund_refused")[0][1]) == {
        "reason",
        "amount_fen",
        "max_fen",
        "counter",
        "source",
    }
    plain.close()
