"""What the ledger holds of one order in training: its refunds and the wishes that were refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, select

from scanrefund.ledger.schema import book, refunds
from scanrefund.model.money import Money
from scanrefund.model.refund import RefundState

_MADE: Final = (
    select(
        refunds.c.amount_fen,
        refunds.c.state,
        refunds.c.created_at,
        refunds.c.reason,
        refunds.c.code_fingerprint,
        refunds.c.clerk,
        refunds.c.approver,
    )
    .where(refunds.c.order_id == bindparam("this"))
    .order_by(refunds.c.created_at)
)
_REFUSED: Final = (
    select(book.c.at, book.c.facts)
    .where(book.c.subject == bindparam("this"), book.c.kind == "refund_refused")
    .order_by(book.c.number)
)


@dataclass(frozen=True, slots=True)
class Made:
    """One refund. `with_code` says whether a payment code was shown for it."""

    amount: Money
    state: RefundState
    created_at: datetime
    reason: str
    with_code: bool
    clerk: str
    approver: str


@dataclass(frozen=True, slots=True)
class Refused:
    """One wish that the ladder refused, by the ladder's own word."""

    at: datetime
    reason: str


def made_of(connection: Connection, order_id: str) -> list[Made]:
    """The refunds of an order, oldest first."""
    return [
        Made(
            Money(row.amount_fen),
            RefundState(row.state),
            row.created_at,
            row.reason,
            row.code_fingerprint is not None,
            row.clerk,
            row.approver,
        )
        for row in connection.execute(_MADE, {"this": order_id})
    ]


def refused_of(connection: Connection, order_id: str) -> list[Refused]:
    """The wishes about an order that were refused, oldest first."""
    rows = connection.execute(_REFUSED, {"this": order_id})
    return [Refused(row.at, str(json.loads(row.facts).get("reason", ""))) for row in rows]
