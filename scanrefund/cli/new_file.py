"""Files that a command makes: whole or not at all, whatever ends it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from scanrefund.errors import UsageFault, os_cause

# What a new file may be read by: its owner alone, or whoever the machine's own rule lets.
_OWNER: Final = 0o600
_ANYBODY: Final = 0o666


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file for its owner alone, never in another one's place.

    Raises UsageFault where a file of that name is there already or none can be made.
    """
    if path.exists():
        raise UsageFault("file_is_there", path=path)
    with _whole(path, _OWNER) as file:
        yield file


@contextmanager
def renewed_file(path: Path) -> Iterator[IO[bytes]]:
    """A file for a till or a printer, which takes the place of the one before. Raises UsageFault."""
    with _whole(path, _ANYBODY) as file:
        yield file


@contextmanager
def _whole(path: Path, mode: int) -> Iterator[IO[bytes]]:
    """Written beside its place and put there once it is whole: whoever reads meanwhile sees no half of it."""
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as error:
        raise UsageFault("file_not_made", path=path, cause=os_cause(error)) from error
    finally:
        aside.unlink(missing_ok=True)
