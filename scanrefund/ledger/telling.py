"""What is to be told goes into the outbox in the transaction that makes it true: neither is there without the
other.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, or_

from scanrefund.ledger import contacts
from scanrefund.ledger.schema_after import outbox
from scanrefund.model.contact import Channel
from scanrefund.model.message import Event
from scanrefund.model.refund import Refund, RefundState

_S = RefundState
_EVENTS: Final = {
    _S.PROCESSING: Event.REFUND_ACCEPTED,
    _S.SUCCEEDED: Event.REFUND_SUCCEEDED,
    _S.CLOSED: Event.REFUND_FAILED,
    _S.CANCELLED: Event.REFUND_FAILED,
    _S.RETURNED_TO_MERCHANT: Event.REFUND_FAILED,
}
_NEW: Final = insert(outbox)
EVENT_CHARS_MAX: Final = 40

# "Accepted" waits so long: an ordinary refund of WeChat Pay ends within seconds, and then the end is told.
ACCEPTED_WAIT: Final = timedelta(seconds=10)

# In nobody's hands: never tried, or the last try failed and a later one is waited for.
_WITHDRAW_ACCEPTED: Final = delete(outbox).where(
    outbox.c.subject == bindparam("refund_id"),
    outbox.c.event == Event.REFUND_ACCEPTED.value,
    outbox.c.next_try_at.is_not(None),
    or_(outbox.c.tries == 0, outbox.c.trouble != ""),
)


def note_move(connection: Connection, refund: Refund, new: RefundState, now: datetime) -> None:
    """A refund has moved: its customer is told, where he asked to be. `refund` is as it was read.

    With the end, an "accepted" that nobody has in hand is withdrawn: the customer gets one message.
    """
    event = _EVENTS.get(new)
    channel = contacts.channel_of(connection, refund.order_id) if event else None
    if event is not None and channel is not None:
        # The epoch sets a second success, after the money came back once, apart from the first.
        message_id = f"{event.value}.{refund.refund_id}.{refund.epoch}"
        due_at = now + ACCEPTED_WAIT if event is Event.REFUND_ACCEPTED else now
        if event is not Event.REFUND_ACCEPTED:
            connection.execute(_WITHDRAW_ACCEPTED, {"refund_id": refund.refund_id})
        _note(connection, message_id, channel, event.value, refund.refund_id, now, due_at)


def note_cancelled(connection: Connection, order_id: str, now: datetime) -> None:
    """An order was cancelled. To be called once, where it is."""
    channel = contacts.channel_of(connection, order_id)
    if channel is not None:
        event = Event.ORDER_CANCELLED.value
        _note(connection, f"{event}.{order_id}", channel, event, order_id, now)


def note_alarm(connection: Connection, subject: str, number: int, alarm: str, now: datetime) -> None:
    """Somebody of the shop should look: `number` is the alarm's entry in the book."""
    event = f"{Event.ALARM.value}:{alarm}"[:EVENT_CHARS_MAX]
    _note(connection, f"{Event.ALARM.value}.{number}", Channel.ALERT, event, subject, now)


def _note(
    connection: Connection,
    message_id: str,
    channel: Channel,
    event: str,
    subject: str,
    now: datetime,
    due_at: datetime | None = None,
) -> None:
    row = {"message_id": message_id, "channel": channel.value, "event": event, "subject": subject}
    times = {"made_at": now, "next_try_at": due_at or now}
    connection.execute(_NEW, {**row, **times, "tries": 0, "trouble": ""})
