"""What may leave, and what of an old copy waits for its order's look-up."""

from __future__ import annotations

import pytest

from scanrefund.errors import UsageFault
from scanrefund.ledger import behind
from scanrefund.ledger.by_hand import ByHand, Hand
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.trips import Lease
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Command, Refund, RefundState
from tests.unit.builders import NOW, ORDER, reserve

LEASE = Lease("counter1", 30)
HAND = Hand("Li", "asked the owner")


def begins(ledger: Ledger, refund: Refund, command: Command = Command.SEND) -> bool:
    return ledger.begin(refund, command, LEASE, NOW) is not None


def ended(ledger: Ledger, new: RefundState) -> Refund:
    """A refund whose first send ended so, in books that are then noticed to be an old copy."""
    attempt = ledger.begin(reserve(ledger), Command.SEND, LEASE, NOW)
    assert attempt is not None
    plan = {"next_command": "SEND", "next_try_at": NOW}
    ledger.end(attempt, Answer(Outcome.UNKNOWN, "timeout"), new, plan, "", NOW)
    with ledger.writing() as connection:
        behind.note(connection, NOW)
        connection.exec_driver_sql("UPDATE refunds SET next_command='SEND'")
    return the_row(ledger, attempt.refund)


def the_row(ledger: Ledger, refund: Refund) -> Refund:
    found = ledger.refund(refund.refund_id)
    assert found is not None
    return found


def entries(ledger: Ledger, kind: str) -> list[tuple[str, str]]:
    with ledger.reading() as connection:
        found = connection.exec_driver_sql(f"SELECT subject, facts FROM book WHERE kind='{kind}'")
        return [(str(row.subject), str(row.facts)) for row in found]


def test_each_send_is_in_the_book_before_it_leaves_and_no_ask_is(ledger: Ledger) -> None:
    ready = reserve(ledger)
    assert begins(ledger, ready)
    assert entries(ledger, "send_begun") == [(ready.refund_id, '{"sends":1}')]
    assert not begins(ledger, ready)
    assert len(entries(ledger, "send_begun")) == 1


def test_an_ask_is_not_told(ledger: Ledger) -> None:
    assert begins(ledger, ended(ledger, RefundState.UNKNOWN), Command.ASK)
    assert len(entries(ledger, "send_begun")) == 1


@pytest.mark.parametrize("state", [RefundState.UNKNOWN, RefundState.HELD])
def test_what_an_old_copy_would_send_is_asked_about_until_its_order_is_looked_up(
    ledger: Ledger, state: RefundState
) -> None:
    refund = ended(ledger, state)
    assert not begins(ledger, refund)
    waiting = the_row(ledger, refund)
    assert (waiting.state, waiting.next_command) == (state, Command.ASK)
    assert waiting.next_try_at == NOW + behind.ASK_AGAIN
    assert (waiting.sends, entries(ledger, "alarm")) == (1, [])
    with ledger.writing() as connection:
        behind.looked_up(connection, ORDER.order_id, NOW)
    assert begins(ledger, waiting)


def test_what_is_held_is_not_released_before_its_order_is_looked_up(ledger: Ledger) -> None:
    held = ended(ledger, RefundState.HELD)
    with pytest.raises(UsageFault) as caught:
        ByHand(ledger).release(held.refund_id, HAND, NOW)
    assert caught.value.code == "release_while_behind"
    with ledger.writing() as connection:
        behind.looked_up(connection, ORDER.order_id, NOW)
    assert ByHand(ledger).release(held.refund_id, HAND, NOW).released
