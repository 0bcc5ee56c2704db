"""Going on where an earlier output of `decode` stopped: what it holds, and where its whole lines end."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from scanrefund.cli import output, sheet
from scanrefund.errors import UsageFault, os_cause
from scanrefund.model.cells import guarded

# The longest line: a path and a picture full of the longest codes, escaped.
LINE_BYTES_MAX: Final = 50_000_000


@dataclass(slots=True)
class Earlier:
    """What stands in the output: how often each name, how many were read, why others were not, its bytes."""

    names: Counter[str] = field(default_factory=Counter)
    read: int = 0
    unread: Counter[str] = field(default_factory=Counter)
    end: int = 0

    def add(self, name: str, status: str, reason: str, *, end: int) -> None:
        self.names[name] += 1
        self.end = end
        self.count(status, reason)

    def count(self, status: str, reason: str) -> None:
        """One more file, read or not."""
        if status == "read":
            self.read += 1
        else:
            self.unread[reason or "nothing"] += 1

    def take(self, name: str) -> bool:
        """Whether the file of this name stands there already; each line counts for one file."""
        if self.names[name] <= 0:
            return False
        self.names[name] -= 1
        return True


def name_in_json(name: str) -> str:
    """A path as it comes back out of a line of JSON."""
    return str(json.loads(output.as_json(name)))


def name_in_csv(name: str) -> str:
    """A path as its cell holds it."""
    return guarded(name)


def earlier_lines(path: Path) -> Earlier:
    """What JSON Lines hold; a half line at the end does not count. Raises UsageFault resume_foreign."""
    found = Earlier()
    for number, line, end in _whole_lines(path):
        try:
            told = json.loads(line)
            found.add(told["path"], told["status"], told["reason"] or "", end=end)
        except (ValueError, KeyError, TypeError) as error:
            raise UsageFault("resume_foreign", path=path, line=number) from error
    return found


def earlier_rows(path: Path) -> Earlier:
    """What CSV holds. The last file's rows do not count: there may be more of them. Raises like the other."""
    found = Earlier()
    group: list[str] = []
    for number, line, end in _whole_lines(path):
        file = _row(line, path, number)[:3]
        if number == 1:
            found.end = end
        elif group and file != group:
            found.add(*group, end=end - len(line))
        group = file if number > 1 else []
    return found


def _row(line: bytes, path: Path, number: int) -> list[str]:
    row = next(csv.reader(io.StringIO(line.decode("utf-8", "replace"))), [])
    if len(row) != len(sheet.HEADER) or (number == 1) != (tuple(row) == sheet.HEADER):
        raise UsageFault("resume_foreign", path=path, line=number)
    return row


def _whole_lines(path: Path) -> Iterator[tuple[int, bytes, int]]:
    """Number, line and the place behind it, for every line that has its end."""
    if not path.exists():
        return
    with path.open("rb") as file:
        number = 0
        while (line := file.readline(LINE_BYTES_MAX)).endswith(b"\n"):
            number += 1
            yield number, line, file.tell()


def open_at(path: Path, end: int) -> IO[bytes]:
    """The output, cut behind its last whole line, ready for the next. Raises UsageFault resume_unusable."""
    try:
        file = path.open("r+b" if path.exists() else "w+b")
        file.truncate(end)
        file.seek(end)
    except OSError as error:
        raise UsageFault("resume_unusable", path=path, cause=os_cause(error)) from error
    return file


def written_to(file: IO[bytes], path: Path, text: str) -> None:
    """Write and flush. Raises UsageFault resume_unusable."""
    try:
        file.write(text.encode("utf-8", "backslashreplace"))
        file.flush()
    except OSError as error:
        raise UsageFault("resume_unusable", path=path, cause=os_cause(error)) from error
