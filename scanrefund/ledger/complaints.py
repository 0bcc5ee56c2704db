"""Complaints at refunds: noted, answered, ended; each one transaction. The book holds their numbers only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, select, update

from scanrefund.errors import UsageFault
from scanrefund.keys import Keys
from scanrefund.ledger import closed_words, refunds, staff
from scanrefund.ledger.book import Facts
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.care_schema import complaints
from scanrefund.ledger.engine import retried
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.complaint import Complaint
from scanrefund.model.staff import Permission
from scanrefund.model.wallet import safe_number

_WAITS = and_(complaints.c.answered_at.is_(None), complaints.c.ended_at.is_(None))


class Complaints:
    """Every method raises UsageFault complaint_unknown or refund_unknown for what is not there."""

    def __init__(self, ledger: Ledger, keys: Keys) -> None:
        self._ledger = ledger
        self._keys = keys

    @retried
    def note(self, refund_id: str, hand: Hand, due_at: datetime, now: datetime) -> Complaint:
        """Note what a customer said (`hand.why`), to be answered by `due_at`. Raises KeyFault."""
        with self._ledger.writing() as connection:
            if refunds.load(connection, refund_id) is None:
                raise UsageFault("refund_unknown", refund_id=safe_number(refund_id))
            words = closed_words.close(connection, self._keys, f"complaint/{refund_id}", hand.why)
            row = {"refund_id": refund_id, "words": words, "by": hand.by, "at": now, "due_at": due_at}
            nobody = {"answer": "", "answered_by": "", "ended_by": ""}
            number = connection.execute(insert(complaints), row | nobody).inserted_primary_key
            noted = _known(connection, int(number[0]) if number else 0)
            self._enter(connection, "complaint_noted", noted, hand.by, now)
            return noted

    @retried
    def answer(self, complaint_id: int, hand: Hand, now: datetime) -> Complaint:
        """Write down that the customer was answered, and what (`hand.why`). Once, by whoever may approve."""
        with self._ledger.writing() as connection:
            found = self._may_change(connection, complaint_id, hand.by)
            if not found.waits:
                raise UsageFault("complaint_over", number=complaint_id)
            name = f"complaint/{found.refund_id}"
            answer = closed_words.close(connection, self._keys, name, hand.why)
            news = {"answer": answer, "answered_by": hand.by, "answered_at": now}
            return self._changed(connection, found, "complaint_answered", hand.by, now, news)

    @retried
    def end(self, complaint_id: int, by: str, now: datetime) -> Complaint:
        """End a complaint, answered or not: nothing more is to be done about it."""
        with self._ledger.writing() as connection:
            found = self._may_change(connection, complaint_id, by)
            if found.ended_at is not None:
                raise UsageFault("complaint_over", number=complaint_id)
            news = {"ended_by": by, "ended_at": now}
            return self._changed(connection, found, "complaint_ended", by, now, news)

    def listed(self, limit: int, *, waiting_only: bool, refund_id: str = "") -> list[Complaint]:
        """The first due first."""
        query = select(complaints).order_by(complaints.c.due_at, complaints.c.complaint_id).limit(limit)
        if waiting_only:
            query = query.where(_WAITS)
        if refund_id:
            query = query.where(complaints.c.refund_id == refund_id)
        with self._ledger.reading() as connection:
            return [_complaint(row) for row in connection.execute(query)]

    def overdue(self, now: datetime) -> tuple[int, datetime | None]:
        """How many should have been answered by now, and when the first of them."""
        late = and_(_WAITS, complaints.c.due_at <= now)
        query = select(func.count(), func.min(complaints.c.due_at)).where(late)
        with self._ledger.reading() as connection:
            count, first = connection.execute(query).one()
        return int(count), first

    def words(self, complaint_id: int) -> tuple[Complaint, str, str]:
        """A complaint, what was said, and what was answered; both empty once they were purged."""
        with self._ledger.reading() as connection:
            found = _known(connection, complaint_id)
            query = select(complaints).where(complaints.c.complaint_id == complaint_id)
            row = connection.execute(query).one()
        name = f"complaint/{found.refund_id}"
        said, answer = (closed_words.opened(self._keys, name, closed) for closed in (row.words, row.answer))
        return found, said, answer

    def _may_change(self, connection: Connection, complaint_id: int, by: str) -> Complaint:
        if staff.any_of(connection):
            staff.permitted(connection, by, Permission.REFUND_APPROVE)
        return _known(connection, complaint_id, lock=True)

    def _changed(
        self,
        connection: Connection,
        old: Complaint,
        kind: str,
        by: str,
        now: datetime,
        news: dict[str, Any],
    ) -> Complaint:
        this = complaints.c.complaint_id == old.complaint_id
        connection.execute(update(complaints).where(this).values(**news))
        self._enter(connection, kind, old, by, now)
        return _known(connection, old.complaint_id)

    def _enter(self, connection: Connection, kind: str, about: Complaint, by: str, now: datetime) -> None:
        facts: Facts = {"by": by, "complaint": about.complaint_id}
        self._ledger.enter(connection, now, kind, about.refund_id, facts)


def _known(connection: Connection, complaint_id: int, *, lock: bool = False) -> Complaint:
    query = select(complaints).where(complaints.c.complaint_id == complaint_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise UsageFault("complaint_unknown", number=complaint_id)
    return _complaint(row)


def _complaint(row: Row[Any]) -> Complaint:
    return Complaint(
        *(row.complaint_id, row.refund_id, row.by, row.at, row.due_at),
        *(row.answered_by, row.answered_at, row.ended_by, row.ended_at),
    )
