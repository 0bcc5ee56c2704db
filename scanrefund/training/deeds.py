"""What was done in one exercise: facts of the training ledger, and what the customer was asked to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scanrefund.ledger.practised import Made, Refused
from scanrefund.training.exercises import Shows


@dataclass(frozen=True, slots=True)
class Deeds:
    """Everything an exercise is judged by. `shown` is what the customer was asked to show, in order."""

    begun_at: datetime
    ended_at: datetime
    made: tuple[Made, ...] = ()
    refused: tuple[Refused, ...] = ()
    shown: tuple[Shows, ...] = ()
