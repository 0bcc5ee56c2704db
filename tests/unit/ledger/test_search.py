from __future__ import annotations

from scanrefund.ledger import search
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.search import Matches, find
from scanrefund.ledger.trips import Lease
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Command, RefundState
from tests.unit.builders import NOW, ORDER, an_order, keep, reserve

LEASE = Lease("test", 30)


def found(ledger: Ledger, number: str) -> Matches:
    with ledger.reading() as connection:
        return find(connection, number)


def test_an_order_is_found_by_its_own_number_and_by_the_wallets(ledger: Ledger) -> None:
    only = Matches((ORDER.order_id,))
    assert found(ledger, ORDER.order_id) == only
    assert found(ledger, ORDER.wallet_order_id) == only


def test_a_refund_is_found_by_its_own_number_and_by_the_wallets_with_its_order(ledger: Ledger) -> None:
    refund = reserve(ledger)
    attempt = ledger.begin(refund, Command.SEND, LEASE, NOW)
    assert attempt is not None
    answer = Answer(Outcome.SUCCEEDED, wallet_refund_id="50300000012026112900000000001")
    ledger.end(attempt, answer, RefundState.SUCCEEDED, {"wallet_refund_id": answer.wallet_refund_id}, "", NOW)
    both = Matches((ORDER.order_id,), refund.refund_id)
    assert found(ledger, refund.refund_id) == both
    assert found(ledger, answer.wallet_refund_id) == both


def test_part_of_a_number_a_pattern_and_nothing_find_nothing(ledger: Ledger) -> None:
    reserve(ledger)
    for number in ("", ORDER.order_id[:-1], ORDER.order_id + " ", "%", "_" * len(ORDER.order_id), "' OR 1=1"):
        assert found(ledger, number) == Matches()


def test_one_number_of_two_orders_leads_to_both(ledger: Ledger) -> None:
    keep(ledger, an_order(order_id=ORDER.wallet_order_id, wallet_order_id="4200009999202611220000000001"))
    assert found(ledger, ORDER.wallet_order_id) == Matches((ORDER.wallet_order_id, ORDER.order_id))


def test_no_search_walks_a_whole_table(ledger: Ledger) -> None:
    """A shop's years of refunds stay as quick to search as its first day's."""
    with ledger.reading() as connection:
        orders, refund = search._ORDERS.params(number="x", most=1), search._REFUND.params(number="x")
        for asked in (orders, refund):
            text = str(asked.compile(compile_kwargs={"literal_binds": True}, dialect=connection.dialect))
            plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
            assert any("USING INDEX" in step for step in plan)
            assert [step for step in plan if step.startswith("SCAN")] == []
