"""What people and found facts do to the books, on every kind of database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanrefund.errors import UsageFault
from scanrefund.ledger import behind
from scanrefund.ledger.by_hand import ByHand, Hand
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.found import Found
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.trips import Lease
from scanrefund.ledger.witness import Head, Witness
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.other_way import Method, OtherWay
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Command, Refund, RefundState
from tests.unit.builders import KEYS, NOW, ORDER, SHOP, keep, reserve

HAND = Hand("Li", "seen")
LEASE = Lease("counter1", 30)


@pytest.fixture
def ledger(ledger_url: str, tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(LedgerSettings(ledger_url, 30), KEYS, SHOP, Witness(tmp_path / "witness.json"))
    keep(opened, ORDER)
    yield opened
    opened.close()


def the_order(ledger: Ledger) -> Order:
    order = ledger.order(ORDER.order_id)
    assert order is not None
    return order


def ended(ledger: Ledger, refund: Refund, outcome: Outcome, command: Command = Command.SEND) -> Refund:
    attempt = ledger.begin(refund, command, LEASE, NOW)
    assert attempt is not None
    plan = {"next_command": None, "next_try_at": None}
    return ledger.end(attempt, Answer(outcome), RefundState(outcome.value), plan, "", NOW)


def test_a_fact_against_an_end_that_the_caps_cannot_hold_fills_them(ledger: Ledger) -> None:
    closed = ended(ledger, reserve(ledger, amount_fen=6_000), Outcome.CLOSED)
    ByHand(ledger).pay_other_way(closed.refund_id, HAND, NOW)
    assert ended(ledger, closed, Outcome.SUCCEEDED, Command.ASK).beyond_cap
    order = the_order(ledger)
    assert (order.wallet_reserved, order.customer_reserved) == (Money(6_000), ORDER.amount)
    assert (order.remaining, order.frozen_why) == (Money(0), "fact_against_end")
    ByHand(ledger).thaw(ORDER.order_id, HAND, NOW)
    assert the_order(ledger).frozen_why == ""
    assert ledger.first_broken_entry() is None


def test_a_bank_transfer_takes_the_same_road_as_cash_and_blocks_the_wallet(ledger: Ledger) -> None:
    closed = ended(ledger, reserve(ledger, amount_fen=6_000), Outcome.CLOSED)
    transfer = OtherWay(Method.BANK, "B2026-1", "0042")
    paid = ByHand(ledger).pay_other_way(closed.refund_id, HAND, NOW, transfer)
    order = the_order(ledger)
    assert (order.wallet_reserved, order.customer_reserved) == (Money(0), Money(6_000))
    assert order.remaining == Money(ORDER.amount.fen - 6_000)
    again = ledger.refund(paid.refund_id)
    assert again is not None
    assert (again.method, again.bank_reference) == (Method.BANK, "B2026-1")
    with pytest.raises(UsageFault) as twice:
        ByHand(ledger).pay_other_way(closed.refund_id, HAND, NOW)
    assert twice.value.code == "cash_paid_already"


def test_a_released_refund_is_due_at_once(ledger: Ledger) -> None:
    held = ended(ledger, reserve(ledger), Outcome.HELD)
    released = ByHand(ledger).release(held.refund_id, HAND, NOW)
    assert (released.next_command, released.released) == (Command.SEND, True)
    assert ledger.begin(held, Command.SEND, LEASE, NOW) is None
    attempt = ledger.begin(released, Command.SEND, LEASE, NOW)
    assert attempt is not None
    assert not attempt.refund.released


def test_of_many_that_pay_cash_for_one_refund_one_does(ledger: Ledger) -> None:
    closed = ended(ledger, reserve(ledger), Outcome.CLOSED)
    paid: list[str] = []
    refused: list[str] = []

    def pay() -> None:
        try:
            paid.append(ByHand(ledger).pay_other_way(closed.refund_id, HAND, NOW).refund_id)
        except UsageFault as fault:
            refused.append(fault.code)

    threads = [threading.Thread(target=pay) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert (len(paid), refused) == (1, ["cash_paid_already"] * 5)
    assert the_order(ledger).customer_reserved == Money(2_500)


def test_of_many_that_find_one_refund_it_counts_once(ledger: Ledger) -> None:
    def find() -> None:
        Found(ledger).record_external(ORDER.order_id, "platform-1", Money(4_000), NOW)

    threads = [threading.Thread(target=find) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert the_order(ledger).wallet_reserved == Money(4_000)


def test_an_old_copy_is_noticed_and_caught_up(ledger: Ledger, tmp_path: Path) -> None:
    assert not ledger.hear_witness(NOW)
    Witness(tmp_path / "witness.json").write(Head(99, "an entry the copy has lost"))
    assert ledger.hear_witness(NOW)
    assert ledger.is_behind(the_order(ledger))
    with ledger.reading() as connection:
        assert behind.since(connection) == NOW
    Found(ledger).looked_up(ORDER.order_id, 0, NOW)
    assert Found(ledger).caught_up(NOW.replace(year=2025), NOW)
    assert not ledger.is_behind(the_order(ledger))
    assert not ledger.hear_witness(NOW)
