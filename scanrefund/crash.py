"""What is kept of a fault nobody expected: the traceback, in the data folder, for whoever repairs it."""

from __future__ import annotations

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from scanrefund.model.printable import codes_hidden

# Room for some hundred tracebacks; a loop of crashes must not fill a shop's disk.
LOG_BYTES_MAX: Final = 1_000_000


def record(error: BaseException, home: Path) -> Path | None:
    """Append the traceback to `crash.log` (0600), payment codes masked. None when that cannot be done."""
    log = home / "crash.log"
    lines = "".join(traceback.format_exception(error))
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        full = log.exists() and log.stat().st_size > LOG_BYTES_MAX
        how = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if full else os.O_APPEND)
        with os.fdopen(os.open(log, how, 0o600), "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"--- {datetime.now(UTC).isoformat()}\n{codes_hidden(lines)}\n")
    except OSError:
        return None
    return log
