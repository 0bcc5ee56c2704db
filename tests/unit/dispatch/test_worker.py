from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.dispatch.worker import PAUSE_S, ROUND_MAX, Worker
from scanrefund.errors import Bug, Fault, LedgerFault
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Refund, RefundState
from scanrefund.model.wallet import Wallet
from tests.unit.builders import (
    NOW,
    FakeClock,
    FakeWallet,
    an_order,
    answering,
    keep,
    reserve,
)


def a_worker(ledger: Ledger, wallet: FakeWallet | None, time: FakeClock) -> Worker:
    gateways = {wallet.wallet: wallet} if wallet else {}
    return Worker(ledger, Dispatcher(ledger, gateways, time.clock, 30), time.clock)


def test_a_round_makes_one_trip_for_each_refund_that_is_due(ledger: Ledger) -> None:
    for number in range(3):
        reserve(ledger, amount_fen=1, request_id=f"r{number}")
    ended: list[RefundState] = []
    worker = a_worker(ledger, FakeWallet(), FakeClock())
    assert worker.run_once(lambda refund: ended.append(refund.state)) == 3
    assert ended == [RefundState.SUCCEEDED] * 3
    assert worker.run_once() == 0


def test_a_worker_sleeps_between_rounds_with_nothing_to_do_and_stops_when_told(ledger: Ledger) -> None:
    time = FakeClock()
    rounds = iter([False, False, False, True])
    a_worker(ledger, FakeWallet(), time).run(lambda: next(rounds))
    assert (time.at - NOW).total_seconds() == 1.5


def test_a_worker_brings_a_refund_to_its_end(ledger: Ledger) -> None:
    wallet, time = FakeWallet(), FakeClock()
    wallet.sends = [answering(Outcome.NOT_SENT), answering(Outcome.UNKNOWN), wallet.accept]
    wallet.asks = [wallet.tell, wallet.tell, wallet.pay]
    refund = reserve(ledger)
    rounds = iter(range(10_000))

    def ended() -> bool:
        found = ledger.refund(refund.refund_id)
        return next(rounds) == 9_999 or found is None or not found.is_open

    a_worker(ledger, wallet, time).run(ended)
    found = ledger.refund(refund.refund_id)
    assert found is not None
    assert found.state is RefundState.SUCCEEDED


def test_refunds_without_a_wallet_make_no_busy_loop(ledger: Ledger) -> None:
    reserve(ledger)
    time = FakeClock()
    rounds = iter([False] * 5 + [True])
    a_worker(ledger, None, time).run(lambda: next(rounds))
    assert (time.at - NOW).total_seconds() == 5 * PAUSE_S


def test_refunds_without_a_wallet_starve_nobody(ledger: Ledger) -> None:
    keep(ledger, an_order(order_id="B2", wallet=Wallet.ALIPAY, wallet_order_id=""))
    for number in range(ROUND_MAX):
        reserve(ledger, amount_fen=1, request_id=f"r{number}")
    reserve(ledger, "B2", amount_fen=1, request_id="alipay")
    assert a_worker(ledger, FakeWallet(Wallet.ALIPAY), FakeClock()).run_once() == 1


def test_a_round_is_short_however_much_is_due(ledger: Ledger) -> None:
    for number in range(ROUND_MAX + 1):
        keep(ledger, an_order(order_id=f"R{number}", wallet_order_id=""))
        reserve(ledger, f"R{number}", amount_fen=1, request_id=f"r{number}")
    worker = a_worker(ledger, FakeWallet(), FakeClock())
    assert [worker.run_once(), worker.run_once()] == [50, 1]


def test_a_trip_that_the_clock_set_back_forbids_is_not_counted(ledger: Ledger) -> None:
    wallet, time = FakeWallet(), FakeClock()
    keep(ledger, an_order(order_id="B2"))
    reserve(ledger, amount_fen=1, request_id="r1", now=NOW - timedelta(seconds=1))
    waiting = reserve(ledger, "B2", amount_fen=1, request_id="r2", not_before=NOW)

    def set_back(refund: Refund) -> Answer:
        time.forward(-60)
        return wallet.pay(refund)

    wallet.sends = [set_back]
    told: list[str] = []
    assert a_worker(ledger, wallet, time).run_once(lambda refund: told.append(refund.request_id)) == 1
    assert told == ["r1"]
    assert ledger.refund(waiting.refund_id) == waiting


def test_a_refund_that_breaks_a_rule_of_ours_stops_no_other(ledger: Ledger) -> None:
    first = reserve(ledger, amount_fen=1, request_id="first")
    reserve(ledger, amount_fen=1, request_id="second")
    wallet = FakeWallet()
    wallet.sends = [breaking_a_rule]
    heard: list[tuple[str, str]] = []
    trips = a_worker(ledger, wallet, FakeClock()).run_once(
        on_fault=lambda refund, fault: heard.append((refund.refund_id if refund else "", fault.code))
    )
    assert (trips, heard) == (1, [(first.refund_id, "broken")])


def test_a_ledger_that_is_away_is_tried_again(ledger: Ledger) -> None:
    time = FakeClock()
    refund = reserve(ledger)
    away = AwayLedger(ledger, rounds=2)
    worker = Worker(away, Dispatcher(ledger, {Wallet.WECHAT: FakeWallet()}, time.clock, 30), time.clock)
    heard: list[tuple[Refund | None, str]] = []
    rounds = iter([False] * 3 + [True])
    worker.run(lambda: next(rounds), on_fault=lambda about, fault: heard.append((about, fault.code)))
    assert heard == [(None, "ledger_away")] * 2
    found = ledger.refund(refund.refund_id)
    assert found is not None
    assert found.state is RefundState.SUCCEEDED


@pytest.mark.parametrize("fault", [Bug("broken"), LedgerFault("ledger_away")])
def test_a_fault_ends_the_work_where_nobody_hears_it(ledger: Ledger, fault: Fault) -> None:
    reserve(ledger)
    wallet, time = FakeWallet(), FakeClock()

    def fails(_refund: Refund) -> Answer:
        raise fault

    wallet.sends = [fails]
    with pytest.raises(type(fault)):
        a_worker(ledger, wallet, time).run(lambda: False)


def breaking_a_rule(_refund: Refund) -> Answer:
    raise Bug("broken")


class AwayLedger(Ledger):
    """A ledger whose server does not answer for a few rounds."""

    def __init__(self, ledger: Ledger, rounds: int) -> None:
        self._ledger, self._rounds = ledger, rounds

    def due(self, now: datetime, limit: int, accounts: Mapping[Wallet, str]) -> list[Refund]:
        if self._rounds:
            self._rounds -= 1
            raise LedgerFault("ledger_away")
        return self._ledger.due(now, limit, accounts)
