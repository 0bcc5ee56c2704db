"""Which orders old books make uncertain, to the second, and how each is cleared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, select, update

from scanrefund.ledger import behind, orders
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema import moves, refunds
from scanrefund.model.order import Order
from scanrefund.model.refund import Command, RefundState
from tests.unit.builders import NOW, ORDER, an_order, keep, reserve

SECOND = timedelta(seconds=1)
LONG_AGO = NOW - timedelta(days=400)


@pytest.fixture
def connection(ledger: Ledger) -> Iterator[Connection]:
    """An open transaction on books with three orders, of which nobody has said yet that they are old."""
    names = ("B1", "B2")
    keep(ledger, *(an_order(order_id=name, paid_at=ORDER.paid_at) for name in names))
    with ledger.writing() as opened:
        yield opened


def the(connection: Connection, order_id: str) -> Order:
    order = orders.load(connection, order_id)
    assert order is not None
    return order


def to_do(
    connection: Connection, paid_after: datetime = LONG_AGO, after: str = "", limit: int = 9
) -> list[str]:
    return [order.order_id for order in behind.to_look_up(connection, paid_after, after, limit)]


def test_current_books_make_nothing_uncertain(connection: Connection) -> None:
    assert behind.since(connection) is None
    assert to_do(connection) == []
    assert not behind.is_behind(connection, the(connection, "B1"))


def test_old_books_make_every_order_uncertain_in_the_order_of_their_numbers(connection: Connection) -> None:
    behind.note(connection, NOW)
    assert behind.since(connection) == NOW
    assert to_do(connection) == ["A1001", "B1", "B2"]
    assert (to_do(connection, limit=2), to_do(connection, after="A1001")) == (["A1001", "B1"], ["B1", "B2"])
    assert all(behind.is_behind(connection, the(connection, order)) for order in ("A1001", "B1", "B2"))


def test_only_what_was_paid_since_then_is_looked_up(connection: Connection) -> None:
    behind.note(connection, NOW)
    paid_at = ORDER.paid_at
    assert paid_at is not None
    assert len(to_do(connection, paid_after=paid_at)) == 3
    assert to_do(connection, paid_after=paid_at + SECOND) == []


def test_a_look_up_clears_one_order_and_no_other(connection: Connection) -> None:
    behind.note(connection, NOW)
    behind.looked_up(connection, "B1", NOW + SECOND)
    assert the(connection, "B1").looked_up_at == NOW + SECOND
    assert to_do(connection) == ["A1001", "B2"]
    assert not behind.is_behind(connection, the(connection, "B1"))
    assert behind.is_behind(connection, the(connection, "B2"))


def test_a_look_up_of_the_same_moment_counts(connection: Connection) -> None:
    behind.note(connection, NOW)
    behind.looked_up(connection, "B1", NOW)
    assert not behind.is_behind(connection, the(connection, "B1"))
    assert to_do(connection) == ["A1001", "B2"]


@pytest.mark.parametrize("clock_ran_ahead", [timedelta(0), SECOND, timedelta(days=365)])
def test_no_look_up_from_before_another_copy_counts(
    connection: Connection, clock_ran_ahead: timedelta
) -> None:
    behind.note(connection, NOW)
    behind.looked_up(connection, "B1", NOW + clock_ran_ahead)
    behind.note(connection, NOW)
    assert the(connection, "B1").looked_up_at is None
    assert behind.is_behind(connection, the(connection, "B1"))
    assert to_do(connection) == ["A1001", "B1", "B2"]
    behind.note(connection, NOW + SECOND)
    assert behind.since(connection) == NOW + SECOND


def test_a_look_up_by_a_clock_set_back_counts_as_of_the_notice(connection: Connection) -> None:
    behind.note(connection, NOW)
    behind.looked_up(connection, "B1", NOW - SECOND)
    assert the(connection, "B1").looked_up_at == NOW


def test_old_books_doubt_what_they_hold_as_never_sent_or_held(ledger: Ledger) -> None:
    never = reserve(ledger, amount_fen=1, request_id="never")
    held = reserve(ledger, amount_fen=1, request_id="held")
    written = {"state": "HELD", "absent_asks": 2, "released": True}
    with ledger.writing() as opened:
        opened.execute(update(refunds).where(refunds.c.refund_id == held.refund_id).values(written))
        behind.note(opened, NOW + SECOND)
    for number, state in ((never.refund_id, RefundState.UNKNOWN), (held.refund_id, RefundState.HELD)):
        refund = ledger.refund(number)
        assert refund is not None
        assert (refund.state, refund.released, refund.absent_asks) == (state, False, 0)
        assert (refund.ever_unknown, refund.not_sent_only) == (True, False)
        assert (refund.next_command, refund.next_try_at) == (Command.ASK, NOW + SECOND)
        assert refund.last_sent_at == NOW + SECOND
    with ledger.reading() as opened:
        rows = opened.execute(select(moves.c.refund_id, moves.c.new_state, moves.c.at, moves.c.cause))
        assert [tuple(row) for row in rows] == [(never.refund_id, "UNKNOWN", NOW + SECOND, "books_behind")]


def test_books_that_caught_up_are_current_and_nothing_else_is_forgotten(connection: Connection) -> None:
    keys = "SELECT count(*) FROM meta"
    before = connection.exec_driver_sql(keys).scalar_one()
    behind.note(connection, NOW)
    behind.forget(connection)
    assert (behind.since(connection), to_do(connection)) == (None, [])
    assert connection.exec_driver_sql(keys).scalar_one() == before > 0


def test_nothing_of_an_order_stops_where_the_books_are_current_or_it_was_looked_up(
    connection: Connection,
) -> None:
    assert not behind.stops(connection, "B1")
    behind.note(connection, NOW)
    behind.looked_up(connection, "B1", NOW)
    assert [behind.stops(connection, order) for order in ("B1", "B2", "unknown")] == [False, True, False]
