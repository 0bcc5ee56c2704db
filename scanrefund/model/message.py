"""What is to be told, to a customer or to staff: written with what happened, delivered when it can be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scanrefund.model.contact import Channel


class Event(StrEnum):
    """What a message is about."""

    REFUND_ACCEPTED = "refund_accepted"
    REFUND_SUCCEEDED = "refund_succeeded"
    REFUND_FAILED = "refund_failed"
    ORDER_CANCELLED = "order_cancelled"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Message:
    """One message in the outbox. `message_id` is the same with every delivery: who gets it twice can tell.

    `subject` is a refund's number, an order's for ORDER_CANCELLED, either for ALARM; `word` is the alarm's.
    Exactly one of `next_try_at`, `sent_at` and `given_up_at` is set. `trouble` is why the last try failed.
    """

    message_id: str
    channel: Channel
    event: Event
    word: str
    subject: str
    made_at: datetime
    tries: int
    next_try_at: datetime | None
    sent_at: datetime | None
    given_up_at: datetime | None
    trouble: str
