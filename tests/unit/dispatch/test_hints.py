"""A notice makes us ask, and decides nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.dispatch.hints import Hints
from scanrefund.dispatch.worker import Worker
from scanrefund.errors import Bug, Fault
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.notices import Notices
from scanrefund.ledger.schema import book
from scanrefund.model.notice import Notice
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Command, Refund, RefundState
from scanrefund.model.wallet import Wallet
from tests.unit.builders import NOW, ORDER, FakeClock, FakeWallet, reserve


class Shop:
    """A ledger, a wallet, and a worker that hears notices."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.wallet, self.time = ledger, FakeWallet(), FakeClock()
        self.dispatcher = Dispatcher(ledger, {Wallet.WECHAT: self.wallet}, self.time.clock, 30)
        self.notices = Notices(ledger)
        self.hints = Hints(ledger, self.dispatcher, self.time.clock)
        self.worker = Worker(ledger, self.dispatcher, self.time.clock, [self.hints.run_once])

    def on_its_way(self) -> Refund:
        """A refund the wallet has accepted, with its next ask a while away."""
        self.wallet.sends = [self.wallet.accept]
        return self.dispatcher.dispatch(reserve(self.ledger))

    def told(self, refund: Refund, **changes: str) -> None:
        notice = Notice(Wallet.WECHAT, "N1", "REFUND.SUCCESS", refund.order_id, refund.refund_id, "0" * 64)
        self.notices.keep(replace(notice, **changes), NOW)  # type: ignore[arg-type]

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
    with shop.ledger.reading() as connection:
        alarms = select(book.c.subject, book.c.facts).where(book.c.kind == "alarm")
        assert connection.execute(alarms).all() == [(ORDER.order_id, '{"alarm":"notice_of_unknown_refund"}')]


def test_a_refund_that_was_never_sent_is_not_asked_about(shop: Shop) -> None:
    refund = reserve(shop.ledger)
    shop.told(refund)
    assert shop.hints.run_once(lambda _refund: None, raised) == 0
    assert shop.wallet.trips == []
    assert shop.notices.waiting(1) == []


def test_a_refund_that_cannot_be_asked_about_does_not_stop_the_others(shop: Shop) -> None:
    refund = shop.on_its_way()
    faults: list[Fault] = []
    shop.wallet.asks = [broken]
    shop.told(refund)
    shop.hints.run_once(lambda _refund: None, lambda _refund, fault: faults.append(fault))
    assert [fault.code for fault in faults] == ["url_rewritten"]
    assert shop.notices.waiting(1) == []


def broken(_refund: Refund) -> Answer:
    raise Bug("url_rewritten", host="x")


def raised(_refund: Refund | None, fault: Fault) -> None:
    raise fault
