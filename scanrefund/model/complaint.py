"""A complaint at a refund: who noted it, by when it is to be answered, and how it stands.

What the customer said may name people: it never prints itself, and is kept closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Complaint:
    """One complaint, without its words. Answered and ended are two things: one may be ended unanswered."""

    complaint_id: int
    refund_id: str
    by: str
    at: datetime
    due_at: datetime
    answered_by: str = ""
    answered_at: datetime | None = None
    ended_by: str = ""
    ended_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether nobody has answered it and nobody has ended it."""
        return self.answered_at is None and self.ended_at is None

    def is_overdue(self, now: datetime) -> bool:
        """Whether it should have been answered before `now`."""
        return self.waits and self.due_at <= now
