"""Rounds of approvals at the desk: how many at once, and what one approval leaves to a hold and a wait."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from scanrefund.aftercare.receipt import Writer
from scanrefund.approval_desk import ROUND_MAX, ApprovalDesk, Wanted
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.holds import Holds
from scanrefund.ledger.schema import refunds
from scanrefund.ledger.waiting import Waiting
from scanrefund.model.money import Money
from scanrefund.model.refund import RefundState
from scanrefund.model.staff import Secret
from tests.people import SUPERVISOR_PIN, PeopleShop
from tests.unit.supervised import refused


def desk(shop: PeopleShop) -> ApprovalDesk:
    writer = Writer("en", rehearsal=True)
    return ApprovalDesk(shop.staff, Waiting(shop.ledger), shop.dispatcher, shop.time.clock, writer)


@pytest.mark.parametrize("many", [0, ROUND_MAX + 1])
def test_nobody_approves_nothing_or_more_than_he_looked_at(shop: PeopleShop, many: int) -> None:
    marked = [Wanted(f"SR_{number}", Money(1)) for number in range(many)]
    with refused("round_wrong"):
        desk(shop).approve(marked, Money(many), "s2", Secret(SUPERVISOR_PIN))


def test_what_is_on_hold_is_not_approved(shop: PeopleShop) -> None:
    waiting = shop.waits()
    Holds(shop.ledger).put(waiting.refund_id, Hand("s3", "wait"), shop.time.at)
    with refused("approval_while_on_hold"):
        Waiting(shop.ledger).approve(waiting.refund_id, Hand("s2", ""), shop.time.at)
    assert shop.refund(waiting.refund_id).state is RefundState.WAIT_APPROVAL


def test_what_is_approved_still_waits_for_the_wallets_spacing(shop: PeopleShop) -> None:
    waiting, later = shop.waits(), shop.time.at + timedelta(minutes=1)
    with shop.ledger.writing() as connection:
        connection.execute(update(refunds).values(not_before=later))
    approved = Waiting(shop.ledger).approve(waiting.refund_id, Hand("s2", ""), shop.time.at)
    assert (approved.state, approved.next_try_at) == (RefundState.READY, later)
