"""What the wallets took or gave back as fees for refunds, as their bills tell it.

The shop's matter alone: a customer always gets the whole amount of his refund, and nothing here moves money.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, and_, bindparam, case, func, insert, select, update

from scanrefund.ledger.book import Facts
from scanrefund.ledger.care_schema import refund_fees
from scanrefund.ledger.engine import retried
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema import refunds
from scanrefund.ledger.tally import Stretch
from scanrefund.model.wallet import Wallet

_KNOWN = select(refund_fees.c.refund_id, refund_fees.c.fee_fen_thousandths).where(
    refund_fees.c.refund_id.in_(bindparam("these", expanding=True))
)


@dataclass(frozen=True, slots=True)
class RefundFee:
    """A refund's fee in thousandths of a fen: negative where the wallet gave it back, zero where not."""

    refund_id: str
    fee_fen_thousandths: int


@dataclass(frozen=True, slots=True)
class FeeSum:
    """The refunds of a stretch: of how many a bill told the fee, how many brought some back, and how much."""

    told: int
    returned: int
    returned_fen_thousandths: int
    kept: int
    charged_fen_thousandths: int


class Fees:
    """Build with the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @retried
    def keep(self, wallet: Wallet, day: date, told: Sequence[RefundFee], now: datetime) -> int:
        """Keep what a bill tells of refunds of ours, a thousand or two at a time; how many were news.

        The same bill again changes nothing. What changed is counted in the book, each batch in one entry.
        """
        with self._ledger.writing() as connection:
            these = {"these": [one.refund_id for one in told]}
            known = {row.refund_id: row.fee_fen_thousandths for row in connection.execute(_KNOWN, these)}
            news = [one for one in told if known.get(one.refund_id) != one.fee_fen_thousandths]
            for one in news:
                _write(connection, one, day, is_known=one.refund_id in known)
            if news:
                facts: Facts = {"wallet": wallet.value, "day": day.isoformat(), "refunds": len(news)}
                self._ledger.enter(connection, now, "fees_told", "", facts)
            return len(news)

    def of_refund(self, refund_id: str) -> int | None:
        """Thousandths of a fen, as `RefundFee` has them; None where no bill has told."""
        query = select(refund_fees.c.fee_fen_thousandths).where(refund_fees.c.refund_id == refund_id)
        with self._ledger.reading() as connection:
            return connection.execute(query).scalar_one_or_none()


def fees_of(connection: Connection, stretch: Stretch) -> FeeSum:
    """The refunds made in a stretch whose fees a bill has told."""
    fee = refund_fees.c.fee_fen_thousandths
    inside = and_(refunds.c.created_at >= stretch.start, refunds.c.created_at < stretch.end)
    columns = (
        func.count(),
        func.sum(case((fee < 0, 1), else_=0)),
        func.sum(case((fee < 0, -fee), else_=0)),
        func.sum(case((fee >= 0, 1), else_=0)),
        func.sum(case((fee > 0, fee), else_=0)),
    )
    joined = refunds.join(refund_fees, refund_fees.c.refund_id == refunds.c.refund_id)
    row = connection.execute(select(*columns).select_from(joined).where(inside)).one()
    return FeeSum(*(int(one or 0) for one in row))


def _write(connection: Connection, one: RefundFee, day: date, *, is_known: bool) -> None:
    row = {"fee_fen_thousandths": one.fee_fen_thousandths, "told_on": day.isoformat()}
    if is_known:
        this = refund_fees.c.refund_id == one.refund_id
        connection.execute(update(refund_fees).where(this).values(**row))
    else:
        connection.execute(insert(refund_fees).values(refund_id=one.refund_id, **row))
