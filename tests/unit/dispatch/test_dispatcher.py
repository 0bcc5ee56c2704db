from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.dispatch.next_step import ODD_ANSWERS_MAX
from scanrefund.errors import Bug
from scanrefund.ledger.engine import reading
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.money import Money
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Command, Refund, RefundState
from scanrefund.model.wallet import Wallet
from scanrefund.wallets.gateway import WalletGateway
from tests.unit.builders import ORDER, FakeClock, FakeWallet, Killed, a_refund, answering, killed, reserve

LEASE_S = 30
Script = Callable[[Refund], Answer]


class Counter:
    """One dispatcher with its wallet and its clock."""

    def __init__(
        self, ledger: Ledger, wallet: FakeWallet | None = None, clock: FakeClock | None = None
    ) -> None:
        self.ledger = ledger
        self.wallet = wallet or FakeWallet()
        self.time = clock or FakeClock()
        gateways: Mapping[Wallet, WalletGateway] = {Wallet.WECHAT: self.wallet}
        self.dispatcher = Dispatcher(ledger, gateways, self.time.clock, LEASE_S)

    def trip(self, refund: Refund) -> Refund:
        """Wait until the next trip is due, and make it."""
        if refund.next_try_at is not None:
            self.time.at = max(self.time.at, refund.next_try_at)
        return self.dispatcher.dispatch(refund)

    def play(self, sends: list[Script], asks: list[Script], trips: int) -> list[RefundState]:
        self.wallet.sends, self.wallet.asks = sends, asks
        refund = reserve(self.ledger)
        states = []
        for _ in range(trips):
            refund = self.trip(refund)
            states.append(refund.state)
        return states


@pytest.fixture
def counter(ledger: Ledger) -> Counter:
    return Counter(ledger)


def end_unknown(counter: Counter, refund: Refund) -> Refund:
    """The refund after one send that told nothing."""
    counter.wallet.sends = [answering(Outcome.UNKNOWN)]
    return counter.trip(refund)


def commands(counter: Counter) -> list[Command]:
    return [command for command, _number in counter.wallet.trips]


S = RefundState
SEND, ASK = Command.SEND, Command.ASK


def test_a_refund_that_goes_well_takes_one_trip(counter: Counter) -> None:
    assert counter.play([], [], 1) == [S.SUCCEEDED]
    assert commands(counter) == [SEND]


def test_a_reply_lost_after_the_wallet_acted_is_asked_about_and_not_sent_again(counter: Counter) -> None:
    def lost(refund: Refund) -> Answer:
        counter.wallet.pay(refund)
        return Answer(Outcome.UNKNOWN, "timeout")

    assert counter.play([lost], [], 2) == [S.UNKNOWN, S.SUCCEEDED]
    assert commands(counter) == [SEND, ASK]


def test_a_send_lost_on_the_way_is_asked_about_and_sent_again_under_the_same_number(counter: Counter) -> None:
    assert counter.play([answering(Outcome.UNKNOWN)], [], 3) == [S.UNKNOWN, S.UNKNOWN, S.SUCCEEDED]
    assert commands(counter) == [SEND, ASK, SEND]
    assert len({number for _command, number in counter.wallet.trips}) == 1
    assert [len(bodies) for bodies in counter.wallet.bodies.values()] == [1]


def test_an_accepted_refund_is_asked_about_until_it_ends(counter: Counter) -> None:
    states = counter.play([counter.wallet.accept], [counter.wallet.tell, counter.wallet.pay], 3)
    assert states == [S.PROCESSING, S.PROCESSING, S.SUCCEEDED]


def test_a_refused_refund_that_the_wallet_does_not_know_is_closed(counter: Counter) -> None:
    assert counter.play([answering(Outcome.DECLINED)], [], 2) == [S.UNKNOWN, S.CLOSED]
    order = counter.ledger.order(ORDER.order_id)
    assert order is not None
    assert order.remaining == ORDER.amount


def test_a_refusal_after_an_unknown_is_held_for_a_person(counter: Counter) -> None:
    sends = [answering(Outcome.UNKNOWN), answering(Outcome.DECLINED)]
    assert counter.play(sends, [], 4) == [S.UNKNOWN, S.UNKNOWN, S.UNKNOWN, S.HELD]
    order = counter.ledger.order(ORDER.order_id)
    assert order is not None
    assert order.wallet_reserved == Money(2_500)


def test_a_refusal_because_it_was_done_already_is_found_out(counter: Counter) -> None:
    def lost(refund: Refund) -> Answer:
        counter.wallet.pay(refund)
        return Answer(Outcome.UNKNOWN, "timeout")

    states = counter.play([lost, answering(Outcome.DECLINED)], [answering(Outcome.ABSENT)], 4)
    assert states[-1] is S.SUCCEEDED


def test_what_never_left_is_sent_again_without_an_ask(counter: Counter) -> None:
    assert counter.play([answering(Outcome.NOT_SENT)] * 2, [], 3) == [S.UNKNOWN, S.UNKNOWN, S.SUCCEEDED]
    assert commands(counter) == [SEND, SEND, SEND]


def test_an_interrupted_send_is_asked_about_and_never_closed(counter: Counter) -> None:
    refund = reserve(counter.ledger)
    counter.wallet.sends = [killed]
    with pytest.raises(Killed):
        counter.dispatcher.dispatch(refund)
    found = counter.ledger.refund(refund.refund_id)
    assert found is not None
    assert found.state is S.SENDING
    assert counter.dispatcher.dispatch(found) == found
    counter.time.forward(LEASE_S)
    recovered = counter.dispatcher.dispatch(found)
    assert (recovered.state, recovered.next_command, recovered.ever_unknown) == (S.UNKNOWN, ASK, True)
    assert (recovered.outcome, recovered.wallet_code) == (Outcome.UNKNOWN, "interrupted")
    assert commands(counter) == [SEND]
    assert counter.trip(recovered).next_command is SEND


def test_of_two_counters_one_makes_the_trip(counter: Counter) -> None:
    refund = reserve(counter.ledger)
    other = Counter(counter.ledger, counter.wallet, counter.time)
    first = counter.dispatcher.dispatch(refund)
    assert other.dispatcher.dispatch(refund) == first
    assert len(counter.wallet.trips) == 1


def test_an_answer_that_comes_after_another_took_over_changes_nothing(counter: Counter) -> None:
    other = Counter(counter.ledger, FakeWallet(), counter.time)

    def slow(refund: Refund) -> Answer:
        counter.time.forward(LEASE_S)
        other.dispatcher.dispatch(refund)
        return Answer(Outcome.DECLINED, "late")

    states = counter.play([slow], [], 1)
    assert states == [S.UNKNOWN]
    [refund] = counter.ledger.refunds()
    assert (refund.ever_unknown, refund.declined_code) == (True, "")


@pytest.mark.parametrize("setting", ["no wallet", "another account"])
def test_a_refund_of_an_account_that_is_not_set_up_here_is_left_alone(counter: Counter, setting: str) -> None:
    refund = reserve(counter.ledger)
    unknown = end_unknown(counter, refund)
    dispatcher = counter.dispatcher
    if setting == "another account":
        counter.wallet.account = "another"
    else:
        dispatcher = Dispatcher(counter.ledger, {}, counter.time.clock, LEASE_S)
    assert dispatcher.dispatch(unknown) == unknown
    assert dispatcher.ask(unknown) == unknown
    assert commands(counter) == [SEND]


def test_what_never_went_out_cannot_be_asked_about(counter: Counter) -> None:
    refund = reserve(counter.ledger)
    assert counter.dispatcher.ask(refund) == refund
    assert counter.wallet.trips == []


def test_a_refund_that_is_not_in_the_books_is_a_bug(counter: Counter) -> None:
    with pytest.raises(Bug) as caught:
        counter.dispatcher.dispatch(a_refund(refund_id="SRT_gone"))
    assert (caught.value.code, caught.value.details) == ("refund_vanished", {"refund_id": "SRT_gone"})


def test_a_refund_a_person_holds_makes_no_trip(counter: Counter) -> None:
    assert counter.play([answering(Outcome.HELD, "NOT_ENOUGH")], [], 3) == [S.HELD] * 3
    assert commands(counter) == [SEND]


def test_a_held_refund_keeps_its_cause_while_asks_tell_nothing(counter: Counter) -> None:
    sends = [answering(Outcome.UNKNOWN), answering(Outcome.HELD, "NOT_ENOUGH")]
    asks = [answering(Outcome.ABSENT), answering(Outcome.UNKNOWN, "timeout")]
    assert counter.play(sends, asks, 4)[-1] is S.HELD
    [refund] = counter.ledger.refunds()
    assert refund.wallet_code == "NOT_ENOUGH"


def test_an_answer_without_a_number_leaves_the_known_one(counter: Counter) -> None:
    counter.play([counter.wallet.accept], [answering(Outcome.UNKNOWN)], 2)
    [refund] = counter.ledger.refunds()
    assert refund.wallet_refund_id == "5030000000"


def alarms(counter: Counter) -> list[str]:
    with reading(counter.ledger._engine) as connection:
        rows = connection.exec_driver_sql("SELECT facts FROM book WHERE kind='alarm' ORDER BY number")
        return [row.facts for row in rows]


def test_what_a_person_must_cure_is_in_the_book_as_an_alarm(counter: Counter) -> None:
    counter.play([answering(Outcome.HELD, "NOT_ENOUGH")], [], 1)
    assert alarms(counter) == ['{"alarm":"NOT_ENOUGH"}']


def test_the_first_ask_that_no_longer_finds_an_accepted_refund_alarms_and_the_second_does_not(
    counter: Counter,
) -> None:
    counter.play([counter.wallet.accept], [answering(Outcome.ABSENT)] * 3, 4)
    assert alarms(counter) == ['{"alarm":"absent_after_accepted"}']


def test_the_fifth_answer_that_no_table_knows_holds_the_refund(counter: Counter) -> None:
    def odd(_refund: Refund) -> Answer:
        return Answer(Outcome.UNKNOWN, "NEW_CODE", alarm=True)

    states = counter.play([odd], [odd] * ODD_ANSWERS_MAX, ODD_ANSWERS_MAX)
    assert states == [S.UNKNOWN] * (ODD_ANSWERS_MAX - 1) + [S.HELD]
    assert alarms(counter)[-1] == '{"alarm":"odd_answers"}'


def test_after_one_open_send_what_never_left_is_asked_about_first(counter: Counter) -> None:
    counter.play([answering(Outcome.UNKNOWN), answering(Outcome.NOT_SENT)], [], 4)
    assert commands(counter) == [SEND, ASK, SEND, ASK]


@pytest.mark.parametrize(("code", "kept"), [("NO", "NO"), ("", "declined")])
def test_a_refusal_is_remembered_with_or_without_a_code(counter: Counter, code: str, kept: str) -> None:
    counter.play([lambda _refund: Answer(Outcome.DECLINED, code)], [answering(Outcome.UNKNOWN)], 2)
    [refund] = counter.ledger.refunds()
    assert refund.declined_code == kept
    assert counter.trip(refund).state is S.CLOSED


def test_where_the_money_went_is_kept_until_the_wallet_says_otherwise(counter: Counter) -> None:
    told = Answer(Outcome.PROCESSING, received_account="CMB 0403")
    counter.play([lambda _refund: told], [answering(Outcome.PROCESSING)], 2)
    [refund] = counter.ledger.refunds()
    assert (refund.received_account, refund.wallet_refund_id) == ("CMB 0403", "")


def test_what_an_ask_tells_is_kept_as_what_a_send_tells(counter: Counter) -> None:
    first = Answer(Outcome.PROCESSING, "WAIT", wallet_refund_id="503")
    last = Answer(Outcome.SUCCEEDED, "DONE", wallet_refund_id="503", received_account="CMB 0403")
    counter.wallet.sends = [answering(Outcome.PROCESSING)]
    counter.wallet.asks = [lambda _refund: first, lambda _refund: last]
    refund = counter.trip(counter.trip(reserve(counter.ledger)))
    assert (refund.outcome, refund.wallet_code, refund.wallet_refund_id) == (
        Outcome.PROCESSING,
        "WAIT",
        "503",
    )
    refund = counter.trip(refund)
    assert (refund.outcome, refund.wallet_code) == (Outcome.SUCCEEDED, "DONE")
    assert refund.received_account == "CMB 0403"


def test_a_second_look_leaves_an_end_its_cause(counter: Counter) -> None:
    counter.play([lambda _refund: Answer(Outcome.SUCCEEDED, "SUCCESS", wallet_refund_id="503")], [], 1)
    [refund] = counter.ledger.refunds()
    counter.wallet.asks = [lambda _refund: Answer(Outcome.ABSENT, "NOT_FOUND", wallet_refund_id="504")]
    again = counter.dispatcher.ask(refund)
    assert (again.outcome, again.wallet_code) == (Outcome.SUCCEEDED, "SUCCESS")
    assert again.wallet_refund_id == "503"


def test_every_trip_leaves_an_attempt_and_an_entry(counter: Counter) -> None:
    counter.play([answering(Outcome.UNKNOWN)], [], 3)
    with reading(counter.ledger._engine) as connection:
        attempts = connection.exec_driver_sql("SELECT command, outcome FROM attempts").fetchall()
        entries = connection.exec_driver_sql("SELECT 1 FROM book WHERE kind='attempt_ended'").fetchall()
    assert [tuple(row) for row in attempts] == [("SEND", "UNKNOWN"), ("ASK", "ABSENT"), ("SEND", "SUCCEEDED")]
    assert len(entries) == 3
    assert counter.ledger.first_broken_entry() is None
