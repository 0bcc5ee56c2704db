"""The outbox: messages that wait, each taken by one worker at a time, sent at least once or given up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, or_, select, update

from scanrefund.errors import UsageFault
from scanrefund.keys import Keys
from scanrefund.ledger import contacts
from scanrefund.ledger.engine import retried
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.refunds import AHEAD_MAX, load
from scanrefund.ledger.schema_after import outbox
from scanrefund.model.contact import Channel, Contact
from scanrefund.model.message import Event, Message
from scanrefund.model.wallet import safe_number

# A worker that dies with a message in its hands: another takes it up after so long. Longer than any delivery.
CLAIM: Final = timedelta(minutes=3)


class Outbox:
    """What waits to be told. Nothing here touches a refund."""

    def __init__(self, ledger: Ledger, keys: Keys) -> None:
        self._ledger = ledger
        self._keys = keys

    def due(self, now: datetime, limit: int) -> list[Message]:
        """What is to be tried now, the oldest first; a time that a wrong clock wrote far ahead is now too."""
        due = or_(outbox.c.next_try_at <= now, outbox.c.next_try_at > now + AHEAD_MAX)
        query = select(outbox).where(due).order_by(outbox.c.next_try_at, outbox.c.message_id).limit(limit)
        with self._ledger.reading() as connection:
            return [_message(row) for row in connection.execute(query)]

    def listed(self, *, unsent_only: bool, limit: int) -> list[Message]:
        """The newest first; with `unsent_only` what waits or was given up."""
        query = select(outbox).order_by(outbox.c.made_at.desc(), outbox.c.message_id).limit(limit)
        if unsent_only:
            query = query.where(outbox.c.sent_at.is_(None))
        with self._ledger.reading() as connection:
            return [_message(row) for row in connection.execute(query)]

    def contact(self, order_id: str) -> Contact | None:
        """Where to deliver. Raises KeyFault for a contact closed with other keys."""
        with self._ledger.reading() as connection:
            return contacts.opened(connection, self._keys, order_id)

    def masked_contact(self, message: Message) -> str:
        """Where a message goes, as it may be shown; empty for staff, and once the contact is forgotten."""
        if message.event is Event.ALARM:
            return ""
        with self._ledger.reading() as connection:
            refund = load(connection, message.subject)
            return contacts.masked(connection, refund.order_id if refund else message.subject)

    @retried
    def claim(self, message: Message, now: datetime) -> bool:
        """Take a message for one try, counted before it is made; False when another worker has it."""
        with self._ledger.writing() as connection:
            this = (
                outbox.c.message_id == message.message_id,
                outbox.c.tries == message.tries,
                outbox.c.next_try_at.is_not(None),
            )
            # Without a trouble it is in somebody's hands: nobody withdraws it meanwhile.
            news = {"tries": message.tries + 1, "next_try_at": now + CLAIM, "trouble": ""}
            return connection.execute(update(outbox).where(*this).values(**news)).rowcount == 1

    @retried
    def sent(self, message: Message, now: datetime) -> None:
        """Its channel took it, which may be another than it was written for."""
        took = {"sent_at": now, "next_try_at": None, "trouble": "", "channel": message.channel.value}
        with self._ledger.writing() as connection:
            _change(connection, message, took)

    @retried
    def failed(self, message: Message, trouble: str, again_at: datetime) -> None:
        """No channel took it: once more at `again_at`."""
        with self._ledger.writing() as connection:
            _change(connection, message, {"next_try_at": again_at, "trouble": trouble})

    @retried
    def give_up(self, message: Message, trouble: str, now: datetime) -> None:
        """Never again by itself. An alarm says so, but not of an alert: that one would be given up too."""
        with self._ledger.writing() as connection:
            ended = {"given_up_at": now, "next_try_at": None, "trouble": trouble}
            if not _change(connection, message, ended):
                return
            facts: dict[str, str | int | None] = {"message": message.message_id, "trouble": trouble}
            kind = "alert_given_up"
            if message.channel is not Channel.ALERT:
                kind, facts = "alarm", {"alarm": "message_given_up", **facts}
            self._ledger.enter(connection, now, kind, message.subject, facts)

    @retried
    def retry(self, message_id: str, now: datetime) -> Message:
        """Try a message anew that was given up or waits. Raises UsageFault message_unknown, message_sent."""
        with self._ledger.writing() as connection:
            # Locked: one that is sent or withdrawn at this moment is not tried anew, and not said to be.
            query = select(outbox).where(outbox.c.message_id == message_id).with_for_update()
            row = connection.execute(query).one_or_none()
            if row is None:
                raise UsageFault("message_unknown", message_id=safe_number(message_id))
            if row.sent_at is not None:
                raise UsageFault("message_sent", message_id=message_id)
            message = _message(row)
            _change(connection, message, {"given_up_at": None, "next_try_at": now, "tries": 0})
            self._ledger.enter(connection, now, "message_retried", message.subject, {"message": message_id})
            return message


def _change(connection: Connection, message: Message, news: dict[str, Any]) -> bool:
    """Not where it was sent or withdrawn meanwhile: a worker that was away too long knows less than that."""
    this = (outbox.c.message_id == message.message_id, outbox.c.sent_at.is_(None))
    return connection.execute(update(outbox).where(*this).values(**news)).rowcount == 1


def _message(row: Row[Any]) -> Message:
    event, _, word = row.event.partition(":")
    return Message(
        message_id=row.message_id,
        channel=Channel(row.channel),
        event=Event(event),
        word=word,
        subject=row.subject,
        made_at=row.made_at,
        tries=row.tries,
        next_try_at=row.next_try_at,
        sent_at=row.sent_at,
        given_up_at=row.given_up_at,
        trouble=row.trouble,
    )
