"""Trips to a wallet: each written before it starts and after it ends, each move along `MOVES` or a Bug."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, true, update

from scanrefund.errors import Bug
from scanrefund.ledger import orders
from scanrefund.ledger.refunds import AHEAD_MAX, is_free, required
from scanrefund.ledger.schema import attempts, moves, refunds
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import FACT_MOVES, TERMINAL, Command, Refund, RefundState, may_move
from scanrefund.model.wallet import FACTS

# Enough of a wallet's text to read aloud to its support, not enough to fill a disk.
MESSAGE_CHARS_MAX: Final = 300

# Outcomes that go against a refund believed to be closed or never sent.
_AGAINST_CLOSED: Final = frozenset(
    {Outcome.SUCCEEDED, Outcome.RETURNED_TO_MERCHANT, Outcome.PROCESSING, Outcome.ABNORMAL}
)


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
    """Commit to one trip before it starts.

    None when another worker has it, it moved meanwhile, or the wallet's spacing is not over. Raises Bug when
    the body is not the one that went out before.
    """
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
            may_go(command, now),
        )
        .values(
            state=state.value,
            epoch=refund.epoch + 1,
            **_held_by(lease, now),
            sends=refunds.c.sends + sends,
            asks=refunds.c.asks + (1 - sends),
            **(_of_send(now) if command is Command.SEND else {}),
        )
    )
    if taken.rowcount != 1:
        return None
    _move(connection, refund, state, now, command.value)
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
    if answer.code in FACTS[refund.wallet].other_content_codes:
        # A mistake of ours or a stranger's number: until somebody has looked, the order's rest is not known.
        orders.freeze(connection, refund.order_id, "number_in_use")
    ended_at = {} if new is refund.state else {"ended_at": now if new in TERMINAL else None}
    moved = connection.execute(
        update(refunds)
        .where(
            refunds.c.refund_id == refund.refund_id,
            refunds.c.state == refund.state.value,
            refunds.c.epoch == refund.epoch,
        )
        .values(state=new.value, lease_owner="", lease_until=None, **ended_at, **changes)
    )
    if moved.rowcount != 1:
        return _look_again(connection, refund, answer, now)
    _move(connection, refund, new, now, answer.code or answer.outcome.value, fact=answer.outcome)
    return True


def _look_again(connection: Connection, refund: Refund, answer: Answer, now: datetime) -> bool:
    """An answer that came after another took over decides nothing, but what it tells may be news.

    Where the refund has ended otherwise, the wallet is asked once more. Always False.
    """
    if answer.outcome in _AGAINST_CLOSED:
        connection.execute(
            update(refunds)
            .where(
                refunds.c.refund_id == refund.refund_id,
                refunds.c.state.in_([RefundState.CLOSED.value, RefundState.CANCELLED.value]),
            )
            .values(next_command=Command.ASK.value, next_try_at=now)
        )
    return False


def decide(
    connection: Connection,
    refund: Refund,
    new: RefundState,
    now: datetime,
    cause: str,
    changes: Mapping[str, object],
) -> bool:
    """Write what a person decided about a refund on which nobody works. False when somebody does.

    Raises Bug for a move that the table does not allow.
    """
    ended_at = {"ended_at": now} if new in TERMINAL else {}
    moved = connection.execute(
        update(refunds)
        .where(
            refunds.c.refund_id == refund.refund_id,
            refunds.c.state == refund.state.value,
            refunds.c.epoch == refund.epoch,
            is_free(now),
        )
        .values(state=new.value, epoch=refund.epoch + 1, **ended_at, **changes)
    )
    if moved.rowcount != 1:
        return False
    _move(connection, refund, new, now, cause)
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


def _of_send(now: datetime) -> dict[str, Any]:
    return {"absent_asks": 0, "last_sent_at": now, "released": False}


def may_go(command: Command, now: datetime) -> ColumnElement[bool]:
    """A send waits for the wallet's spacing; a time further ahead was written by a clock that ran wrong."""
    wait = refunds.c.not_before
    if command is Command.ASK:
        return true()
    return or_(wait.is_(None), wait <= now, wait > now + AHEAD_MAX)


def _move(
    connection: Connection,
    refund: Refund,
    new: RefundState,
    now: datetime,
    cause: str,
    fact: Outcome | None = None,
) -> None:
    """Note a written move and count it in the caps.

    Raises Bug for one that no table allows. An ended refund moves only by a fact, and freezes its order.
    """
    old = refund.state
    by_fact = fact is not None and fact.value == new.value and (old, new) in FACT_MOVES
    if not may_move(old, new) and not by_fact:
        raise Bug("illegal_move", refund_id=refund.refund_id, old=old.value, new=new.value)
    if old is new:
        return
    row = {"old_state": old.value, "new_state": new.value, "at": now, "cause": cause}
    connection.execute(insert(moves).values(refund_id=refund.refund_id, **row))
    if by_fact:
        orders.freeze(connection, refund.order_id, "fact_against_end")
    count(connection, refund, new)


def count(connection: Connection, refund: Refund, new: RefundState) -> None:
    """Count a written move in the order's caps; a fact they cannot hold is marked and freezes the order."""
    if orders.count(connection, refund.order_id, refund.amount, refund.state, new):
        return
    beyond = update(refunds).where(refunds.c.refund_id == refund.refund_id).values(beyond_cap=True)
    connection.execute(beyond)
    orders.freeze(connection, refund.order_id, "beyond_cap")


def _note_attempt(
    connection: Connection, refund: Refund, command: Command, lease: Lease, now: datetime
) -> int:
    body_sha256 = hashlib.sha256(refund.body).hexdigest()
    others = select(attempts.c.attempt_id).where(
        attempts.c.refund_id == refund.refund_id, attempts.c.body_sha256 != body_sha256
    )
    if connection.execute(others.limit(1)).first() is not None:
        raise Bug("body_changed", refund_id=refund.refund_id)
    noted = connection.execute(
        insert(attempts).values(
            refund_id=refund.refund_id,
            command=command.value,
            account=refund.account,
            body_sha256=body_sha256,
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
