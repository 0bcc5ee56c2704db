"""Refunds in the ledger: made once, read back whole. Their trips and moves are in `trips.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Integer, Row, and_, bindparam, func, insert, or_, select, update

from scanrefund.errors import Bug
from scanrefund.ledger import marks, other_ways
from scanrefund.ledger.clerk_uses import Allowance
from scanrefund.ledger.numbers import SEQUENCE_MAX
from scanrefund.ledger.schema import refunds
from scanrefund.model.contact import Applicant, Contact
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.other_way import OtherWay
from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import OPEN, Command, Refund, RefundState
from scanrefund.model.staff import Staff
from scanrefund.model.wallet import Wallet

# No wait of ours is longer than an hour and no lease longer than ten minutes: a time further ahead was
# written by a clock that ran wrong, and must not strand a refund once the clock is right again.
AHEAD_MAX: Final = timedelta(hours=2)

# Statements are made once: SQLAlchemy takes longer to make one than the database to run it.
_ONE: Final = select(refunds).where(refunds.c.refund_id == bindparam("refund_id"))
_OF_REQUEST: Final = select(refunds).where(refunds.c.request_id == bindparam("request_id"))
_NEW: Final = insert(refunds)

# Nobody works on the refund: no lease, a lease run out, or one from a clock that ran ahead (`at`).
IS_FREE: Final = or_(
    refunds.c.lease_until.is_(None),
    refunds.c.lease_until <= bindparam("now"),
    refunds.c.lease_until > bindparam("too_far"),
)
_OURS: Final = or_(
    *(
        and_(refunds.c.wallet == wallet.value, refunds.c.account == bindparam(f"{wallet.value}_account"))
        for wallet in Wallet
    )
)
_DUE: Final = (
    select(refunds)
    .where(
        or_(refunds.c.next_try_at <= bindparam("now"), refunds.c.next_try_at > bindparam("too_far")),
        IS_FREE,
        _OURS,
    )
    .order_by(refunds.c.next_try_at)
    .limit(bindparam("most", type_=Integer))
)


@dataclass(frozen=True, slots=True)
class DraftPeople:
    """What a new refund says of the people behind it.

    `approval_for` is why somebody else must agree, empty where nobody must; `approval_id` is that person's
    written word, None while nobody has given it. `allowances` are what the clerk may still use.
    """

    clerk: Staff
    approval_for: str = ""
    approver: Staff | None = None
    approval_id: int | None = None
    no_code: bool = False
    allowances: tuple[Allowance, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """What a new refund is made of; the ledger adds number and state.

    `not_before` is the first moment at which the wallet takes another refund of this order; None: at once.
    `people` is None in a ledger without staff. `contact` and `applicant` are kept; None keeps the known.
    """

    request_id: str
    code_fingerprint: str | None
    account: str
    amount: Money
    reason: str
    clerk: str
    counter: str
    not_before: datetime | None = None
    people: DraftPeople | None = None
    contact: Contact | None = None
    applicant: Applicant | None = None
    customer_agreed: bool = False

    @property
    def waits(self) -> bool:
        """Whether it is written down to wait for somebody's approval."""
        return self.people is not None and bool(self.people.approval_for) and not self.people.approver


@dataclass(frozen=True, slots=True)
class Ended:
    """A refund that is over when it is written: paid by hand, or found at the wallet."""

    refund_id: str
    sequence: int
    amount: Money
    state: RefundState
    reason: str = ""
    clerk: str = ""
    other_way: OtherWay | None = None


def load(connection: Connection, refund_id: str) -> Refund | None:
    """One refund, or None."""
    row = connection.execute(_ONE, {"refund_id": refund_id}).one_or_none()
    return _refund(row) if row else None


def of_request(connection: Connection, request_id: str) -> Refund | None:
    """The refund a request led to, or None."""
    row = connection.execute(_OF_REQUEST, {"request_id": request_id}).one_or_none()
    return _refund(row) if row else None


def listed(connection: Connection, *, open_only: bool, order_id: str | None, limit: int) -> list[Refund]:
    """The newest refunds first."""
    query = select(refunds).order_by(refunds.c.created_at.desc(), refunds.c.refund_id.desc()).limit(limit)
    if open_only:
        query = query.where(refunds.c.state.in_([state.value for state in OPEN]))
    if order_id is not None:
        query = query.where(refunds.c.order_id == order_id)
    return [_refund(row) for row in connection.execute(query)]


def due(connection: Connection, now: datetime, limit: int, accounts: Mapping[Wallet, str]) -> list[Refund]:
    """Refunds of these accounts whose next trip is due and on which nobody works, the longest due first."""
    # No refund is of the account NULL: a wallet that is not set up here has none.
    ours = {f"{wallet.value}_account": accounts.get(wallet) for wallet in Wallet}
    return [_refund(row) for row in connection.execute(_DUE, {**at(now), **ours, "most": limit})]


def at(now: datetime) -> dict[str, datetime]:
    """The moment of a statement, and the first one that no right clock can have written."""
    return {"now": now, "too_far": now + AHEAD_MAX}


def make(
    connection: Connection,
    order: Order,
    draft: Draft,
    number: tuple[str, int],
    body: bytes,
    now: datetime,
) -> Refund:
    """Write a refund as READY, or as waiting for approval. The caller has reserved its amount before, in this
    same transaction.
    """
    refund_id, sequence = number
    people = draft.people
    row = {
        "refund_id": refund_id,
        "sequence": sequence,
        "request_id": draft.request_id,
        "code_fingerprint": draft.code_fingerprint,
        "account": draft.account,
        "amount_fen": draft.amount.fen,
        "reason": draft.reason,
        "clerk": draft.clerk,
        "counter": draft.counter,
        "body": body,
        "state": (RefundState.WAIT_APPROVAL if draft.waits else RefundState.READY).value,
        "created_at": now,
        "not_before": draft.not_before,
        "next_try_at": None if draft.waits else draft.not_before or now,
        "next_command": None if draft.waits else Command.SEND.value,
        "approval_for": people.approval_for if people else "",
        "approver": people.approver.staff_id if people and people.approver else "",
    }
    connection.execute(_NEW, {**_of_order(order), **row})
    return _marked(connection, refund_id, now)


def note_version(connection: Connection, refund_id: str, version: str) -> Refund:
    """Write down the order that an approver will be asked about."""
    this = update(refunds).where(refunds.c.refund_id == refund_id)
    connection.execute(this.values(order_version=version))
    return required(connection, refund_id)


def make_ended(
    connection: Connection, order: Order, ended: Ended, now: datetime, instead_of: str = ""
) -> Refund:
    """Write a refund that is over. The caller counts it in the caps."""
    row = {
        "refund_id": ended.refund_id,
        "sequence": ended.sequence,
        # No door asked for it; its own number keeps it apart from every wish.
        "request_id": ended.refund_id,
        "account": "",
        "amount_fen": ended.amount.fen,
        "reason": ended.reason,
        "clerk": ended.clerk,
        "body": b"",
        "state": ended.state.value,
        "created_at": now,
        "ended_at": now,
        "instead_of": instead_of,
    }
    if ended.other_way is not None:
        row |= other_ways.columns_of(ended.other_way)
    connection.execute(_NEW, {**_of_order(order), **row})
    return _marked(connection, ended.refund_id, now)


def _marked(connection: Connection, refund_id: str, now: datetime) -> Refund:
    """A refund just written, told to the till."""
    refund = required(connection, refund_id)
    marks.of_move(connection, refund, refund.state, now)
    return refund


def _of_order(order: Order) -> dict[str, str | int]:
    """What a refund's row repeats of its order's."""
    return {
        "order_id": order.order_id,
        "wallet": order.wallet.value,
        "wallet_order_id": order.wallet_order_id,
        "order_amount_fen": order.amount.fen,
    }


def sequence_of(connection: Connection, refund_id: str) -> int:
    """A refund's place among its order's numbers."""
    query = select(refunds.c.sequence).where(refunds.c.refund_id == refund_id)
    return int(connection.execute(query).scalar_one())


def next_foreign_sequence(connection: Connection, order_id: str) -> int:
    """A place for a number that is not ours: below those of numbers paid another way."""
    query = select(func.min(refunds.c.sequence)).where(refunds.c.order_id == order_id)
    return min(int(connection.execute(query).scalar_one() or 0), -SEQUENCE_MAX) - 1


def required(connection: Connection, refund_id: str) -> Refund:
    """One refund that must be there. Raises Bug when it is not."""
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
        account=row.account,
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
        not_before=row.not_before,
        odd_answers=row.odd_answers,
        released=row.released,
        instead_of=row.instead_of,
        beyond_cap=row.beyond_cap,
        clerk=row.clerk,
        counter=row.counter,
        approval_for=row.approval_for,
        order_version=row.order_version,
        approver=row.approver,
        **other_ways.fields_of(row),
    )
