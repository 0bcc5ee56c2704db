"""What is written down is what happened, column by column, and comes back as it was written."""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table, select, update

from scanrefund.errors import Bug
from scanrefund.ledger import refunds as refund_rows
from scanrefund.ledger.by_hand import ByHand, Hand
from scanrefund.ledger.found import Found
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.numbers import SEQUENCE_MAX, refund_number
from scanrefund.ledger.schema import attempts, moves, orders, refunds
from scanrefund.ledger.trips import Lease
from scanrefund.model.money import Money
from scanrefund.model.order import OrderState
from scanrefund.model.other_way import Method
from scanrefund.model.outcome import Answer, Outcome, Signature
from scanrefund.model.refund import Command, Refund, RefundState
from scanrefund.model.wallet import Wallet
from tests.unit.builders import ACCOUNT, NOW, ORDER, a_refund, keep, reserve

LEASE = Lease("counter1:7", 30)
LATER = NOW + timedelta(seconds=9)
NO_PLAN: dict[str, Any] = {"next_command": None, "next_try_at": None}
# What no door has touched yet.
FRESH = {
    "sends": 0,
    "asks": 0,
    "ever_unknown": False,
    "not_sent_only": True,
    "absent_asks": 0,
    "declined_code": "",
    "last_sent_at": None,
    "outcome": None,
    "wallet_code": "",
    "wallet_refund_id": "",
    "received_account": "",
    "lease_owner": "",
    "lease_until": None,
    "epoch": 0,
    "odd_answers": 0,
    "released": False,
    "beyond_cap": False,
    "approval_for": "",
    "order_version": "",
    "approver": "",
    "method": "",
    "bank_reference": "",
}
OF_ORDER = {
    "order_id": ORDER.order_id,
    "wallet": "wechat",
    "wallet_order_id": ORDER.wallet_order_id,
    "order_amount_fen": 10_000,
}


def rows(ledger: Ledger, table: Table) -> list[dict[str, Any]]:
    with ledger.reading() as connection:
        return [dict(row._mapping) for row in connection.execute(select(table))]


def test_a_wish_is_written_with_everything_that_belongs_to_it(ledger: Ledger) -> None:
    until = NOW + timedelta(seconds=60)
    refund = reserve(ledger, amount_fen=2_500, code_fingerprint="f" * 32, clerk="Li", not_before=until)
    assert rows(ledger, refunds) == [
        {
            **OF_ORDER,
            **FRESH,
            "refund_id": refund_number("shop1", ORDER.order_id, 1, rehearsal=True),
            "sequence": 1,
            "request_id": "request-1",
            "code_fingerprint": "f" * 32,
            "account": ACCOUNT,
            "amount_fen": 2_500,
            "reason": "broken",
            "clerk": "Li",
            "counter": "counter1",
            "body": refund.refund_id.encode(),
            "state": "READY",
            "created_at": NOW,
            "not_before": until,
            "next_try_at": until,
            "next_command": "SEND",
            "ended_at": None,
            "instead_of": "",
        }
    ]


def over(**written: Any) -> dict[str, Any]:
    """A row that was over when it was written."""
    nothing = {"code_fingerprint": None, "counter": "", "account": "", "body": b"", "not_before": None}
    plan = {"next_try_at": None, "next_command": None}
    return {**OF_ORDER, **FRESH, **nothing, **plan, "created_at": NOW, "ended_at": NOW, **written}


def test_what_was_found_at_the_wallet_is_written_as_over_and_below_our_numbers(ledger: Ledger) -> None:
    for number in ("platform-1", "platform-2"):
        Found(ledger).record_external(ORDER.order_id, number, Money(40), NOW)
    written = {"amount_fen": 40, "reason": "", "clerk": "", "state": "EXTERNAL", "instead_of": ""}
    assert rows(ledger, refunds) == [
        over(**written, refund_id=name, request_id=name, sequence=-SEQUENCE_MAX - place)
        for place, name in enumerate(("platform-1", "platform-2"), start=1)
    ]
    order = ledger.order(ORDER.order_id)
    assert order is not None
    assert (order.last_sequence, order.refund_count) == (0, 0)


def test_cash_is_written_with_who_paid_why_and_instead_of_what(ledger: Ledger) -> None:
    refund = reserve(ledger)
    attempt = ledger.begin(refund, Command.SEND, LEASE, NOW)
    assert attempt is not None
    ledger.end(attempt, Answer(Outcome.CLOSED), RefundState.CLOSED, NO_PLAN, "", NOW)
    paid = ByHand(ledger).pay_other_way(refund.refund_id, Hand("Li", "no money there"), NOW)
    assert rows(ledger, refunds)[1] == over(
        refund_id=f"{refund.refund_id}_C",
        request_id=f"{refund.refund_id}_C",
        sequence=-1,
        amount_fen=2_500,
        reason="no money there",
        clerk="Li",
        state="PAID_OTHER_WAY",
        instead_of=refund.refund_id,
        method="cash",
    )
    Found(ledger).record_external(ORDER.order_id, "platform-1", Money(40), NOW)
    assert {row["sequence"] for row in rows(ledger, refunds)} == {1, -1, -SEQUENCE_MAX - 1}
    assert ledger.refund(paid.refund_id) == paid


def test_every_column_of_a_refund_comes_back_as_it_was_written(ledger: Ledger) -> None:
    refund = reserve(ledger)
    full = replace(
        refund,
        sends=3,
        asks=4,
        ever_unknown=True,
        not_sent_only=False,
        absent_asks=2,
        declined_code="NO",
        last_sent_at=NOW + timedelta(seconds=1),
        next_try_at=NOW + timedelta(seconds=2),
        next_command=Command.ASK,
        ended_at=NOW + timedelta(seconds=3),
        outcome=Outcome.ABSENT,
        wallet_code="NOT_FOUND",
        wallet_refund_id="503",
        received_account="CMB 0403",
        epoch=9,
        not_before=NOW + timedelta(seconds=4),
        odd_answers=5,
        released=True,
        instead_of="SRT_0",
        beyond_cap=True,
        clerk="s3",
        counter="counter9",
        approval_for="amount",
        order_version="v" * 16,
        approver="s2",
        method=Method.BANK,
        bank_reference="B20261123001",
    )
    unlike = {
        field.name for field in fields(Refund) if getattr(full, field.name) != getattr(refund, field.name)
    }
    with ledger.writing() as connection:
        connection.execute(update(refunds).values({name: getattr(full, name) for name in unlike}))
    assert ledger.refund(refund.refund_id) == full
    assert ledger.refunds() == [full]


def test_every_column_of_an_order_comes_back_as_it_was_written(ledger: Ledger) -> None:
    full = replace(
        ORDER,
        order_id="B2",
        wallet=Wallet.ALIPAY,
        wallet_order_id="2026112222001400000000000001",
        payer_fingerprint="p" * 32,
        state=OrderState.CANCELLED,
        cancelled_at=NOW,
        cancelled_why="sold out",
        wallet_reserved=Money(30),
        customer_reserved=Money(20),
        frozen_why="beyond_cap",
        looked_up_at=LATER,
        extra={"till": "3"},
    )
    keep(ledger, full)
    told = {
        "wallet_reserved_fen": 30,
        "customer_reserved_fen": 20,
        "frozen_why": "beyond_cap",
        "looked_up_at": LATER,
        "payer_fingerprint": "p" * 32,
    }
    with ledger.writing() as connection:
        connection.execute(update(orders).where(orders.c.order_id == "B2").values(told))
    assert ledger.order("B2") == full
    assert ledger.order(ORDER.order_id) == ORDER


def test_a_trip_is_written_from_its_beginning_to_its_end(ledger: Ledger) -> None:
    refund = reserve(ledger)
    attempt = ledger.begin(refund, Command.SEND, LEASE, NOW)
    assert attempt is not None
    begun: dict[str, Any] = {
        "attempt_id": attempt.attempt_id,
        "refund_id": refund.refund_id,
        "command": "SEND",
        "account": ACCOUNT,
        "body_sha256": hashlib.sha256(refund.body).hexdigest(),
        "owner": "counter1:7",
        "begun_at": NOW,
    }
    [row] = rows(ledger, attempts)
    assert row == {**row, **begun, "ended_at": None, "outcome": None}
    [held] = rows(ledger, refunds)
    assert (held["lease_owner"], held["lease_until"]) == ("counter1:7", NOW + timedelta(seconds=30))
    answer = Answer(Outcome.PROCESSING, "OK", "taken", 200, "req-1", Signature.VERIFIED)
    ledger.end(attempt, answer, RefundState.PROCESSING, NO_PLAN, "", LATER)
    assert rows(ledger, attempts) == [
        {
            **begun,
            "ended_at": LATER,
            "outcome": "PROCESSING",
            "code": "OK",
            "message": "taken",
            "http_status": 200,
            "wallet_request_id": "req-1",
            "signature": "VERIFIED",
        }
    ]


def test_every_move_is_written_with_its_time_and_cause(ledger: Ledger) -> None:
    for request, answer in (("r1", Answer(Outcome.PROCESSING, "OK")), ("r2", Answer(Outcome.PROCESSING))):
        attempt = ledger.begin(reserve(ledger, amount_fen=1, request_id=request), Command.SEND, LEASE, NOW)
        assert attempt is not None
        ledger.end(attempt, answer, RefundState.PROCESSING, NO_PLAN, "", LATER)
    told = [(row["old_state"], row["new_state"], row["at"], row["cause"]) for row in rows(ledger, moves)]
    assert told == [
        ("READY", "SENDING", NOW, "SEND"),
        ("SENDING", "PROCESSING", LATER, "OK"),
        ("READY", "SENDING", NOW, "SEND"),
        ("SENDING", "PROCESSING", LATER, "PROCESSING"),
    ]
    first, second = (refund.refund_id for refund in reversed(ledger.refunds()))
    assert [row["refund_id"] for row in rows(ledger, moves)] == [first, first, second, second]


def test_a_refund_that_must_be_there_and_is_not_is_a_bug(ledger: Ledger) -> None:
    with ledger.reading() as connection, pytest.raises(Bug) as caught:
        refund_rows.required(connection, "SRT_gone")
    assert (caught.value.code, caught.value.details) == ("refund_vanished", {"refund_id": "SRT_gone"})


def test_a_refund_nobody_wrote_is_never_begun_nor_taken_over(ledger: Ledger) -> None:
    gone = a_refund(refund_id="SRT_gone")
    assert ledger.begin(gone, Command.SEND, LEASE, NOW) is None
    assert ledger.take_over(replace(gone, state=RefundState.SENDING), LEASE, NOW) is None
