from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from scanrefund.ledger import orders
from scanrefund.ledger.by_hand import ByHand, Hand
from scanrefund.ledger.engine import writing
from scanrefund.ledger.found import Found
from scanrefund.ledger.keeping import CHUNK_ORDERS
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.money import Money
from scanrefund.model.order import Order, OrderState
from scanrefund.model.refund import RefundState
from scanrefund.model.wallet import Wallet
from tests.unit.builders import NOW, ORDER, an_order, keep, reserve


def kept(ledger: Ledger, order_id: str = ORDER.order_id) -> Order:
    order = ledger.order(order_id)
    assert order is not None
    return order


def end_in(ledger: Ledger, state: RefundState, amount_fen: int = 2_500, request_id: str = "r") -> None:
    """A refund pushed to its state with plain SQL and the caps given back as a move would."""
    refund = reserve(ledger, amount_fen=amount_fen, request_id=request_id)
    with writing(ledger._engine) as connection:
        connection.exec_driver_sql(
            "UPDATE refunds SET state=? WHERE refund_id=?", (state.value, refund.refund_id)
        )
        orders.count(connection, refund.order_id, refund.amount, RefundState.SENDING, state)


def test_the_same_order_again_changes_nothing(ledger: Ledger) -> None:
    assert keep(ledger, ORDER, ORDER) == ["unchanged", "unchanged"]
    assert kept(ledger) == ORDER


@pytest.mark.parametrize(
    "other",
    [
        an_order(amount=Money(10_001)),
        an_order(wallet=Wallet.ALIPAY),
        an_order(wallet_order_id="4200009999202611220000000009"),
    ],
)
def test_money_facts_never_change(ledger: Ledger, other: Order) -> None:
    assert keep(ledger, other) == ["conflict"]
    assert kept(ledger) == ORDER


def test_a_missing_wallet_number_is_filled_in_later(ledger: Ledger) -> None:
    unnamed = an_order(order_id="B2", wallet_order_id="")
    assert keep(ledger, unnamed, an_order(order_id="B2"), unnamed) == ["new", "changed", "unchanged"]
    assert kept(ledger, "B2").wallet_order_id == an_order(order_id="B2").wallet_order_id


def test_no_two_orders_hold_one_number_of_a_wallet(ledger: Ledger) -> None:
    taken = ORDER.wallet_order_id
    assert keep(ledger, an_order(order_id="B2", wallet_order_id=taken)) == ["number_taken"]
    assert ledger.order("B2") is None
    unnamed = an_order(order_id="B3", wallet_order_id="")
    assert keep(ledger, unnamed, an_order(order_id="B3", wallet_order_id=taken)) == ["new", "number_taken"]
    other_wallet = an_order(order_id="B4", wallet_order_id=taken, wallet=Wallet.ALIPAY)
    assert keep(ledger, other_wallet) == ["new"]


def test_orders_of_one_batch_are_judged_one_after_the_other(ledger: Ledger) -> None:
    told = [an_order(order_id=f"C{number}") for number in range(CHUNK_ORDERS + 1)]
    twin = an_order(order_id="C", wallet_order_id=told[3].wallet_order_id)
    done = keep(ledger, *told, told[0], twin)
    assert done == ["new"] * len(told) + ["unchanged", "number_taken"]


def test_an_import_asks_the_database_a_few_times_per_chunk_not_per_order(ledger: Ledger) -> None:
    statements: list[str] = []
    told = [an_order(order_id=f"C{number}") for number in range(CHUNK_ORDERS)]
    event.listen(ledger._engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    for _ in range(2):
        keep(ledger, *told)
    assert len(statements) < 30


def test_an_order_moves_on_and_never_back(ledger: Ledger) -> None:
    told = [
        an_order(order_id="B2", state=OrderState.UNPAID, paid_at=None),
        an_order(order_id="B2"),
        an_order(order_id="B2", state=OrderState.RELEASED),
        an_order(order_id="B2"),
        an_order(order_id="B2", state=OrderState.UNPAID, paid_at=None),
    ]
    assert keep(ledger, *told) == ["new", "changed", "changed", "unchanged", "unchanged"]
    assert kept(ledger, "B2").state is OrderState.RELEASED
    assert kept(ledger, "B2").paid_at == ORDER.paid_at


def test_a_cancelled_order_stays_cancelled(ledger: Ledger) -> None:
    cancelled = an_order(state=OrderState.CANCELLED, cancelled_at=NOW, cancelled_why="CANCELLED")
    assert keep(ledger, cancelled, ORDER, cancelled) == ["changed", "unchanged", "unchanged"]
    assert kept(ledger).state is OrderState.CANCELLED


def test_an_exception_while_orders_are_kept_keeps_none(ledger: Ledger) -> None:
    with pytest.raises(IntegrityError):
        keep(ledger, an_order(order_id="B2"), an_order(order_id="B3", amount=Money(0)))
    assert ledger.order("B2") is None


@pytest.mark.parametrize(
    ("state", "wallet_fen", "customer_fen", "order_state"),
    [
        (RefundState.SUCCEEDED, 2_500, 2_500, OrderState.PARTLY_REFUNDED),
        (RefundState.RETURNED_TO_MERCHANT, 2_500, 0, OrderState.PAID),
        (RefundState.CLOSED, 0, 0, OrderState.PAID),
        (RefundState.CANCELLED, 0, 0, OrderState.PAID),
        (RefundState.UNKNOWN, 2_500, 2_500, OrderState.PAID),
    ],
)
def test_each_end_gives_back_what_it_no_longer_counts(
    ledger: Ledger, state: RefundState, wallet_fen: int, customer_fen: int, order_state: OrderState
) -> None:
    end_in(ledger, state)
    order = kept(ledger)
    assert (order.wallet_reserved.fen, order.customer_reserved.fen) == (wallet_fen, customer_fen)
    assert order.state is order_state
    assert order.remaining == Money(10_000 - max(wallet_fen, customer_fen))


def test_the_sums_of_an_order_follow_from_its_refunds(ledger: Ledger) -> None:
    end_in(ledger, RefundState.SUCCEEDED, 2_000, "r1")
    end_in(ledger, RefundState.CLOSED, 3_000, "r2")
    later = reserve(ledger, amount_fen=1_000, request_id="r3", now=NOW + timedelta(hours=1))
    order = kept(ledger)
    assert order.refunded == Money(2_000)
    assert order.refund_count == 3
    assert order.open_refund_id == later.refund_id
    assert order.last_refund_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("ends", "in_vain"),
    [
        ((), 0),
        (("CLOSED",), 1),
        (("CLOSED", "CANCELLED", "CLOSED"), 3),
        (("SUCCEEDED", "CLOSED"), 1),
        (("CLOSED", "RETURNED_TO_MERCHANT", "CLOSED", "CLOSED"), 2),
        (("CLOSED", "UNKNOWN"), 0),
        (("CLOSED", "EXTERNAL"), 0),
    ],
)
def test_refunds_in_vain_are_counted_back_to_the_last_that_was_not(
    ledger: Ledger, ends: tuple[str, ...], in_vain: int
) -> None:
    for place, end in enumerate(ends):
        end_in(ledger, RefundState(end), 1, f"r{place}")
    assert kept(ledger).in_vain == in_vain


def test_cash_and_strangers_numbers_hide_no_refund_in_vain(ledger: Ledger) -> None:
    end_in(ledger, RefundState.CLOSED)
    refund = ledger.refund_of_request("r")
    assert refund is not None
    ByHand(ledger).pay_other_way(refund.refund_id, Hand("Li", "broken"), NOW)
    Found(ledger).record_external(ORDER.order_id, "platform-1", Money(1), NOW)
    assert kept(ledger).in_vain == 1


def test_an_order_that_went_back_whole_is_refunded(ledger: Ledger) -> None:
    end_in(ledger, RefundState.SUCCEEDED, 10_000)
    assert kept(ledger).state is OrderState.REFUNDED


@pytest.mark.parametrize("column", ["wallet_reserved_fen", "customer_reserved_fen"])
@pytest.mark.parametrize("value", [10_001, -1])
def test_no_statement_talks_its_way_around_the_caps(ledger: Ledger, column: str, value: int) -> None:
    with pytest.raises(IntegrityError), writing(ledger._engine) as connection:
        connection.exec_driver_sql(f"UPDATE orders SET {column}={value}")


@pytest.mark.parametrize("fen", [0, -1, 100_000_001])
def test_an_order_of_an_impossible_amount_cannot_be_written(ledger: Ledger, fen: int) -> None:
    with pytest.raises(IntegrityError):
        keep(ledger, an_order(order_id="B2", amount=Money(fen)))


@given(st.lists(st.integers(1, 6_000), max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_what_is_reserved_never_exceeds_what_was_paid(ledger: Ledger, amounts: list[int]) -> None:
    with writing(ledger._engine) as connection:
        expected = 0
        for amount in amounts:
            fits = expected + amount <= ORDER.amount.fen
            assert orders.reserve(connection, ORDER.order_id, Money(amount)) == fits
            expected += amount if fits else 0
        reserved = orders.load(connection, ORDER.order_id)
        assert reserved is not None
        assert reserved.wallet_reserved.fen == reserved.customer_reserved.fen == expected
        connection.rollback()


def test_further_columns_are_kept(ledger: Ledger) -> None:
    keep(ledger, an_order(order_id="B2", extra={"till": "3", "备注": "红色"}))
    assert kept(ledger, "B2").extra == {"till": "3", "备注": "红色"}
