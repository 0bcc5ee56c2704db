"""What our books say of one day, and of the numbers on a bill: read in pages, each a short transaction.

A long read would hold up the counters' writers on SQLite, and PostgreSQL ends it; a million rows fit nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, and_, func, select

from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema import moves, orders, refunds
from scanrefund.model.refund import RefundState
from scanrefund.model.wallet import Wallet

PAGE_ROWS: Final = 2_000

_S = RefundState
# The wallet has told that it took the refund in: from then on it is booked.
TAKEN_IN: Final = (_S.PROCESSING, _S.ABNORMAL, _S.SUCCEEDED, _S.RETURNED_TO_MERCHANT)
BOOKED: Final = frozenset({*TAKEN_IN, _S.EXTERNAL})

_TAKES_IN: Final = moves.c.new_state.in_([state.value for state in TAKEN_IN])
_REFUND: Final = (
    *(refunds.c.refund_id, refunds.c.order_id, refunds.c.wallet, refunds.c.amount_fen),
    *(refunds.c.state, refunds.c.sends, refunds.c.created_at),
)
_ORDER: Final = (
    orders.c.order_id,
    orders.c.wallet,
    orders.c.amount_fen,
    orders.c.paid_at,
    orders.c.told_state,
)


@dataclass(frozen=True, slots=True)
class BookedRefund:
    """A refund as reconciling needs it.

    `at` is when the wallet first told that it had taken it in, else None: also where these books never sent
    it (found at the wallet, or sent by a life that a restored copy knows nothing of), so that only the wallet
    knows the day. It can be no day before that of `made_at`.
    """

    refund_id: str
    order_id: str
    wallet: Wallet
    amount_fen: int
    state: RefundState
    made_at: datetime
    at: datetime | None


@dataclass(frozen=True, slots=True)
class BookedSale:
    """An order as reconciling needs it. `paid_at` is None where nobody told us that it was paid."""

    order_id: str
    wallet: Wallet
    amount_fen: int
    paid_at: datetime | None


class Bookings:
    """Reads only. Build with the ledger; times are aware, stretches hold their start and not their end."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def refunds_taken_in(self, start: datetime, end: datetime) -> Iterator[BookedRefund]:
        """The refunds of all wallets that the wallets took in within a stretch and that still count."""
        first = func.min(moves.c.at)
        query = (
            select(*_REFUND, first.label("at"))
            .join(moves, moves.c.refund_id == refunds.c.refund_id)
            .where(_TAKES_IN, refunds.c.sends > 0, refunds.c.state.in_([state.value for state in BOOKED]))
            .group_by(refunds.c.refund_id)
            .having(first >= start, first < end)
        )
        return map(_refund, self._paged(query, refunds.c.refund_id))

    def refunds_by_hand(self, start: datetime, end: datetime) -> Iterator[BookedRefund]:
        """What was paid another way within a stretch: the till knows of it, no wallet does."""
        query = select(*_REFUND, refunds.c.created_at.label("at")).where(
            refunds.c.state == _S.PAID_OTHER_WAY.value,
            refunds.c.created_at >= start,
            refunds.c.created_at < end,
        )
        return map(_refund, self._paged(query, refunds.c.refund_id))

    def refunds_of(self, refund_ids: Sequence[str]) -> list[BookedRefund]:
        """The refunds among these numbers, at most PAGE_ROWS of them."""
        query = (
            select(*_REFUND, func.min(moves.c.at).label("at"))
            .outerjoin(moves, and_(moves.c.refund_id == refunds.c.refund_id, _TAKES_IN))
            .where(refunds.c.refund_id.in_(refund_ids))
            .group_by(refunds.c.refund_id)
        )
        with self._ledger.reading() as connection:
            return [_refund(row) for row in connection.execute(query)]

    def sales_paid(self, start: datetime, end: datetime) -> Iterator[BookedSale]:
        """The orders of all wallets paid within a stretch."""
        query = select(*_ORDER).where(orders.c.paid_at >= start, orders.c.paid_at < end)
        return map(_sale, self._paged(query, orders.c.order_id))

    def sales_of(self, order_ids: Sequence[str]) -> list[BookedSale]:
        """The orders among these numbers, at most PAGE_ROWS of them."""
        with self._ledger.reading() as connection:
            rows = connection.execute(select(*_ORDER).where(orders.c.order_id.in_(order_ids)))
            return [_sale(row) for row in rows]

    def _paged(self, query: Select[Any], key: Any) -> Iterator[Row[Any]]:
        last = ""
        while True:
            page = query.where(key > last).order_by(key).limit(PAGE_ROWS)
            with self._ledger.reading() as connection:
                rows = list(connection.execute(page))
            yield from rows
            if len(rows) < PAGE_ROWS:
                return
            last = rows[-1][0]


def _refund(row: Any) -> BookedRefund:
    is_ours = row.sends > 0 or row.state == _S.PAID_OTHER_WAY.value
    return BookedRefund(
        refund_id=row.refund_id,
        order_id=row.order_id,
        wallet=Wallet(row.wallet),
        amount_fen=row.amount_fen,
        state=RefundState(row.state),
        made_at=row.created_at,
        at=row.at if is_ours else None,
    )


def _sale(row: Any) -> BookedSale:
    was_paid = row.told_state in ("PAID", "RELEASED")
    return BookedSale(row.order_id, Wallet(row.wallet), row.amount_fen, row.paid_at if was_paid else None)
