"""Slips and messages on both databases: one number for each print, one worker for each message."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.outbox import Outbox
from scanrefund.ledger.prints import Prints
from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import RefundState
from tests.unit.aftercare.posting import HandWay, a_post, moved, refusing, told_refund
from tests.unit.builders import KEYS, NOW, FakeClock, reserve

AT_ONCE = 6


def test_prints_at_once_have_a_number_each(ledger: Ledger) -> None:
    refund = reserve(ledger)
    prints = Prints(ledger)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        made = pool.map(lambda _: prints.begin(refund.refund_id, "pdf", "", NOW), range(AT_ONCE))
        assert sorted(made) == list(range(1, AT_ONCE + 1))
    assert ledger.first_broken_entry() is None


def test_a_print_that_came_to_nothing_is_taken_back_only_while_it_is_the_last(ledger: Ledger) -> None:
    refund = reserve(ledger)
    prints = Prints(ledger)
    first = prints.begin(refund.refund_id, "printer", "", NOW)
    second = prints.begin(refund.refund_id, "printer", "", NOW)
    prints.take_back(refund.refund_id, first, NOW)
    assert prints.count(refund.refund_id) == 2
    prints.take_back(refund.refund_id, second, NOW)
    assert prints.count(refund.refund_id) == 1


def test_of_workers_at_once_one_delivers(ledger: Ledger) -> None:
    moved(ledger, told_refund(ledger), RefundState.SUCCEEDED, Outcome.SUCCEEDED)
    way = HandWay()
    posts = [a_post(ledger, FakeClock(), way) for _ in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert sum(pool.map(lambda post: post.deliver_due(), posts)) == 1
    assert way.tries == 1


def test_a_message_is_given_up_with_an_alarm(ledger: Ledger) -> None:
    moved(ledger, told_refund(ledger), RefundState.CLOSED, Outcome.CLOSED)
    a_post(ledger, FakeClock(), HandWay([refusing])).deliver_due()
    (message,) = Outbox(ledger, KEYS).listed(unsent_only=True, limit=9)
    assert (message.given_up_at, message.trouble) == (NOW, "smtp_550")
    assert ledger.first_broken_entry() is None
