"""Refunds in the ledger: made once, moved only along `MOVES`, every trip written before and after."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select, update

from scanrefund.errors import Bug
from scanrefund.ledger import orders
from scanrefund.ledger.schema import attempts, moves, refunds
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import OPEN, TERMINAL, Command, Refund, RefundState, may_move
from scanrefund.model.wallet import Wallet

# Enough of a wallet's text to read aloud to its support, not enough to fill a disk.
MESSAGE_CHARS_MAX: Final = 300


@dataclass(frozen=True, slots=True)
class Draft:
    """What a new refund is made of; the ledger adds number and state."""

    request_id: str
    code_fingerprint: str | None
    account: str
    amount: Money
    reason: str
    clerk: str
    counter: str


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


def load(connection: Connection, refund_id: str) -> Refund | None:
    """One refund, or None."""
    row = connection.execute(select(refunds).where(refunds.c.refund_id == refund_id)).one_or_none()
    return _refund(row) if row else None


def of_request(connection: Connection, request_id: str) -> Refund | None:
    """The refund a request led to, or None."""
    row = connection.execute(select(refunds).where(refunds.c.request_id == request_id)).one_or_none()
    return _refund(row) if row else None


def listed(connection: Connection, *, open_only: bool, order_id: str | None, limit: int) -> list[Refund]:
    """The newest refunds first."""
    query = select(refunds).order_by(refunds.c.created_at.desc(), refunds.c.refund_id.desc()).limit(limit)
    if open_only:
        query = query.where(refunds.c.state.in_([state.value for state in OPEN]))
    if order_id is not None:
        query = query.where(refunds.c.order_id == order_id)
    return [_refund(row) for row in connection.execute(query)]


def due(connection: Connection, now: datetime, limit: int) -> list[Refund]:
    """Refunds whose next trip is due and on which nobody works, the longest due first."""
    query = (
        select(refunds)
        .where(
            refunds.c.next_try_at <= now,
            (refunds.c.lease_until.is_(None)) | (refunds.c.lease_until <= now),
        )
        .order_by(refunds.c.next_try_at)
        .limit(limit)
    )
    return [_refund(row) for row in connection.execute(query)]


def make(
    connection: Connection,
    order: Order,
    draft: Draft,
    number: tuple[str, int],
    body: bytes,
    now: datetime,
) -> Refund:
    """Write a refund as READY. The caller has reserved its amount in this same transaction."""
    refund_id, sequence = number
    connection.execute(
        insert(refunds).values(
            refund_id=refund_id,
            order_id=order.order_id,
            sequence=sequence,
            request_id=draft.request_id,
            code_fingerprint=draft.code_fingerprint,
            wallet=order.wallet.value,
            wallet_order_id=order.wallet_order_id,
            account=draft.account,
            order_amount_fen=order.amount.fen,
            amount_fen=draft.amount.fen,
            reason=draft.reason,
            clerk=draft.clerk,
            counter=draft.counter,
            body=body,
            state=RefundState.READY.value,
            created_at=now,
            next_try_at=now,
            next_command=Command.SEND.value,
        )
    )
    return _required(connection, refund_id)


def begin(
    connection: Connection, refund: Refund, command: Command, lease: Lease, now: datetime
) -> Attempt | None:
    """Commit to one trip before it starts. None when another worker has it or it moved meanwhile."""
    state = RefundState.SENDING if command is Command.SEND else refund.state
    sends = 1 if command is Command.SEND else 0
    taken = connection.execute(
        update(refunds)
        .where(
            refunds.c.refund_id == refund.refund_id,
            refunds.c.state == refund.state.value,
            refunds.c.epoch == refund.epoch,
            (refunds.c.lease_until.is_(None)) | (refunds.c.lease_until <= now),
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
    return Attempt(attempt_id, _required(connection, refund.refund_id), command)


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
    taken = connection.execute(
        update(refunds)
        .where(
            refunds.c.refund_id == refund.refund_id,
            refunds.c.state == RefundState.SENDING.value,
            refunds.c.epoch == refund.epoch,
            refunds.c.lease_until <= now,
        )
        .values(epoch=refund.epoch + 1, **_held_by(lease, now))
    )
    if taken.rowcount != 1:
        return None
    attempt_id = connection.execute(
        select(func.max(attempts.c.attempt_id)).where(attempts.c.refund_id == refund.refund_id)
    ).scalar_one()
    return Attempt(attempt_id, _required(connection, refund.refund_id), Command.SEND)


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
    account = connection.execute(
        select(refunds.c.account).where(refunds.c.refund_id == refund.refund_id)
    ).scalar_one()
    noted = connection.execute(
        insert(attempts).values(
            refund_id=refund.refund_id,
            command=command.value,
            account=account,
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


def _required(connection: Connection, refund_id: str) -> Refund:
    refund = load(connection, refund_id)
    if refund is None:
        raise Bug("refund_vanished", refund_id=refund_id)
    return refund


def _refund(row: Row[Any]) -> Refund:
    return Refund(
        refund_id=row.refund_id,
        order_id=row.order_id,
        request_id=row.request_id,
        wallet=Wallet(row.wallet),
        wallet_order_id=row.wallet_order_id,
        order_amount=Money(row.order_amount_fen),
        amount=Money(row.amount_fen),
        reason=row.reason,
        body=row.body,
        state=RefundState(row.state),
        created_at=row.created_at,
        sends=row.sends,
        asks=row.asks,
        ever_unknown=row.ever_unknown,
        not_sent_only=row.not_sent_only,
        absent_asks=row.absent_asks,
        declined_code=row.declined_code,
        last_sent_at=row.last_sent_at,
        next_try_at=row.next_try_at,
        next_command=Command(row.next_command) if row.next_command else None,
        ended_at=row.ended_at,
        outcome=Outcome(row.outcome) if row.outcome else None,
        wallet_code=row.wallet_code,
        wallet_refund_id=row.wallet_refund_id,
        received_account=row.received_account,
        epoch=row.epoch,
    )
