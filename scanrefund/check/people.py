"""What the ladder knows of the people around one wish: who asks, who has approved, what was used up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from scanrefund.model.staff import Staff, Used


class ApprovalCheck(StrEnum):
    """What a supervisor's word on this wish is worth."""

    NONE = "none"
    GOOD = "good"
    WRONG = "wrong"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Approval:
    """The word of a second person on one wish.

    `because` says why it is worth nothing, as a word of the catalogues. `approval_id` is the written
    approval that a good one is taken from.
    """

    check: ApprovalCheck = ApprovalCheck.NONE
    approver: Staff | None = None
    because: str = ""
    approval_id: int | None = None


NO_APPROVAL: Final = Approval()
NOTHING_USED: Final = Used()


@dataclass(frozen=True, slots=True)
class People:
    """The people of one wish, in a ledger that knows staff.

    `clerk` is None where nobody has signed in. `queue` says that the wish may wait for an approval. `names`
    are the active people who may approve it, or who may refund at all where the clerk may not.
    """

    clerk: Staff | None
    approval: Approval = NO_APPROVAL
    used_today: Used = NOTHING_USED
    used_this_hour: Used = NOTHING_USED
    queue: bool = False
    names: tuple[str, ...] = ()
