"""A notice makes us ask, and decides nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.dispatch.hints import REFUNDS_MAX, ROUND_MAX, Hints
from scanrefund.dispatch.worker import Worker
from scanrefund.errors import Bug, Fault
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.notices import Notices
from scanrefund.ledger.schema import book
from scanrefund.model.notice import Notice
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Command, Refund, RefundState
from scanrefund.model.wallet import Wallet
from tests.unit.builders import NOW, ORDER, FakeClock, FakeWallet, an_order, keep, reserve


class Shop:
    """A ledger, a wallet, and a worker that hears notices."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.wallet, self.time = ledger, FakeWallet(), FakeClock()
        self.dispatcher = Dispatcher(ledger, {Wallet.WECHAT: self.wallet}, self.time.clock, 30)
        self.notices = Notices(ledger)
        self.hints = Hints(ledger, self.dispatcher, self.time.clock)
        self.worker = Worker(ledger, self.dispatcher, self.time.clock, [self.hints.run_once])

    def on_its_way(self, request_id: str = "request-1") -> Refund:
        """A refund the wallet has accepted, with its next ask a while away."""
        self.wallet.sends = [self.wallet.accept]
        return self.dispatcher.dispatch(reserve(self.ledger, amount_fen=1, request_id=request_id))

    def told(self, refund: Refund, **changes: str) -> None:
        notice = Notice(Wallet.WECHAT, "N1", "REFUND.SUCCESS", refund.order_id, refund.refund_id, "0" * 64)
        self.notices.keep(replace(notice, **changes), NOW)  # type: ignore[arg-type]

    def run(self) -> tuple[int, list[Refund], list[tuple[Refund | None, str]]]:
        """One round of the worker: trips, and who heard of what."""
        refunds: list[Refund] = []
        faults: list[tuple[Refund | None, str]] = []
        trips = self.worker.run_once(
            refunds.append, lambda refund, fault: faults.append((refund, fault.code))
        )
        return trips, refunds, faults

    def alarms(self) -> list[tuple[str, str]]:
        with self.ledger.reading() as connection:
            found = select(book.c.subject, book.c.facts).where(book.c.kind == "alarm")
            return [(row.subject, row.facts) for row in connection.execute(found)]

    def state(self, refund: Refund) -> RefundState:
        found = self.ledger.refund(refund.refund_id)
        assert found is not None
        return found.state


@pytest.fixture
def shop(ledger: Ledger) -> Shop:
    return Shop(ledger)


def test_a_notice_makes_the_worker_ask_at_once(shop: Shop) -> None:
    refund = shop.on_its_way()
    assert shop.worker.run_once() == 0
    shop.wallet.asks = [shop.wallet.pay]
    shop.told(refund)
    assert shop.worker.run_once() == 1
    assert shop.state(refund) is RefundState.SUCCEEDED
    assert shop.worker.run_once() == 0


def test_a_notice_of_success_that_the_wallet_does_not_confirm_moves_nothing(shop: Shop) -> None:
    refund = shop.on_its_way()
    shop.told(refund)
    shop.worker.run_once()
    assert shop.state(refund) is RefundState.PROCESSING
    assert shop.wallet.trips[-1] == (Command.ASK, refund.refund_id)


def test_a_notice_is_heard_once_even_when_nobody_answers(shop: Shop) -> None:
    refund = shop.on_its_way()
    shop.wallet.asks = [lambda _refund: Answer(Outcome.UNKNOWN, "timeout")]
    shop.told(refund)
    assert [shop.worker.run_once(), shop.worker.run_once()] == [1, 0]


def test_a_notice_after_the_end_is_asked_about_and_changes_nothing(shop: Shop) -> None:
    refund = shop.dispatcher.dispatch(reserve(shop.ledger))
    assert refund.state is RefundState.SUCCEEDED
    shop.told(refund)
    shop.worker.run_once()
    assert shop.state(refund) is RefundState.SUCCEEDED
    assert shop.wallet.trips[-1][0] is Command.ASK


def test_a_notice_without_a_refunds_number_is_about_the_open_refund_of_its_order(shop: Shop) -> None:
    refund = shop.on_its_way()
    shop.wallet.asks = [shop.wallet.pay]
    shop.told(refund, refund_id="")
    shop.worker.run_once()
    assert shop.state(refund) is RefundState.SUCCEEDED


def test_another_wallets_notice_is_not_about_our_refund(shop: Shop) -> None:
    refund = shop.on_its_way()
    shop.notices.keep(Notice(Wallet.ALIPAY, "N1", "TRADE_CLOSED", "A1", refund.refund_id, "0" * 64), NOW)
    assert shop.worker.run_once() == 0
    assert shop.notices.waiting(1) == []


def test_a_notice_of_a_refund_the_books_do_not_know_alarms_a_person(shop: Shop) -> None:
    shop.notices.keep(Notice(Wallet.WECHAT, "N1", "REFUND.SUCCESS", ORDER.order_id, "ELSE_1", "0" * 64), NOW)
    assert shop.worker.run_once() == 0
    assert shop.alarms() == [(ORDER.order_id, '{"alarm":"notice_of_unknown_refund"}')]


@pytest.mark.parametrize("named", [True, False])
def test_a_notice_of_what_the_books_know_alarms_nobody(shop: Shop, named: bool) -> None:
    refund = shop.on_its_way()
    shop.told(refund, refund_id=refund.refund_id if named else "")
    shop.worker.run_once()
    assert shop.alarms() == []


def test_every_trip_is_counted_and_told_as_it_ended(shop: Shop) -> None:
    refunds = [shop.on_its_way(request_id=f"r{place}") for place in range(2)]
    shop.wallet.asks = [shop.wallet.pay]
    for place, refund in enumerate(refunds):
        shop.told(refund, notice_id=f"N{place}")
    trips, heard, faults = shop.run()
    assert (trips, faults) == (2, [])
    assert [(refund.refund_id, refund.state) for refund in heard] == [
        (refunds[0].refund_id, RefundState.SUCCEEDED),
        (refunds[1].refund_id, RefundState.PROCESSING),
    ]


def test_a_round_hears_twenty_notices_and_leaves_the_others_to_the_next(shop: Shop) -> None:
    refund = shop.on_its_way()
    for place in range(ROUND_MAX + 1):
        shop.told(refund, notice_id=f"N{place:02}")
    assert (shop.run()[0], len(shop.notices.waiting(99))) == (20, 1)


def test_a_notice_of_an_order_asks_about_its_own_open_refunds_alone_and_at_most_five(shop: Shop) -> None:
    keep(shop.ledger, an_order(order_id="B2"))
    shop.wallet.sends = [shop.wallet.accept]
    shop.dispatcher.dispatch(reserve(shop.ledger, "B2", 1, NOW + timedelta(seconds=1), request_id="newest"))
    ours = [shop.on_its_way(request_id=f"r{place}") for place in range(6)]
    shop.wallet.sends = [shop.wallet.pay]
    assert not shop.dispatcher.dispatch(reserve(shop.ledger, amount_fen=1, request_id="paid")).is_open
    shop.wallet.trips.clear()
    shop.told(ours[0], refund_id="")
    assert shop.run()[0] == REFUNDS_MAX == 5
    assert {number for _command, number in shop.wallet.trips} <= {refund.refund_id for refund in ours}


def test_a_refund_that_was_never_sent_is_not_asked_about(shop: Shop) -> None:
    refund = reserve(shop.ledger)
    shop.told(refund)
    assert shop.hints.run_once(lambda _refund: None, raised) == 0
    assert shop.wallet.trips == []
    assert shop.notices.waiting(1) == []


def test_a_refund_that_cannot_be_asked_about_is_told_and_does_not_stop_the_others(shop: Shop) -> None:
    refunds = [shop.on_its_way(request_id=f"r{place}") for place in range(2)]
    shop.wallet.asks = [broken]
    shop.told(refunds[0], refund_id="")
    trips, _heard, [(refund, code)] = shop.run()
    assert (trips, code) == (1, "url_rewritten")
    assert refund in refunds
    assert shop.notices.waiting(1) == []


def broken(_refund: Refund) -> Answer:
    raise Bug("url_rewritten", host="x")


def raised(_refund: Refund | None, fault: Fault) -> None:
    raise fault
