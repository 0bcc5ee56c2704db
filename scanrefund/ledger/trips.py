"""Trips to a wallet: each written before it starts and after it ends, each move along `MOVES` or a Bug."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, func, insert, or_, select, update

from scanrefund.errors import Bug
from scanrefund.ledger import marks, orders, reversals, telling
from scanrefund.ledger.refunds import IS_FREE, at, required
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

# Statements are made once: SQLAlchemy takes longer to make one than the database to run it.
_THIS: Final = refunds.c.refund_id == bindparam("this")
# The row as it was read: whoever was first has moved its epoch on (`_as_read`).
_AS_READ: Final = and_(
    _THIS, refunds.c.state == bindparam("state_read"), refunds.c.epoch == bindparam("epoch_read")
)
# A send waits for the wallet's spacing; a time further ahead was written by a clock that ran wrong (`at`).
MAY_GO: Final = or_(
    refunds.c.not_before.is_(None),
    refunds.c.not_before <= bindparam("now"),
    refunds.c.not_before > bindparam("too_far"),
)
_FREE: Final = update(refunds).where(_AS_READ, IS_FREE).values(epoch=refunds.c.epoch + 1)
_SEND: Final = _FREE.where(MAY_GO).values(sends=refunds.c.sends + 1)
_ASK: Final = _FREE.values(asks=refunds.c.asks + 1)
_END: Final = update(refunds).where(_AS_READ)
# PostgreSQL passes a row by at once where another worker is at it; SQLite has locked the file.
_CLAIM: Final = select(refunds.c.refund_id).where(_THIS).with_for_update(skip_locked=True, key_share=True)
_OVER: Final = [RefundState.CLOSED.value, RefundState.CANCELLED.value]
_LOOK_AGAIN: Final = update(refunds).where(_THIS, refunds.c.state.in_(_OVER))
_NOTE_MOVE: Final = insert(moves)
_NOTE_ATTEMPT: Final = insert(attempts)
_END_ATTEMPT: Final = update(attempts).where(attempts.c.attempt_id == bindparam("this"))
_LAST_ATTEMPT: Final = select(func.max(attempts.c.attempt_id)).where(
    attempts.c.refund_id == bindparam("this")
)
_OTHER_BODY: Final = (
    select(attempts.c.attempt_id)
    .where(attempts.c.refund_id == bindparam("this"), attempts.c.body_sha256 != bindparam("body"))
    .limit(1)
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
    if not _claim(connection, refund.refund_id):
        return None
    state, plan, news = refund.state, _ASK, _held_by(lease, now)
    if command is Command.SEND:
        state, plan, news = RefundState.SENDING, _SEND, news | _of_send(now)
    taken = connection.execute(plan, {**_as_read(refund), **at(now), **news, "state": state.value})
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
    news = {"state": new.value, "lease_owner": "", "lease_until": None, **ended_at, **changes}
    moved = connection.execute(_END, {**_as_read(refund), **news})
    if moved.rowcount != 1:
        return _look_again(connection, refund, answer, now)
    _move(connection, refund, new, now, answer.code or answer.outcome.value, fact=answer.outcome)
    return True


def _look_again(connection: Connection, refund: Refund, answer: Answer, now: datetime) -> bool:
    """An answer that came after another took over decides nothing, but what it tells may be news.

    Where the refund has ended otherwise, the wallet is asked once more. Always False.
    """
    if answer.outcome in _AGAINST_CLOSED:
        plan = {"next_command": Command.ASK.value, "next_try_at": now}
        connection.execute(_LOOK_AGAIN, {"this": refund.refund_id, **plan})
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
    news = {"state": new.value, **ended_at, **changes}
    moved = connection.execute(_FREE, {**_as_read(refund), **at(now), **news})
    if moved.rowcount != 1:
        return False
    _move(connection, refund, new, now, cause)
    return True


def put_off(connection: Connection, refund: Refund, until: datetime, now: datetime) -> bool:
    """Plan the next trip for later. False when somebody works on the refund, or it moved meanwhile."""
    plan = {"state": refund.state.value, "next_try_at": until}
    return connection.execute(_FREE, {**_as_read(refund), **at(now), **plan}).rowcount == 1


def take_over(connection: Connection, refund: Refund, lease: Lease, now: datetime) -> Attempt | None:
    """The last trip of a refund left in SENDING, once its lease has run out; None while it holds."""
    if not _claim(connection, refund.refund_id):
        return None
    sending = {**_as_read(refund), "state_read": RefundState.SENDING.value}
    taken = connection.execute(_FREE, {**sending, **at(now), **_held_by(lease, now)})
    if taken.rowcount != 1:
        return None
    attempt_id = connection.execute(_LAST_ATTEMPT, {"this": refund.refund_id}).scalar_one()
    return Attempt(attempt_id, required(connection, refund.refund_id), Command.SEND)


def _claim(connection: Connection, refund_id: str) -> bool:
    """Lock the row; False where another worker is at it."""
    return connection.execute(_CLAIM, {"this": refund_id}).first() is not None


def _as_read(refund: Refund) -> dict[str, str | int]:
    return {"this": refund.refund_id, "state_read": refund.state.value, "epoch_read": refund.epoch}


def _held_by(lease: Lease, now: datetime) -> dict[str, Any]:
    return {"lease_owner": lease.owner, "lease_until": now + timedelta(seconds=lease.length_s)}


def _of_send(now: datetime) -> dict[str, Any]:
    return {"absent_asks": 0, "last_sent_at": now, "released": False}


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
    connection.execute(_NOTE_MOVE, {"refund_id": refund.refund_id, **row})
    telling.note_move(connection, refund, new, now)
    if by_fact:
        orders.freeze(connection, refund.order_id, "fact_against_end")
    count(connection, refund, new)
    marks.of_move(connection, refund, new, now)
    reversals.follow(connection, refund, new, now)


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
    if connection.execute(_OTHER_BODY, {"this": refund.refund_id, "body": body_sha256}).first() is not None:
        raise Bug("body_changed", refund_id=refund.refund_id)
    row = {
        "refund_id": refund.refund_id,
        "command": command.value,
        "account": refund.account,
        "body_sha256": body_sha256,
        "owner": lease.owner,
        "begun_at": now,
    }
    noted = connection.execute(_NOTE_ATTEMPT, row)
    key = noted.inserted_primary_key
    if key is None:  # pragma: no cover - only the type allows it: a row that was inserted has a key
        raise Bug("attempt_without_key", refund_id=refund.refund_id)
    return int(key[0])


def _end_attempt(connection: Connection, attempt: Attempt, answer: Answer, now: datetime) -> None:
    news = {
        "ended_at": now,
        "outcome": answer.outcome.value,
        "code": answer.code,
        "message": answer.message[:MESSAGE_CHARS_MAX],
        "http_status": answer.http_status,
        "wallet_request_id": answer.wallet_request_id,
        "signature": answer.signature.value,
    }
    connection.execute(_END_ATTEMPT, {"this": attempt.attempt_id, **news})
