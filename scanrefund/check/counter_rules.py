"""What may speak against any refund at this counter: its last self test."""

from __future__ import annotations

from typing import Final

from scanrefund.check.case import Case
from scanrefund.model.refusal import Reason, Refusal

# Each makes a refund unsafe whatever its order: it could not be written down, not be signed, or a code's age
# would be told wrong. What else a self test finds has a rung of its own (books, wallet) or can be missed.
NEEDED_CHECKS: Final = ("data_folder", "disk_space", "keys", "ledger", "clock")


def self_test_failed(case: Case) -> Refusal | None:
    """The last self test of this counter found something without which nothing may be sent."""
    failed = next((check for check in NEEDED_CHECKS if check in (case.failed_checks or ())), None)
    return Refusal(Reason.SELF_TEST_FAILED, {"check": failed}) if failed else None
