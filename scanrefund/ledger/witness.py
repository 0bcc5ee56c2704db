"""The witness: the book's last entry, kept in a file outside the database.

A restored old backup and a second copy of the ledger both look whole from inside. The witness knows better:
it names an entry that must be there, with its seal.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from scanrefund.ledger import book

FILE_NAME: Final = "witness.json"


@dataclass(frozen=True, slots=True)
class Head:
    """An entry of the book: its number and its seal."""

    number: int
    seal: str


# What no book holds: a witness that cannot be read must not agree with any.
UNREADABLE: Final = Head(0, "unreadable")


class Witness:
    """One file, replaced whole and synced to the disk after each commit that appends to the book."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._written = -1

    def read(self) -> Head | None:
        """The entry the file names, UNREADABLE for a damaged file, None where there is none."""
        try:
            told = json.loads(self._path.read_text(encoding="utf-8"))
            return Head(int(told["number"]), str(told["seal"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            return UNREADABLE

    def write(self, head: Head) -> None:
        """Name a later entry.

        What has been committed stands, so a full disk is no fault here: an older witness notices a little
        less, and the self test tells of the disk.
        """
        with self._lock, contextlib.suppress(OSError):
            if head.number > self._written:
                self._replace(head)
                self._written = head.number

    def _replace(self, head: Head) -> None:
        aside = self._path.with_name(f"{self._path.name}.{secrets.token_hex(4)}")
        try:
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump(asdict(head), file)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(self._path)
        finally:
            aside.unlink(missing_ok=True)


def contradicts(connection: Connection, named: Head | None) -> bool:
    """Whether the book lacks the entry that the witness names, or holds another one in its place.

    A book on SQLite has one data folder; entries without a witness came from another one. Counters that
    share a PostgreSQL ledger each have a witness of their own, and a new counter has none yet.
    """
    if named is None:
        return connection.dialect.name == "sqlite" and book.length(connection) > 0
    return book.seal_of(connection, named.number) != named.seal
