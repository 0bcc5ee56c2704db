"""One long-running writer per SQLite ledger: two that never rest starve each other, its queue is unfair.

The lock is the operating system's, held on a file beside the ledger: it ends with the process that holds it,
however that ends, so a stale one needs no judgement. The file tells who holds it.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from scanrefund.errors import LedgerFault

SUFFIX: Final = ".writer"
# Beyond what is written, so that a reader on Windows may read who holds it.
_LOCKED_BYTE: Final = 4096
HOLDER_BYTES_MAX: Final = 1000


@contextmanager
def only_writer(url: str, role: str) -> Iterator[None]:
    """Be the one long-running writer while the block runs; `role` is told to whoever comes second.

    Does nothing for a ledger in memory or on PostgreSQL. Raises LedgerFault naming the first.
    """
    path = _lock_file(url)
    if path is None:
        yield
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise LedgerFault("ledger_cannot_open", path=path) from error
    try:
        if not _taken(handle):
            raise LedgerFault("ledger_has_a_writer", path=path, holder=_holder(handle))
        _sign(handle, role)
        yield
    finally:
        os.close(handle)


def _lock_file(url: str) -> Path | None:
    told = make_url(url)
    if told.get_backend_name() != "sqlite" or not told.database or told.database == ":memory:":
        return None
    return Path(told.database + SUFFIX)


def _taken(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415

            os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _sign(handle: int, role: str) -> None:
    holder = {"role": role, "pid": os.getpid(), "host": socket.gethostname(), "since": _now()}
    os.lseek(handle, 0, os.SEEK_SET)
    os.ftruncate(handle, 0)
    os.write(handle, json.dumps(holder).encode())


def _holder(handle: int) -> str:
    os.lseek(handle, 0, os.SEEK_SET)
    try:
        told = json.loads(os.read(handle, HOLDER_BYTES_MAX))
        return f"{told['role']}, {told['host']}, pid {told['pid']}, {told['since']}"
    except (ValueError, KeyError, TypeError):
        return "?"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
