"""What only a database server does to a ledger: lock crosswise, break off, tell a late word in between."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from scanrefund.errors import LedgerFault, UsageFault
from scanrefund.ledger.by_hand import ByHand, Hand
from scanrefund.ledger.engine import LedgerSettings, open_engine, reading, retried, writing
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema_after import metadata
from scanrefund.ledger.trips import Lease
from scanrefund.model.order import Order
from scanrefund.model.refund import Command
from tests.postgres import Server
from tests.unit.builders import NOW, ORDER, a_ledger, an_order, reserve
from tests.unit.ledger.test_schema import described

MINE = Lease("mine", 30)


@pytest.fixture
def url(postgres: Server) -> Iterator[str]:
    with postgres.ledger() as url:
        yield url


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    with a_ledger(url) as opened:
        yield opened


@contextmanager
def another_holds(url: str, row: str) -> Iterator[Connection]:
    """Another program has locked a row and does not let go."""
    engine = open_engine(LedgerSettings(url, 30))
    with engine.connect() as connection:
        connection.execute(text(f"SELECT 1 FROM {row} FOR UPDATE"))
        yield connection
    engine.dispose()


def cut_every_connection(url: str) -> None:
    """What a restarted server does to those who were connected."""
    engine = open_engine(LedgerSettings(url, 30))
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with engine.begin() as connection:
        connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
    engine.dispose()


def test_the_session_is_as_promised(ledger: Ledger) -> None:
    promised = {
        "transaction_isolation": "read committed",
        "synchronous_commit": "on",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "10s",
    }
    with writing(ledger._engine) as connection:
        found = {name: connection.execute(text(f"SHOW {name}")).scalar_one() for name in promised}
    assert found == promised


def test_a_reader_sees_one_moment_and_may_not_write(ledger: Ledger) -> None:
    with reading(ledger._engine) as connection:
        before = connection.execute(text("SELECT count(*) FROM refunds")).scalar_one()
        reserve(ledger)
        assert connection.execute(text("SELECT count(*) FROM refunds")).scalar_one() == before
    with pytest.raises(LedgerFault) as caught, reading(ledger._engine) as connection:
        connection.execute(text("DELETE FROM codes"))
    assert caught.value.code == "ledger_read_only"


def test_an_address_cannot_ask_for_commits_that_may_be_lost(url: str) -> None:
    asked = make_url(url).update_query_dict({"options": "-c synchronous_commit=off"})
    engine = open_engine(LedgerSettings(asked.render_as_string(hide_password=False), 30))
    with writing(engine) as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == "on"
    engine.dispose()


def test_a_lock_that_is_not_free_in_time_is_told(ledger: Ledger, url: str) -> None:
    with ledger._engine.connect() as connection:
        # The promised five seconds, made short for the test.
        connection.execute(text("SET lock_timeout = '50ms'"))
        connection.commit()
    with another_holds(url, "orders"), pytest.raises(LedgerFault) as caught:
        reserve(ledger)
    assert (caught.value.code, caught.value.details["cause"]) == ("ledger_busy", "55P03")
    assert ledger.refunds() == []


def test_a_worker_passes_by_a_refund_that_another_is_at(ledger: Ledger, url: str) -> None:
    refund = reserve(ledger)
    with another_holds(url, "refunds"):
        assert ledger.begin(refund, Command.SEND, MINE, NOW) is None
    assert ledger.begin(refund, Command.SEND, MINE, NOW) is not None


def test_a_restarted_server_is_not_noticed_between_two_transactions(ledger: Ledger, url: str) -> None:
    refund = reserve(ledger)
    cut_every_connection(url)
    assert ledger.refund(refund.refund_id) == refund


def test_a_connection_lost_inside_a_transaction_is_told_and_not_run_again(ledger: Ledger, url: str) -> None:
    runs: list[int] = []

    @retried
    def transaction() -> None:
        runs.append(1)
        with writing(ledger._engine) as connection:
            connection.execute(text("UPDATE orders SET frozen_why = 'x'"))
            cut_every_connection(url)

    with pytest.raises(LedgerFault) as caught:
        transaction()
    assert caught.value.code == "ledger_connection_lost"
    assert runs == [1]
    order = ledger.order(ORDER.order_id)
    assert order is not None
    assert order.frozen_why == ""


def test_two_imports_that_lock_crosswise_both_end(ledger: Ledger) -> None:
    # The server throws one of them back; it runs again whole and finds what the other wrote.
    pair = [an_order(order_id="ONE"), an_order(order_id="OTHER")]
    meet = threading.Barrier(2)
    runs: list[str] = []

    @retried
    def keep_both(name: str, orders: list[Order]) -> None:
        runs.append(name)
        with ledger.keeping_orders(NOW) as keep_one:
            keep_one([orders[0]])
            with suppress(threading.BrokenBarrierError):
                meet.wait(timeout=60 if len(runs) <= 2 else 0)
            keep_one([orders[1]])

    threads = [
        threading.Thread(target=keep_both, args=("first", pair)),
        threading.Thread(target=keep_both, args=("second", pair[::-1])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
        assert not thread.is_alive()
    assert len(runs) >= 3
    assert ledger.order("ONE") is not None
    assert ledger.order("OTHER") is not None
    assert ledger.first_broken_entry() is None


def test_a_conflict_that_never_ends_is_told(ledger: Ledger) -> None:
    runs: list[int] = []

    @retried
    def hopeless() -> None:
        runs.append(1)
        with writing(ledger._engine) as connection:
            connection.execute(text("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$"))

    with pytest.raises(LedgerFault) as caught:
        hopeless()
    assert (caught.value.code, len(runs)) == ("ledger_busy", 10)


def test_migrations_build_the_tables_of_the_schema(postgres: Server, url: str) -> None:
    made = open_engine(LedgerSettings(postgres.new_database(), 30))
    metadata.create_all(made)
    migrated = open_engine(LedgerSettings(url, 30))
    assert described(inspect(migrated)) == described(inspect(made))
    for engine in (made, migrated):
        engine.dispose()


def test_the_book_cannot_be_emptied_in_one_go(ledger: Ledger) -> None:
    with pytest.raises(IntegrityError), writing(ledger._engine) as connection:
        connection.execute(text("TRUNCATE book"))


def test_a_late_word_of_the_wallet_stops_the_cash_that_waits_for_the_order(ledger: Ledger, url: str) -> None:
    refund = reserve(ledger)
    with writing(ledger._engine) as connection:
        connection.execute(text("UPDATE refunds SET state = 'CLOSED'"))
    with another_holds(url, "orders") as other, ThreadPoolExecutor(1) as supervisor:
        cash = supervisor.submit(ByHand(ledger).pay_other_way, refund.refund_id, Hand("Li", "no way"), NOW)
        until_somebody_waits(other)
        other.execute(text("UPDATE refunds SET state = 'SUCCEEDED'"))
        other.commit()
        with pytest.raises(UsageFault) as caught:
            cash.result(timeout=60)
    assert caught.value.code == "cash_after_wallet"
    assert len(ledger.refunds()) == 1


def until_somebody_waits(connection: Connection) -> None:
    """Return as soon as another session stands before a lock."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    for _ in range(10_000):
        if connection.execute(waiting).scalar_one():
            return
    raise AssertionError("nobody waits for a lock")
