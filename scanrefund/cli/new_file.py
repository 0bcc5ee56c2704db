"""Files that a command makes: whole or not at all, for their owner alone, never in another one's place."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from scanrefund.errors import UsageFault, os_cause


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """Write a file beside its place and put it there once it is whole, with mode 0600.

    Raises UsageFault where a file of that name is there already or none can be made.
    """
    if path.exists():
        raise UsageFault("file_is_there", path=path)
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as error:
        raise UsageFault("file_not_made", path=path, cause=os_cause(error)) from error
    finally:
        aside.unlink(missing_ok=True)
