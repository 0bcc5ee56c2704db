"""The evidence of refunds: written once, in the book with its hash, never changed."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, insert, select

from scanrefund.errors import UsageFault
from scanrefund.ledger import refunds
from scanrefund.ledger.book import Facts
from scanrefund.ledger.engine import retried
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.order_schema import evidence
from scanrefund.ledger.postgres import PHOTO_LOCK, alone
from scanrefund.model.evidence import Evidence, EvidenceKind
from scanrefund.model.wallet import safe_number


class EvidenceBox:
    """Each method is one transaction. Raises UsageFault for a refund that is not known."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @retried
    def add(self, new: Evidence) -> None:
        """Write one piece down; the same again stays one."""
        with self._ledger.writing() as connection:
            alone(connection, PHOTO_LOCK)
            if refunds.load(connection, new.refund_id) is None:
                raise UsageFault("refund_unknown", refund_id=safe_number(new.refund_id))
            row = {"kind": new.kind.value, "note": new.note, "photo_sha256": new.photo_sha256}
            same = [evidence.c[name] == value for name, value in row.items()]
            there = select(evidence.c.evidence_id).where(evidence.c.refund_id == new.refund_id, *same)
            if connection.execute(there).first() is not None:
                return
            by_whom = {"refund_id": new.refund_id, "by": new.by, "at": new.at}
            connection.execute(insert(evidence), row | by_whom)
            facts: Facts = {"kind": new.kind.value, "by": new.by, "photo": new.photo_sha256}
            self._ledger.enter(connection, new.at, "evidence_added", new.refund_id, facts)

    def of_refund(self, refund_id: str) -> list[Evidence]:
        """Everything kept for a refund, in the order it came."""
        with self._ledger.reading() as connection:
            if refunds.load(connection, refund_id) is None:
                raise UsageFault("refund_unknown", refund_id=safe_number(refund_id))
            query = select(evidence).where(evidence.c.refund_id == refund_id).order_by(evidence.c.evidence_id)
            return [
                Evidence(
                    evidence_id=row.evidence_id,
                    refund_id=row.refund_id,
                    kind=EvidenceKind(row.kind),
                    note=row.note,
                    photo_sha256=row.photo_sha256,
                    by=row.by,
                    at=row.at,
                )
                for row in connection.execute(query)
            ]

    def photo_names(self) -> frozenset[str]:
        """Every photograph that some refund still names."""
        with self._ledger.reading() as connection:
            return photo_names(connection)

    def unless_named(self, name: str, take_away: Callable[[], None]) -> bool:
        """Take a photograph away while nobody can name it anew; False where a refund names it."""
        with self._ledger.writing() as connection:
            alone(connection, PHOTO_LOCK)
            if name in photo_names(connection):
                return False
            take_away()
            return True


def photo_names(connection: Connection) -> frozenset[str]:
    """The hashes of all photographs that refunds name."""
    query = select(evidence.c.photo_sha256).where(evidence.c.photo_sha256 != "").distinct()
    return frozenset(connection.execute(query).scalars())
