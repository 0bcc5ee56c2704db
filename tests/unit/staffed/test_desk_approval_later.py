"""A wish that waits for a second person: approved or declined later, and never sent before."""

from __future__ import annotations

import pytest

from scanrefund.dispatch.worker import Worker
from scanrefund.errors import Bug, UsageFault
from scanrefund.ledger import behind
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.trips import Lease
from scanrefund.model.money import Money
from scanrefund.model.refund import Command, RefundState
from scanrefund.model.staff import Role, Secret
from scanrefund.supervisor_desk import SupervisorDesk
from tests.people import CLERK_PIN, OWNER_PIN, SUPERVISOR_PIN, WRONG_PIN, PeopleShop
from tests.unit.builders import NOW, ORDER

S = RefundState


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
