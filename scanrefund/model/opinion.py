"""What a customer thinks of his refund, by a tick: good, or bad with a reason from a closed list."""

from __future__ import annotations

from enum import StrEnum


class Dislike(StrEnum):
    """What was bad. Free text would hold names."""

    SLOW = "slow"
    UNFRIENDLY = "unfriendly"
    UNCLEAR = "unclear"
    AMOUNT = "amount"
    OTHER = "other"
