"""Trips to a wallet: each written before it starts and after it ends, each move along `MOVES` or a Bug."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update

from scanrefund.errors import Bug
from scanrefund.ledger import orders
from scanrefund.ledger.refunds import is_free, required
from scanrefund.ledger.schema import attempts, moves, refunds
from scanrefund.model.outcome import Answer
from scanrefund.model.refund import TERMINAL, Command, Refund, RefundState, may_move

# Enough of a wallet's text to read aloud to its support, not enough to fill a disk.
MESSAGE_CHARS_MAX: Final = 300


@dataclass(frozen=True, slots=True)
class Attempt:
    """One trip begun: which refund, what for, under which epoch."""

    attempt_id: int
    refund: Refund
    command: Command


@dataclass(frozen=True, slots=True)
class Lease:
    """Who works on a refund, and for how long the others keep off. Politeness; numbers are the safety."""

    owner: str
    length_s: int


def begin(
    connection: Connection, refund: Refund, command: Command, lease: Lease, now: datetime
) -> Attempt | None:
    """Commit to one trip before it starts. None when another worker has it or it moved meanwhile."""
    state = RefundState.SENDING if command is Command.SEND else refund.state
    sends = 1 if command is Command.SEND else 0
    if not _claim(connection, refund.refund_id):
        return None
    taken = connection.execute(
        update(refunds)
        .where(
            refunds.c.refund_id == refund.refund_id,
            refunds.c.state == refund.state.value,
            refunds.c.epoch == refund.epoch,
            is_free(now),
        )
        .values(
            state=state.value,
            epoch=refund.epoch + 1,
            **_held_by(lease, now),
            sends=refunds.c.sends + sends,
            asks=refunds.c.asks + (1 - sends),
            absent_asks=0 if command is Command.SEND else refunds.c.absent_asks,
            last_sent_at=now if command is Command.SEND else refunds.c.last_sent_at,
        )
    )
    if taken.rowcount != 1:
        return None
    _note_move(connection, refund.refund_id, refund.state, state, now, command.value)
    attempt_id = _note_attempt(connection, refund, command, lease, now)
    return Attempt(attempt_id, required(connection, refund.refund_id), command)


def end(
    connection: Connection,
    attempt: Attempt,
    answer: Answer,
    changes: dict[str, Any],
    new: RefundState,
    now: datetime,
) -> bool:
    """Write what a trip told, and the move it causes. False when the refund moved on without us."""
    refund = attempt.refund
    _end_attempt(connection, attempt, answer, now)
    moved = connection.execute(
        update(refunds)
        .where(
            refunds.c.refund_id == refund.refund_id,
            refunds.c.state == refund.state.value,
            refunds.c.epoch == refund.epoch,
        )
        .values(
            state=new.value,
            lease_owner="",
            lease_until=None,
            ended_at=now if new in TERMINAL else None,
            **changes,
        )
    )
    if moved.rowcount != 1:
        return False
    orders.give_back(connection, refund.order_id, refund.amount, refund.state, new)
    _note_move(connection, refund.refund_id, refund.state, new, now, answer.code or answer.outcome.value)
    return True


def take_over(connection: Connection, refund: Refund, lease: Lease, now: datetime) -> Attempt | None:
    """The last trip of a refund left in SENDING, once its lease has run out; None while it holds."""
    if not _claim(connection, refund.refund_id):
        return None
    taken = connection.execute(
        update(refunds)
        .where(
            refunds.c.refund_id == refund.refund_id,
            refunds.c.state == RefundState.SENDING.value,
            refunds.c.epoch == refund.epoch,
            is_free(now),
        )
        .values(epoch=refund.epoch + 1, **_held_by(lease, now))
    )
    if taken.rowcount != 1:
        return None
    attempt_id = connection.execute(
        select(func.max(attempts.c.attempt_id)).where(attempts.c.refund_id == refund.refund_id)
    ).scalar_one()
    return Attempt(attempt_id, required(connection, refund.refund_id), Command.SEND)


def _claim(connection: Connection, refund_id: str) -> bool:
    """Lock the row, or pass by at once where another worker is at it (PostgreSQL; SQLite locks the file)."""
    row = select(refunds.c.refund_id).where(refunds.c.refund_id == refund_id)
    return connection.execute(row.with_for_update(skip_locked=True, key_share=True)).first() is not None


def _held_by(lease: Lease, now: datetime) -> dict[str, Any]:
    return {"lease_owner": lease.owner, "lease_until": now + timedelta(seconds=lease.length_s)}


def _note_move(
    connection: Connection, refund_id: str, old: RefundState, new: RefundState, now: datetime, cause: str
) -> None:
    if not may_move(old, new):
        raise Bug("illegal_move", refund_id=refund_id, old=old.value, new=new.value)
    if old is not new:
        row = {
            "refund_id": refund_id,
            "old_state": old.value,
            "new_state": new.value,
            "at": now,
            "cause": cause,
        }
        connection.execute(insert(moves).values(**row))


def _note_attempt(
    connection: Connection, refund: Refund, command: Command, lease: Lease, now: datetime
) -> int:
    noted = connection.execute(
        insert(attempts).values(
            refund_id=refund.refund_id,
            command=command.value,
            account=refund.account,
            body_sha256=hashlib.sha256(refund.body).hexdigest(),
            owner=lease.owner,
            begun_at=now,
        )
    )
    key = noted.inserted_primary_key
    if key is None:
        raise Bug("attempt_without_key", refund_id=refund.refund_id)
    return int(key[0])


def _end_attempt(connection: Connection, attempt: Attempt, answer: Answer, now: datetime) -> None:
    connection.execute(
        update(attempts)
        .where(attempts.c.attempt_id == attempt.attempt_id)
        .values(
            ended_at=now,
            outcome=answer.outcome.value,
            code=answer.code,
            message=answer.message[:MESSAGE_CHARS_MAX],
            http_status=answer.http_status,
            wallet_request_id=answer.wallet_request_id,
            signature=answer.signature.value,
        )
    )
