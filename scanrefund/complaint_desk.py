"""Complaints at the desk: noted with what the customer said, due by a day of the shop, answered, ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from scanrefund.dispatch.clock import Clock
from scanrefund.errors import UsageFault
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.complaints import Complaints
from scanrefund.model.complaint import Complaint
from scanrefund.model.printable import codes_hidden
from scanrefund.model.shop_clock import shop_day, start_of
from scanrefund.supervisor_desk import BY_CHARS_MAX

WORDS_CHARS_MAX: Final = 1_000
# A page of them is read; who has more has another trouble.
LIST_MAX: Final = 200
# Nobody lets a customer wait longer than that on purpose.
DUE_DAYS_MAX: Final = 366


@dataclass(frozen=True, slots=True)
class CareSettings:
    """How the shop cares: days to answer a complaint in, its clock, whether customers are asked."""

    answer_within_days: int
    utc_offset_h: int
    ask_opinion: bool = False


class ComplaintDesk:
    """Build with `assemble.open_house`. `by` has proved himself, where staff is known."""

    def __init__(self, complaints: Complaints, told: CareSettings, clock: Clock) -> None:
        self._complaints = complaints
        self._told = told
        self._clock = clock

    def note(self, refund_id: str, by: str, words: str, due: date | None = None) -> Complaint:
        """Note what a customer said. `due` is the day by whose end he is to be answered; None: as usual.

        Raises UsageFault complaint_words_wrong, complaint_due_wrong.
        """
        now = self._clock.now()
        due_at = self._end_of(due or self._today(now) + timedelta(days=self._told.answer_within_days))
        if not now < due_at <= now + timedelta(days=DUE_DAYS_MAX):
            raise UsageFault("complaint_due_wrong", days=DUE_DAYS_MAX)
        return self._complaints.note(refund_id, _said(by, words), due_at, now)

    def answer(self, complaint_id: int, by: str, words: str) -> Complaint:
        """Write down what the customer was answered."""
        return self._complaints.answer(complaint_id, _said(by, words), self._clock.now())

    def end(self, complaint_id: int, by: str) -> Complaint:
        """Nothing more is to be done about it."""
        return self._complaints.end(complaint_id, by, self._clock.now())

    def listed(self, *, waiting_only: bool, refund_id: str = "") -> list[Complaint]:
        """The first due first."""
        return self._complaints.listed(LIST_MAX, waiting_only=waiting_only, refund_id=refund_id)

    def words(self, complaint_id: int) -> tuple[Complaint, str, str]:
        """A complaint, what was said and what was answered. Who may read them is the door's question."""
        return self._complaints.words(complaint_id)

    def due_day(self, complaint: Complaint) -> date:
        """The shop's day by whose end it is to be answered."""
        return self._today(complaint.due_at) - timedelta(days=1)

    def is_overdue(self, complaint: Complaint) -> bool:
        """Whether it should have been answered by now."""
        return complaint.is_overdue(self._clock.now())

    def _today(self, now: datetime) -> date:
        return shop_day(now, self._told.utc_offset_h)

    def _end_of(self, day: date) -> datetime:
        return start_of(day + timedelta(days=1), self._told.utc_offset_h)


def _said(by: str, words: str) -> Hand:
    told = Hand(by.strip(), codes_hidden(words).strip())
    if not 0 < len(told.by) <= BY_CHARS_MAX or not 0 < len(told.why) <= WORDS_CHARS_MAX:
        raise UsageFault("complaint_words_wrong", limit=WORDS_CHARS_MAX)
    return told
