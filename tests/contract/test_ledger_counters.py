"""Two counters on one ledger, on SQLite and on PostgreSQL: one set of caps, codes, requests and books."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from scanrefund.aftercare.receipt import Receipt
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.dispatch.worker import Worker
from scanrefund.errors import KeyFault, UsageFault
from scanrefund.keys import Keys
from scanrefund.ledger.engine import writing
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema import attempts
from scanrefund.ledger.trips import Lease
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.outcome import Answer, OrderAnswer, Outcome
from scanrefund.model.refund import Command, RefundState
from scanrefund.model.refusal import Reason
from scanrefund.model.wallet import Wallet
from scanrefund.wish import RefundRequest
from tests.contract.desks import a_desk
from tests.unit.builders import (
    NOW,
    FakeClock,
    FakeWallet,
    a_reading,
    an_order,
    keep,
    open_ledger_at,
    reserve,
)

ONE, OTHER = (an_order(order_id=name, amount=Money(10_000)) for name in ("ONE", "OTHER"))


class MeetingWallet(FakeWallet):
    """A wallet that lets both counters pass at the same moment, just before they lock the order."""

    def __init__(self) -> None:
        super().__init__()
        self._meet = threading.Barrier(2, timeout=60)

    def order(self, order: Order) -> OrderAnswer:
        self._meet.wait()
        return super().order(order)


@pytest.fixture
def counters(ledger_url: str) -> Iterator[tuple[Ledger, Ledger]]:
    first, second = open_ledger_at(ledger_url), open_ledger_at(ledger_url)
    keep(first, ONE, OTHER)
    yield first, second
    first.close()
    second.close()


def a_request(order: Order, fen: int = 6_000, request_id: str = "") -> RefundRequest:
    return RefundRequest(order.order_id, Money(fen), "broken", a_reading(), request_id)


def both(
    counters: tuple[Ledger, Ledger], first: RefundRequest, second: RefundRequest
) -> tuple[Receipt | UsageFault, Receipt | UsageFault]:
    """Both wishes at the same moment, each at a counter of its own."""
    wallet = MeetingWallet()

    def ask(ledger: Ledger, request: RefundRequest) -> Receipt | UsageFault:
        try:
            return a_desk(ledger, wallet).refund(request)
        except UsageFault as fault:
            return fault

    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(ask, counters, (first, second)))
    return found[0], found[1]


def test_one_code_for_two_orders_at_once_pays_one(counters: tuple[Ledger, Ledger]) -> None:
    found = both(counters, a_request(ONE), a_request(OTHER))
    receipts = [receipt for receipt in found if isinstance(receipt, Receipt)]
    assert len(receipts) == 2
    assert {receipt.reason for receipt in receipts} == {None, Reason.CODE_SEEN_BEFORE}
    assert len(counters[0].refunds()) == 1


def test_one_request_at_two_counters_at_once_is_one_refund(counters: tuple[Ledger, Ledger]) -> None:
    found = both(counters, a_request(ONE, request_id="wish"), a_request(ONE, request_id="wish"))
    receipts = [receipt for receipt in found if isinstance(receipt, Receipt)]
    assert len(receipts) == 2
    assert receipts[0].refund_id == receipts[1].refund_id is not None
    assert len(counters[0].refunds()) == 1


def test_one_request_for_two_orders_at_once_is_told(counters: tuple[Ledger, Ledger]) -> None:
    found = both(counters, a_request(ONE, request_id="wish"), a_request(OTHER, request_id="wish"))
    faults = [fault.code for fault in found if isinstance(fault, UsageFault)]
    assert faults == ["request_id_reused"]
    assert len(counters[0].refunds()) == 1


def test_two_workers_share_what_is_due(counters: tuple[Ledger, Ledger]) -> None:
    many = [an_order(order_id=f"D{number}") for number in range(12)]
    keep(counters[0], *many)
    made = [reserve(counters[0], order.order_id, request_id=order.order_id).refund_id for order in many]
    wallet, clock = FakeWallet(), FakeClock().clock

    def work(ledger: Ledger) -> None:
        Worker(ledger, Dispatcher(ledger, {Wallet.WECHAT: wallet}, clock, lease_s=30), clock).run_once()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(work, counters))
    assert sorted(wallet.trips) == sorted((Command.SEND, refund_id) for refund_id in made)


def test_what_one_counter_reserved_the_other_may_not_have(counters: tuple[Ledger, Ledger]) -> None:
    reserve(counters[0], "ONE", 6_000)
    after = counters[1].order("ONE")
    assert after is not None
    assert after.wallet_reserved == after.customer_reserved == Money(6_000)


def test_a_code_seen_by_one_counter_is_known_to_the_other(counters: tuple[Ledger, Ledger]) -> None:
    fingerprint = a_desk(counters[0], FakeWallet()).see(a_reading())
    assert fingerprint is not None
    sighting = counters[1].sighting(fingerprint)
    assert sighting is not None
    assert sighting.first_seen_at == NOW


def test_both_counters_write_one_book(counters: tuple[Ledger, Ledger]) -> None:
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(enter_many, counters, ("one", "two")))
    assert counters[0].first_broken_entry() is None
    assert counters[1].first_broken_entry() is None


def enter_many(ledger: Ledger, name: str) -> None:
    for _ in range(20):
        with writing(ledger._engine) as connection:
            ledger.enter(connection, NOW, "test", name, {})


@pytest.mark.parametrize("keys", [Keys(b"x" * 32, b"b" * 32), Keys(b"f" * 32, b"x" * 32)])
def test_a_counter_with_other_keys_is_refused_at_start(ledger_url: str, keys: Keys) -> None:
    open_ledger_at(ledger_url).close()
    with pytest.raises(KeyFault) as caught:
        open_ledger_at(ledger_url, keys)
    assert caught.value.code == "keys_foreign"


def test_a_counter_with_a_copy_of_the_keys_is_welcome(ledger_url: str, tmp_path: Path) -> None:
    first = Keys.open(tmp_path / "first")
    (tmp_path / "second").mkdir(mode=0o700)
    (tmp_path / "first" / "keys").rename(tmp_path / "second" / "keys")
    open_ledger_at(ledger_url, first).close()
    open_ledger_at(ledger_url, Keys.open(tmp_path / "second")).close()


def test_a_database_holds_a_refund_to_its_cap_whoever_writes(counters: tuple[Ledger, Ledger]) -> None:
    for column in ("wallet_reserved_fen", "customer_reserved_fen"):
        with pytest.raises(IntegrityError), writing(counters[0]._engine) as connection:
            connection.exec_driver_sql(f"UPDATE orders SET {column} = amount_fen + 1")


@pytest.mark.parametrize("table", ["book", "moves"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET {}"])
def test_what_is_written_stays_written(counters: tuple[Ledger, Ledger], table: str, change: str) -> None:
    ledger = counters[0]
    ledger.begin(reserve(ledger, "ONE", 60), Command.SEND, Lease("one", 30), NOW)
    column = "kind = 'x'" if table == "book" else "cause = 'x'"
    with pytest.raises(IntegrityError), writing(ledger._engine) as connection:
        connection.exec_driver_sql(change.format(table, column))


def test_whatever_a_wallet_tells_is_written(counters: tuple[Ledger, Ledger]) -> None:
    # A text too long for its column must not keep the result of a trip out of the ledger.
    long = "中" * 400 + "\0"
    answer = Answer(Outcome.SUCCEEDED, long, long, wallet_refund_id=long, received_account=long)
    ledger = counters[0]
    attempt = ledger.begin(reserve(ledger, "ONE", 60), Command.SEND, Lease("one", 30), NOW)
    assert attempt is not None
    changes = {"wallet_code": long, "wallet_refund_id": long, "received_account": long, "declined_code": long}
    after = ledger.end(attempt, answer, RefundState.SUCCEEDED, changes, "", NOW)
    assert after.state is RefundState.SUCCEEDED
    assert (len(after.wallet_code), len(after.wallet_refund_id)) == (128, 64)
    with writing(ledger._engine) as connection:
        assert connection.execute(select(attempts.c.code)).scalar_one() == "中" * 128


def test_a_request_id_longer_than_its_column_is_told(counters: tuple[Ledger, Ledger]) -> None:
    with pytest.raises(UsageFault) as caught:
        a_desk(counters[0], FakeWallet()).refund(a_request(ONE, request_id="x" * 65))
    assert caught.value.code == "request_id_too_long"


def test_a_refused_order_number_of_any_length_is_noted(counters: tuple[Ledger, Ledger]) -> None:
    receipt = a_desk(counters[0], FakeWallet()).refund(a_request(an_order(order_id="9" * 400)))
    assert receipt.reason is Reason.ORDER_NOT_FOUND
    assert counters[0].first_broken_entry() is None
