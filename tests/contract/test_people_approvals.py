"""What must hold of approvals and of the queue on SQLite and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from scanrefund.errors import UsageFault
from scanrefund.ledger import approvals
from scanrefund.ledger.approvals import Bound
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.engine import retried
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema import orders, refunds
from scanrefund.ledger.trips import Lease
from scanrefund.ledger.waiting import Waiting
from scanrefund.model.money import Money
from scanrefund.model.refund import Command, RefundState
from scanrefund.model.staff import Permission, Secret
from tests.contract.people_at_once import at_once
from tests.people import (
    ALL,
    OWNER_PIN,
    SUPERVISOR_PIN,
    PeopleShop,
)
from tests.unit.builders import NOW, ORDER

S = RefundState


@pytest.fixture
def ledger(counters: tuple[Ledger, Ledger]) -> Ledger:
    return counters[0]


BOUND = Bound("wish-0", ORDER.order_id, Money(2_500), "v" * 16, "s3")


def give(ledger: Ledger) -> int:
    with ledger.writing() as connection:
        return approvals.give(connection, BOUND, "s2", NOW)


@retried
def use(ledger: Ledger, approval_id: int, bound: Bound = BOUND, after_s: float = 0) -> bool:
    with ledger.writing() as connection:
        return approvals.use(connection, approval_id, bound, "SRT_1", NOW + timedelta(seconds=after_s))


def test_an_approval_is_used_once_whoever_is_at_it(counters: tuple[Ledger, Ledger]) -> None:
    given = give(counters[0])
    found = at_once([partial(use, ledger, given) for ledger in counters * 2])
    assert sorted(found) == [False, False, False, True]


@pytest.mark.parametrize(
    "other",
    [
        {"request_id": "wish-1"},
        {"order_id": "B2"},
        {"amount": Money(2_501)},
        {"order_version": "w" * 16},
        {"clerk": "s1"},
    ],
)
def test_an_approval_is_good_for_nothing_else(ledger: Ledger, other: dict[str, Any]) -> None:
    given = give(ledger)
    assert not use(ledger, given, replace(BOUND, **other))
    assert use(ledger, given)


def test_an_approval_is_good_for_five_minutes_and_never_before_it_was_given(ledger: Ledger) -> None:
    given = give(ledger)
    assert not use(ledger, given, after_s=300)
    assert not use(ledger, given, after_s=-1)
    assert use(ledger, given, after_s=299.9)


def test_the_table_refuses_a_clerks_word_on_his_own_wish(ledger: Ledger) -> None:
    with pytest.raises(IntegrityError), ledger.writing() as connection:
        approvals.give(connection, BOUND, "s3", NOW)


def test_the_table_refuses_a_refund_approved_by_its_own_clerk(ledger: Ledger) -> None:
    refund = PeopleShop(ledger, ALL).waits()
    this = update(refunds).where(refunds.c.refund_id == refund.refund_id)
    with pytest.raises(IntegrityError), ledger.writing() as connection:
        connection.execute(this.values(approver="s3"))


def test_the_table_refuses_to_send_what_nobody_approved(ledger: Ledger) -> None:
    refund = PeopleShop(ledger, ALL).waits()
    with ledger.writing() as connection:
        this = update(refunds).where(refunds.c.refund_id == refund.refund_id)
        connection.execute(this.values(state=S.READY.value, next_command="SEND", next_try_at=NOW))
    forged = replace(PeopleShop(ledger).refund(refund.refund_id), approval_for="")
    with pytest.raises(IntegrityError):
        ledger.begin(forged, Command.SEND, Lease("counter1", 30), NOW)


def test_two_who_decide_at_once_decide_once(counters: tuple[Ledger, Ledger]) -> None:
    shops = [PeopleShop(ledger, ALL) for ledger in counters]
    refund = shops[0].waits()

    def approve() -> str:
        try:
            return str(shops[0].staff.approve(refund.refund_id, "s2", Secret(SUPERVISOR_PIN)).state)
        except UsageFault as fault:
            return fault.code

    def decline() -> str:
        try:
            return str(shops[1].staff.decline(refund.refund_id, "s1", Secret(OWNER_PIN), "no").state)
        except UsageFault as fault:
            return fault.code

    found = set(at_once([approve, decline]))
    assert found in ({"SUCCEEDED", "refund_not_waiting"}, {"CANCELLED", "refund_not_waiting"})
    assert len(shops[0].wallet.paid) == (1 if "SUCCEEDED" in found else 0)


def test_whoever_was_disabled_meanwhile_approves_nothing(counters: tuple[Ledger, Ledger]) -> None:
    shop, other = PeopleShop(counters[0], ALL), PeopleShop(counters[1], ALL)
    refund = shop.waits()
    # He has proved himself; before his word is written he works here no more.
    assert shop.staff.authorise("s2", Secret(SUPERVISOR_PIN), Permission.REFUND_APPROVE).staff is not None
    other.staff.disable("s1", "s2")
    with pytest.raises(UsageFault, match="not_permitted"):
        Waiting(counters[0]).approve(refund.refund_id, Hand("s2", ""), NOW)
    with pytest.raises(UsageFault, match="sign_in_unknown"):
        shop.staff.approve(refund.refund_id, "s2", Secret(SUPERVISOR_PIN))
    assert shop.refund(refund.refund_id).state is S.WAIT_APPROVAL
    assert shop.wallet.trips == []


def test_an_order_that_changed_is_not_approved_as_it_was(ledger: Ledger) -> None:
    shop = PeopleShop(ledger, ALL)
    refund = shop.waits()
    with ledger.writing() as connection:
        connection.execute(update(orders).values(frozen_why="beyond_cap"))
    with pytest.raises(UsageFault, match="approval_outdated"):
        shop.staff.approve(refund.refund_id, "s2", Secret(SUPERVISOR_PIN))
    assert shop.wallet.trips == []
    assert (
        shop.staff.decline(refund.refund_id, "s2", Secret(SUPERVISOR_PIN), "look first").state is S.CANCELLED
    )
