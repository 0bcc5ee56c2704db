"""What a monitor may know of the ledger: how many, how old; no number of an order, no amount, no person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select

from scanrefund.ledger import book
from scanrefund.ledger.behind import since
from scanrefund.ledger.schema import attempts, refunds
from scanrefund.model.refund import OPEN

_STATES_OPEN: Final = sorted(state.value for state in OPEN)
_REFUNDS: Final = select(refunds.c.wallet, refunds.c.state, func.count()).group_by(
    refunds.c.wallet, refunds.c.state
)
_TRIPS: Final = (
    select(refunds.c.wallet, attempts.c.command, attempts.c.outcome, func.count())
    .join(refunds, refunds.c.refund_id == attempts.c.refund_id)
    .where(attempts.c.outcome.is_not(None))
    .group_by(refunds.c.wallet, attempts.c.command, attempts.c.outcome)
)
_OLDEST_OPEN: Final = select(func.min(refunds.c.created_at)).where(refunds.c.state.in_(_STATES_OPEN))


@dataclass(frozen=True, slots=True)
class Gauges:
    """Refunds by wallet and state, trips by wallet, command and outcome, the oldest open one, the book."""

    refunds: dict[tuple[str, str], int]
    trips: dict[tuple[str, str, str], int]
    oldest_open: datetime | None
    entries: int
    behind: bool


def gauges(connection: Connection) -> Gauges:
    """Everything in one moment."""
    number, _ = book.head(connection)
    return Gauges(
        refunds={(row[0], row[1]): row[2] for row in connection.execute(_REFUNDS)},
        trips={(row[0], row[1], row[2]): row[3] for row in connection.execute(_TRIPS)},
        oldest_open=connection.execute(_OLDEST_OPEN).scalar_one(),
        entries=number,
        behind=since(connection) is not None,
    )
