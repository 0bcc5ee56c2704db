"""The log: one line of JSON for each thing that happened, for whoever watches many counters.

It tells what the books tell, sooner and shorter. No code, no name, no amount stands in it; what cannot be
written is not: a full disk holds no refund up.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from datetime import datetime
from pathlib import Path
from typing import Final

from scanrefund.model.printable import codes_hidden

FILE_NAME: Final = "events.jsonl"
# Some ten thousand lines; the one before is kept too.
BYTES_MAX: Final = 5_000_000


class EventLog:
    """Appends to `events.jsonl` (0600); a full file becomes `events.jsonl.1`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._lock = threading.Lock()

    def write(self, at: datetime, event: str, **facts: str | int | bool | None) -> None:
        """One event with its facts; every text goes through the mask for payment codes."""
        told = {"at": at.isoformat(), "event": event} | {
            name: codes_hidden(value) if isinstance(value, str) else value for name, value in facts.items()
        }
        line = (json.dumps(told, ensure_ascii=True) + "\n").encode()
        with self._lock, contextlib.suppress(OSError):
            self._make_room()
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                # One write: two programs that append do not mix their lines.
                os.write(handle, line)
            finally:
                os.close(handle)

    def _make_room(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            if self._path.stat().st_size > BYTES_MAX:
                self._path.replace(f"{self._path}.1")
