"""A database on disk without a name: only this process can open it, and it is gone when it is closed."""

from __future__ import annotations

import sqlite3
from typing import Final

# What it may hold in memory, in KiB; the rest is on disk.
CACHE_KIB: Final = 16_384


def private_database(tables: str) -> sqlite3.Connection:
    """An empty one with these tables; its memory is bounded whatever it holds."""
    database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "temp_store=FILE", f"cache_size=-{CACHE_KIB}"):
        database.execute(f"PRAGMA {pragma}")
    database.executescript(tables)
    # Never committed: a commit for each row would only cost time.
    database.execute("BEGIN")
    return database
