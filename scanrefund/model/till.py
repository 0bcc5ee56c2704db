"""A till: a program of the shop's that talks to the desk over the HTTP API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Till:
    """One till. `clerk` is the staff id of whoever answers for what it does; empty in a ledger without staff.

    A till stays for ever, revoked or not: refunds were made under its number.
    """

    till_id: str
    name: str
    clerk: str
    made_at: datetime
    revoked_at: datetime | None = None

    @property
    def may_call(self) -> bool:
        """Whether its token still opens anything."""
        return self.revoked_at is None
