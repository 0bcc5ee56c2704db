"""Refunds in a shop whose ledger knows staff: who may, who must agree, and what is written of it."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from scanrefund.errors import UsageFault
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema import orders
from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import RefundState
from scanrefund.model.refusal import Reason
from scanrefund.model.staff import Role, Secret
from scanrefund.people import totp
from scanrefund.supervisor_desk import SupervisorDesk
from tests.people import (
    ALL,
    CLERK_PIN,
    OWNER_PIN,
    SUPERVISOR_PIN,
    WRONG_PIN,
    PeopleShop,
    shop_secret,
    tried,
)
from tests.unit.builders import KEYS, NOW, ORDER, answering, keep, open_ledger
from tests.unit.shopfloor import Shopfloor

S = RefundState


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
    shop = PeopleShop(plain, {**ALL, "day_count_max": 0})
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
