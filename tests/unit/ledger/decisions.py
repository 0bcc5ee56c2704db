"""Refunds that wait for a person's decision, and what is written of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import update

from scanrefund.errors import UsageFault
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema import refunds
from scanrefund.ledger.trips import Lease
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Command, Refund, RefundState
from tests.unit.builders import NOW, reserve

S = RefundState
HAND = Hand("Li", "seen")
LEASE = Lease("counter1", 30)
NO_PLAN: dict[str, Any] = {"next_command": None, "next_try_at": None}


def trip(
    ledger: Ledger, refund: Refund, outcome: Outcome, new: RefundState, at: datetime = NOW, **news: Any
) -> Refund:
    """One send, or one ask of what is held, with what it told."""
    command = Command.ASK if refund.state is S.HELD else Command.SEND
    attempt = ledger.begin(refund, command, LEASE, at)
    assert attempt is not None
    return ledger.end(attempt, Answer(outcome), new, NO_PLAN | news, "", at)


def held(ledger: Ledger, **news: Any) -> Refund:
    return trip(ledger, reserve(ledger), Outcome.HELD, S.HELD, **news)


def closed(ledger: Ledger) -> Refund:
    return trip(ledger, reserve(ledger), Outcome.CLOSED, S.CLOSED)


def absent(ledger: Ledger, refund: Refund, at: datetime) -> Refund:
    return trip(ledger, refund, Outcome.ABSENT, S.HELD, at, absent_asks=refund.absent_asks + 1)


def reread(ledger: Ledger, refund: Refund) -> Refund:
    found = ledger.refund(refund.refund_id)
    assert found is not None
    return found


def refused(decide: Callable[[], object], code: str, **details: object) -> None:
    with pytest.raises(UsageFault) as caught:
        decide()
    assert (caught.value.code, caught.value.details) == (code, details)


def entries(ledger: Ledger, kind: str) -> list[tuple[str, str]]:
    with ledger.reading() as connection:
        query = f"SELECT subject, facts FROM book WHERE kind='{kind}'"
        return [(row.subject, row.facts) for row in connection.exec_driver_sql(query)]


def write(ledger: Ledger, refund: Refund, **values: object) -> None:
    """Something written in the refund's row that no door writes."""
    with ledger.writing() as connection:
        connection.execute(update(refunds).where(refunds.c.refund_id == refund.refund_id).values(values))
