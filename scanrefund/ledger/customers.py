"""The customer's side of a refund: what he has signed, and that he said the money has come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from scanrefund.errors import UsageFault
from scanrefund.ledger import refunds
from scanrefund.ledger.book import Facts
from scanrefund.ledger.care_schema import opinions
from scanrefund.ledger.engine import retried
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema import signatures
from scanrefund.model.opinion import Dislike
from scanrefund.model.wallet import safe_number


class Customers:
    """Each method is one transaction. Raises UsageFault refund_unknown for a refund that is not there."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @retried
    def sign(self, refund_id: str, closed: str, by: str, now: datetime) -> None:
        """Keep what was drawn, closed, and who had it drawn. Raises UsageFault signed_already."""
        with self._ledger.writing() as connection:
            _known(refunds.load(connection, refund_id), refund_id)
            there = select(signatures.c.refund_id).where(signatures.c.refund_id == refund_id)
            if connection.execute(there).first() is not None:
                raise UsageFault("signed_already", refund_id=refund_id)
            row = {"refund_id": refund_id, "closed": closed, "signed_at": now}
            connection.execute(insert(signatures), row)
            self._ledger.enter(connection, now, "customer_signed", refund_id, {"by": by})

    def signature(self, refund_id: str) -> str:
        """What was kept, closed; empty where nothing was drawn."""
        with self._ledger.reading() as connection:
            query = select(signatures.c.closed).where(signatures.c.refund_id == refund_id)
            return connection.execute(query).scalar_one_or_none() or ""

    @retried
    def confirm(self, refund_id: str, by: str, now: datetime) -> None:
        """Somebody asked the customer, and he says how it stands is right."""
        with self._ledger.writing() as connection:
            _known(refunds.load(connection, refund_id), refund_id)
            self._ledger.enter(connection, now, "customer_confirmed", refund_id, {"by": by})

    @retried
    def think(self, refund_id: str, dislike: Dislike | None, now: datetime) -> None:
        """Keep a customer's tick; a later one stands in for an earlier one."""
        with self._ledger.writing() as connection:
            _known(refunds.load(connection, refund_id), refund_id)
            row: dict[str, Any] = {
                "good": dislike is None,
                "dislike": dislike.value if dislike else "",
                "at": now,
            }
            this = opinions.c.refund_id == refund_id
            if connection.execute(update(opinions).where(this).values(**row)).rowcount == 0:
                connection.execute(insert(opinions).values(refund_id=refund_id, **row))
            facts: Facts = {"good": int(dislike is None), "dislike": str(row["dislike"])}
            self._ledger.enter(connection, now, "customer_opinion", refund_id, facts)


def _known(refund: object | None, refund_id: str) -> None:
    if refund is None:
        raise UsageFault("refund_unknown", refund_id=safe_number(refund_id))
