from __future__ import annotations

from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.dispatch.worker import PAUSE_S, ROUND_MAX, Worker
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import RefundState
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
    assert (time.at - NOW).total_seconds() == 3 * PAUSE_S


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
