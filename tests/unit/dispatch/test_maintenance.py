"""In a maintenance window nothing is sent: refunds are written, wait for its end, and are no silence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from scanrefund.dispatch.alarms import AlarmLevel, alarm_level
from scanrefund.dispatch.dispatcher import PUT_OFF_MAX, Dispatcher
from scanrefund.dispatch.worker import Worker
from scanrefund.ledger.by_hand import ByHand, Hand
from scanrefund.ledger.holds import Holds
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.maintenance import Maintenance, Window
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Command, Refund, RefundState
from scanrefund.model.wallet import Wallet
from tests.unit.builders import NOW, FakeClock, FakeWallet, a_refund, answering, reserve

SEND, ASK = Command.SEND, Command.ASK
S = RefundState
NIGHT = Window(NOW - timedelta(minutes=1), NOW + timedelta(minutes=50), Wallet.WECHAT)
LONG = Window(NOW, NOW + timedelta(hours=8))


class Shop:
    """A worker, its wallet and its clock, with one window announced."""

    def __init__(self, ledger: Ledger, window: Window) -> None:
        self.ledger, self.wallet, self.time = ledger, FakeWallet(), FakeClock()
        planned = Maintenance((window,))
        self.dispatcher = Dispatcher(ledger, {Wallet.WECHAT: self.wallet}, self.time.clock, 30, planned)
        self.worker = Worker(ledger, self.dispatcher, self.time.clock)

    def commands(self) -> list[Command]:
        return [command for command, _number in self.wallet.trips]

    def now(self, refund: Refund) -> Refund:
        found = self.ledger.refund(refund.refund_id)
        assert found is not None
        return found

    def until(self, moment: datetime) -> Iterator[None]:
        """Rounds of the worker, a minute apart, until a moment has come."""
        while self.time.at < moment:
            self.worker.run_once()
            yield
            self.time.at += timedelta(minutes=1)


def test_a_refund_is_written_and_waits_and_goes_out_once_when_the_window_ends(ledger: Ledger) -> None:
    shop = Shop(ledger, NIGHT)
    refund = shop.dispatcher.dispatch(reserve(ledger))
    assert (refund.state, refund.sends, refund.next_try_at) == (S.READY, 0, NIGHT.ends)
    for _ in shop.until(NIGHT.ends):
        assert shop.commands() == []
    assert shop.worker.run_once() == 1
    assert (shop.commands(), shop.now(refund).state) == ([SEND], S.SUCCEEDED)


def test_a_window_that_ends_before_the_wallets_spacing_makes_nobody_look_too_early(ledger: Ledger) -> None:
    shop = Shop(ledger, NIGHT)
    later = NIGHT.ends + timedelta(seconds=30)
    refund = shop.dispatcher.dispatch(reserve(ledger, not_before=later))
    assert (refund.next_try_at, refund.epoch) == (later, 0)
    shop.time.at = NOW + timedelta(minutes=10)
    assert shop.dispatcher.dispatch(refund).epoch == 0


def test_a_long_window_is_looked_at_each_hour_and_sends_nothing(ledger: Ledger) -> None:
    shop = Shop(ledger, LONG)
    refund = reserve(ledger)
    looks = 0
    for _ in shop.until(LONG.ends):
        looks += 1
        planned = shop.now(refund).next_try_at
        assert planned is not None
        assert shop.time.at < planned <= shop.time.at + PUT_OFF_MAX
    assert (shop.commands(), shop.now(refund).epoch) == ([], 8)
    assert looks > 400
    shop.worker.run_once()
    assert shop.commands() == [SEND]


def test_what_moved_since_it_was_read_is_not_put_off(ledger: Ledger) -> None:
    shop = Shop(ledger, NIGHT)
    refund = reserve(ledger)
    Holds(ledger).put(refund.refund_id, Hand("Li", "look at it"), NOW)
    after = shop.dispatcher.dispatch(refund)
    assert (after.next_command, after.next_try_at, after.epoch) == (None, None, 1)


def test_a_window_that_is_taken_out_lets_the_refund_go(ledger: Ledger) -> None:
    shop = Shop(ledger, LONG)
    refund = shop.dispatcher.dispatch(reserve(ledger))
    cured = Dispatcher(ledger, {Wallet.WECHAT: shop.wallet}, shop.time.clock, 30)
    shop.time.at += PUT_OFF_MAX
    assert Worker(ledger, cured, shop.time.clock).run_once() == 1
    assert shop.now(refund).state is S.SUCCEEDED


def test_another_wallets_window_keeps_nothing_back(ledger: Ledger) -> None:
    shop = Shop(ledger, Window(NIGHT.begins, NIGHT.ends, Wallet.ALIPAY))
    assert shop.dispatcher.dispatch(reserve(ledger)).state is S.SUCCEEDED


def test_what_was_sent_before_is_asked_about_in_the_window_and_again_at_its_end(ledger: Ledger) -> None:
    shop = Shop(ledger, Window(NOW + timedelta(seconds=1), NOW + timedelta(minutes=50)))
    shop.wallet.sends = [answering(Outcome.UNKNOWN)]
    shop.wallet.asks = [answering(Outcome.UNKNOWN)] * 99
    refund = shop.dispatcher.dispatch(reserve(ledger))
    end = NOW + timedelta(minutes=50)
    for _ in shop.until(end):
        planned = shop.now(refund).next_try_at
        assert planned is not None
        assert planned <= end
    assert shop.commands()[:3] == [SEND, ASK, ASK]
    shop.wallet.asks = []
    shop.time.at = end
    shop.worker.run_once()
    assert shop.commands().count(SEND) == 1
    shop.worker.run_once()
    assert shop.commands()[-2:] == [ASK, SEND]
    assert shop.now(refund).state is S.SUCCEEDED


def test_what_was_just_sent_is_asked_about_no_sooner_because_a_window_ends(ledger: Ledger) -> None:
    shop = Shop(ledger, Window(NOW + timedelta(seconds=1), NOW + timedelta(seconds=3)))

    def slow(_refund: Refund) -> Answer:
        shop.time.at += timedelta(seconds=2)
        return Answer(Outcome.UNKNOWN)

    shop.wallet.sends = [slow]
    sent = shop.dispatcher.dispatch(reserve(ledger))
    assert sent.next_try_at is not None
    assert sent.next_try_at >= NOW + timedelta(seconds=10)


def test_a_wallet_that_wants_to_be_left_alone_beyond_the_window_is(ledger: Ledger) -> None:
    end = NOW + timedelta(minutes=50)
    shop = Shop(ledger, Window(NOW + timedelta(seconds=1), end))
    shop.wallet.sends = [answering(Outcome.UNKNOWN)]
    shop.wallet.asks = [lambda _refund: Answer(Outcome.UNKNOWN, "busy", wait_s=3_600)]
    refund = shop.dispatcher.dispatch(reserve(ledger))
    shop.time.at = NOW + timedelta(minutes=1)
    assert shop.dispatcher.dispatch(refund).next_try_at == shop.time.at + timedelta(hours=1)


def test_a_wallet_that_does_not_know_it_is_sent_it_again_only_after_the_window(ledger: Ledger) -> None:
    shop = Shop(ledger, Window(NOW + timedelta(seconds=1), NOW + timedelta(minutes=50)))
    shop.wallet.sends = [answering(Outcome.UNKNOWN)]
    refund = shop.dispatcher.dispatch(reserve(ledger))
    for _ in shop.until(NOW + timedelta(minutes=50)):
        assert shop.commands().count(SEND) == 1
    assert shop.now(refund).absent_asks == 1
    shop.worker.run_once()
    assert shop.commands() == [SEND, ASK, SEND]


def test_what_was_put_off_can_still_be_withdrawn_by_its_state(ledger: Ledger) -> None:
    refund = Shop(ledger, NIGHT).dispatcher.dispatch(reserve(ledger))
    assert (refund.state, refund.sends, refund.last_sent_at) == (S.READY, 0, None)
    assert ByHand(ledger).cancel(refund.refund_id, Hand("Li", "not wanted"), NOW).state is S.CANCELLED


@pytest.mark.parametrize(
    ("state", "minutes", "level"),
    [
        (S.READY, 51, AlarmLevel.NONE),
        (S.UNKNOWN, 52, AlarmLevel.CLERK),
        (S.PROCESSING, 79, AlarmLevel.CLERK),
        (S.READY, 80, AlarmLevel.SUPERVISOR),
        (S.WAIT_APPROVAL, 30, AlarmLevel.SUPERVISOR),
        (S.HELD, 30, AlarmLevel.SUPERVISOR),
        (S.PROCESSING, 7 * 24 * 60, AlarmLevel.WALLET_MAY_CLOSE),
    ],
)
def test_a_pause_is_no_silence_but_people_are_still_waited_for(
    state: RefundState, minutes: float, level: AlarmLevel
) -> None:
    planned = Maintenance((Window(NOW, NOW + timedelta(minutes=50)),))
    assert alarm_level(a_refund(state=state), NOW + timedelta(minutes=minutes), planned) is level
