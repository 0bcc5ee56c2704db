"""A message as people get it, and the ways it may go: each takes it whole or says why not."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from scanrefund.errors import os_cause
from scanrefund.model.contact import Channel, Contact
from scanrefund.model.message import Event


@dataclass(frozen=True, slots=True)
class Letter:
    """One message in one language. `contact` is None for staff; an SMS template needs the `variables`."""

    message_id: str
    event: Event
    channel: Channel
    contact: Contact | None = field(repr=False)
    subject: str
    body: str
    variables: Mapping[str, str]
    made_at: datetime


class NotDelivered(Exception):
    """A way did not take the letter. `lasting` says that a repeat will not change it."""

    def __init__(self, trouble: str, *, lasting: bool = False) -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.lasting = lasting


class Way(Protocol):
    """One way a letter may go. May deliver the same letter again: the receiver knows it by `message_id`."""

    def deliver(self, letter: Letter) -> None:
        """Hand it over, within a deadline. Raises NotDelivered."""


class FileWay:
    """The default: a line of JSON in the data folder, its address masked. A rehearsal writes to nobody."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def deliver(self, letter: Letter) -> None:
        line = {
            "message_id": letter.message_id,
            "event": letter.event.value,
            "channel": letter.channel.value,
            "to": letter.contact.masked if letter.contact else "staff",
            "subject": letter.subject,
            "body": letter.body,
            "variables": dict(letter.variables),
            "made_at": letter.made_at.isoformat(),
        }
        data = (json.dumps(line, ensure_ascii=False) + "\n").encode()
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
        except OSError as error:
            raise NotDelivered(f"file_{os_cause(error)}") from error
