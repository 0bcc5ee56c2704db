"""The wallets' notices: kept once, then waiting until the wallet was asked because of them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.exc import IntegrityError

from scanrefund.ledger.engine import retried
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema import notices
from scanrefund.model.notice import Notice
from scanrefund.model.wallet import Wallet


class Notices:
    """What the wallets told by themselves. None of it moves a refund."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @retried
    def keep(self, notice: Notice, now: datetime) -> bool:
        """Keep a notice; False when it was kept before. Both wallets repeat theirs for a day."""
        told = asdict(notice) | {"wallet": notice.wallet.value, "kept_at": now}
        try:
            with self._ledger.writing() as connection:
                if connection.execute(select(notices.c.kept_at).where(*_is(notice))).first() is not None:
                    return False
                connection.execute(insert(notices).values(told))
        except IntegrityError:
            # The same notice came in twice at once, and the other one was first.
            return False
        return True

    def waiting(self, limit: int) -> list[Notice]:
        """Notices because of which nobody was asked yet, the oldest first."""
        query = select(notices).where(notices.c.heard_at.is_(None)).order_by(notices.c.kept_at).limit(limit)
        with self._ledger.reading() as connection:
            return [
                Notice(
                    wallet=Wallet(row.wallet),
                    notice_id=row.notice_id,
                    event=row.event,
                    order_id=row.order_id,
                    refund_id=row.refund_id,
                    sha256=row.sha256,
                )
                for row in connection.execute(query)
            ]

    @retried
    def heard(self, notice: Notice, now: datetime, *, alarm: str = "") -> None:
        """The wallet was asked because of it, or there was nothing to ask; `alarm` tells a person why."""
        with self._ledger.writing() as connection:
            connection.execute(update(notices).where(*_is(notice)).values(heard_at=now))
            if alarm:
                self._ledger.enter(connection, now, "alarm", notice.order_id[:64], {"alarm": alarm})


def _is(notice: Notice) -> tuple[ColumnElement[bool], ...]:
    return notices.c.wallet == notice.wallet.value, notices.c.notice_id == notice.notice_id
