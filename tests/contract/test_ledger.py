"""What every ledger must keep under contest, on SQLite and on PostgreSQL."""

from __future__ import annotations

import contextlib
import multiprocessing
import threading
from collections.abc import Callable

import pytest

from scanrefund.errors import Bug
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.trips import Lease
from scanrefund.model.money import Money
from scanrefund.model.refund import Command
from tests.postgres import Server
from tests.unit.builders import NOW, an_order, keep, open_ledger_at, reserve

ORDERS = [an_order(order_id=f"C{number}", amount=Money(100)) for number in range(5)]
CONTESTANTS = 8


@pytest.fixture
def url(ledger_url: str) -> str:
    """A ledger with the contested orders."""
    ledger = open_ledger_at(ledger_url)
    keep(ledger, *ORDERS)
    ledger.close()
    return ledger_url


def take_60_of_each(ledger: Ledger, name: str) -> None:
    """The ladder is not asked: only the cap of 100 stands in the way."""
    for order in ORDERS:
        with contextlib.suppress(Bug):
            reserve(ledger, order.order_id, 60, request_id=f"{name}-{order.order_id}")


def contest(url: str, name: str) -> None:
    ledger = open_ledger_at(url)
    take_60_of_each(ledger, name)
    ledger.close()


def run_threads(work: Callable[[str], None]) -> None:
    threads = [threading.Thread(target=work, args=(f"t{number}",)) for number in range(CONTESTANTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()


def each_order_has_one_refund_within_its_cap(url: str) -> None:
    ledger = open_ledger_at(url)
    for order in ORDERS:
        after = ledger.order(order.order_id)
        assert after is not None
        assert (after.wallet_reserved, after.customer_reserved, after.refund_count) == (
            Money(60),
            Money(60),
            1,
        )
    assert ledger.first_broken_entry() is None
    ledger.close()


def test_threads_that_contest_an_order_never_exceed_its_cap(url: str) -> None:
    run_threads(lambda name: contest(url, name))
    each_order_has_one_refund_within_its_cap(url)


def test_threads_on_one_ledger_never_exceed_the_cap(url: str) -> None:
    ledger = open_ledger_at(url)
    run_threads(lambda name: take_60_of_each(ledger, name))
    ledger.close()
    each_order_has_one_refund_within_its_cap(url)


def test_processes_that_contest_an_order_never_exceed_its_cap(url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=contest, args=(url, f"p{number}")) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=120)
        assert process.exitcode == 0
    each_order_has_one_refund_within_its_cap(url)


def test_of_many_that_want_to_send_one_goes(url: str) -> None:
    ledger: Ledger = open_ledger_at(url)
    refund = reserve(ledger, "C0", 60)
    went: list[str] = []

    def work(name: str) -> None:
        if ledger.begin(refund, Command.SEND, Lease(name, 30), NOW):
            went.append(name)

    run_threads(work)
    ledger.close()
    assert len(went) == 1


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_two_first_starts_agree_on_one_set_of_tables(
    kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if kind == "postgres":
        server: Server = request.getfixturevalue("postgres")
        url = server.new_database()
    else:
        url = f"sqlite:///{tmp_path_factory.mktemp('new') / 'ledger.sqlite3'}"
    run_threads(lambda _name: open_ledger_at(url).close())
    ledger = open_ledger_at(url)
    assert ledger.first_broken_entry() is None
    ledger.close()
