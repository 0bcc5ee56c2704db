"""The time line of one refund: what was decided, what travelled, how it moved; from three tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select

from scanrefund.ledger.schema import attempts, book, moves, refunds
from scanrefund.model.wallet import Wallet

# What the other two tables tell already.
_TOLD_ELSEWHERE: Final = frozenset({"send_begun", "attempt_ended"})

_TRIPS: Final = select(attempts).where(attempts.c.refund_id == bindparam("this"))
_MOVES: Final = select(moves).where(moves.c.refund_id == bindparam("this"))
_ENTRIES: Final = select(book).where(book.c.subject == bindparam("this"))
_SIGNED: Final = select(refunds.c.clerk, refunds.c.counter).where(refunds.c.refund_id == bindparam("this"))
_LAST_TRIPS: Final = (
    select(refunds.c.wallet, attempts.c.ended_at, attempts.c.outcome, attempts.c.code)
    .join(refunds, refunds.c.refund_id == attempts.c.refund_id)
    .where(
        attempts.c.attempt_id.in_(
            select(func.max(attempts.c.attempt_id))
            .join(refunds, refunds.c.refund_id == attempts.c.refund_id)
            .where(attempts.c.ended_at.is_not(None))
            .group_by(refunds.c.wallet)
        )
    )
)


@dataclass(frozen=True, slots=True)
class Happened:
    """One line: `what` is `send`, `ask` or `answer` for a trip, `move` for a state, else the book's own kind.

    `detail` holds what its sentence needs: outcome, code, states, reasons; never a payment code.
    """

    at: datetime
    what: str
    who: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LastTrip:
    """How the last trip to a wallet ended."""

    wallet: Wallet
    at: datetime
    outcome: str
    code: str


def story(connection: Connection, refund_id: str) -> list[Happened]:
    """Everything that happened to a refund, oldest first; empty for a refund that is not there."""
    this = {"this": refund_id}
    signed = connection.execute(_SIGNED, this).one_or_none()
    if signed is None:
        return []
    told = [*_trips(connection, this), *_moves(connection, this)]
    told += _entries(connection, this, by=signed.clerk or signed.counter)
    return sorted(told, key=lambda one: one.at)


def last_trips(connection: Connection) -> list[LastTrip]:
    """The newest trip that ended, of each wallet that has one."""
    rows = connection.execute(_LAST_TRIPS)
    return [LastTrip(Wallet(row.wallet), row.ended_at, row.outcome or "", row.code) for row in rows]


def _trips(connection: Connection, this: dict[str, str]) -> Iterator[Happened]:
    for row in connection.execute(_TRIPS, this):
        yield Happened(row.begun_at, row.command.lower())
        if row.ended_at is not None:
            yield Happened(
                row.ended_at,
                "answer",
                detail={"outcome": row.outcome, "code": row.code, "wallet_request_id": row.wallet_request_id},
            )


def _moves(connection: Connection, this: dict[str, str]) -> Iterator[Happened]:
    for row in connection.execute(_MOVES, this):
        detail = {"old_state": row.old_state, "new_state": row.new_state, "cause": row.cause}
        yield Happened(row.at, "move", detail=detail)


def _entries(connection: Connection, this: dict[str, str], by: str) -> Iterator[Happened]:
    for row in connection.execute(_ENTRIES, this):
        if row.kind in _TOLD_ELSEWHERE:
            continue
        facts = json.loads(row.facts)
        who = str(facts.pop("by", "") or (by if row.kind == "refund_reserved" else ""))
        yield Happened(row.at, row.kind, who, facts)
