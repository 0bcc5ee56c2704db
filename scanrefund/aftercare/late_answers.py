"""What the self test looks at for customers' sake: complaints that nobody answered in time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from scanrefund.aftercare.upkeep import Look
from scanrefund.keys import Keys
from scanrefund.ledger.complaints import Complaints
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.ledger import Ledger, Shop


def late_answers(home: Path, told: LedgerSettings, shop: Shop, now: datetime) -> Look:
    """Whether customers wait for an answer longer than the shop promised."""
    keys = Keys.open(home)
    ledger = Ledger.open(told, keys, shop)
    try:
        count, first = Complaints(ledger, keys).overdue(now)
    finally:
        ledger.close()
    if first is None:
        return True, "good", {}
    return False, "overdue", {"count": count, "age_s": int((now - first).total_seconds())}
