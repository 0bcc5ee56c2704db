from __future__ import annotations

from datetime import timedelta

from scanrefund.ledger.by_hand import ByHand, Hand
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.story import last_trips, story
from scanrefund.ledger.trips import Lease
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Command, RefundState
from scanrefund.model.wallet import Wallet
from tests.unit.builders import NOW, reserve

LEASE = Lease("test", 30)
LATER = NOW + timedelta(seconds=2)


def test_a_refund_tells_what_was_decided_what_travelled_and_how_it_moved(ledger: Ledger) -> None:
    refund = reserve(ledger, clerk="S1")
    attempt = ledger.begin(refund, Command.SEND, LEASE, NOW + timedelta(seconds=1))
    assert attempt is not None
    held = Answer(Outcome.HELD, "NOT_ENOUGH")
    ledger.end(attempt, held, RefundState.HELD, {}, "balance_short", LATER)
    ByHand(ledger).release(refund.refund_id, Hand("boss", "topped up"), LATER + timedelta(seconds=1))
    with ledger.reading() as connection:
        told = story(connection, refund.refund_id)
        trips = last_trips(connection)
    assert [(one.what, one.who) for one in told] == [
        ("refund_reserved", "S1"),
        ("send", ""),
        ("move", ""),
        ("answer", ""),
        ("move", ""),
        ("alarm", ""),
        ("refund_released", "boss"),
    ]
    assert told[3].detail["code"] == "NOT_ENOUGH"
    assert (told[4].detail["old_state"], told[4].detail["new_state"]) == ("SENDING", "HELD")
    assert told[6].detail["why"] == "topped up"
    assert [(one.wallet, one.outcome, one.at) for one in trips] == [(Wallet.WECHAT, "HELD", LATER)]


def test_a_refund_that_is_not_there_has_no_story(ledger: Ledger) -> None:
    with ledger.reading() as connection:
        assert story(connection, "SRT_shop1_00000000000000000000_01") == []
        assert last_trips(connection) == []
