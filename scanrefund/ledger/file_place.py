"""The place of a ledger on SQLite: its file. A copy takes its name when it is whole and on the disk."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from scanrefund.errors import LedgerFault, os_cause
from scanrefund.keys import Keys
from scanrefund.ledger.backup import (
    SIBLINGS,
    SUFFIX,
    TRIAL_PREFIX,
    Tried,
    back_up,
    file_of,
    sync,
    try_copy,
)
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.ledger import Shop
from scanrefund.ledger.photo_copies import put_back
from scanrefund.ledger.witness import Witness

# Longer than any copy takes to be made or tried.
LEFT_OVER_AGE: Final = timedelta(hours=6)


class FilePlace:
    """See `LedgerPlace`."""

    suffix = SUFFIX
    by_tools = False

    def __init__(self, settings: LedgerSettings) -> None:
        self._settings, self._path = settings, file_of(settings.url)
        self.name = str(self._path)

    def stop(self) -> None:
        """Nothing runs: a copy is made by the caller's own thread."""

    def lies(self) -> bool:
        """Whether there is a file, whatever it holds."""
        return self._path.exists()

    def back_up(self, keys: Keys, shop: Shop, target: Path, photos: Path | None) -> Tried:
        """As `back_up`."""
        return back_up(self._settings, keys, shop, target, photos)

    def try_copy(self, copy: Path, keys: Keys, shop: Shop) -> Tried:
        """As `try_copy`."""
        return try_copy(copy, self._settings, keys, shop)

    @contextmanager
    def laid_out(self, copy: Path, keys: Keys, shop: Shop) -> Iterator[LedgerSettings]:
        """As a file in a folder of its own, beside the ledger: it is private there."""
        try_copy(copy, self._settings, keys, shop)
        with tempfile.TemporaryDirectory(dir=self._path.parent, prefix=TRIAL_PREFIX) as place:
            trial = Path(place) / "ledger.sqlite3"
            shutil.copyfile(copy, trial)
            yield replace(self._settings, url=f"sqlite:///{trial.as_posix()}")

    def tell_end(self, witness: Witness) -> None:
        """It has: the file has one counter, whose witness named each entry."""

    def put_back(
        self, copy: Path, keys: Keys, shop: Shop, now: datetime, photos: Path | None
    ) -> tuple[Tried, str | None]:
        """Photographs first; the new file is whole and on the disk before the old one is touched."""
        path = self._path
        _clear_away(path, now)
        tried = try_copy(copy, self._settings, keys, shop)
        aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
        try:
            if photos is not None:
                put_back(copy, photos, keys)
            os.close(os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            shutil.copyfile(copy, aside)
            sync(aside)
            kept = _kept_aside(path, now, self._settings.busy_timeout_s) if path.exists() else None
            aside.replace(path)
            sync(path)
        except OSError as error:
            raise LedgerFault("restore_not_made", path=path, cause=os_cause(error)) from error
        finally:
            aside.unlink(missing_ok=True)
        return tried, str(kept) if kept else None


def _kept_aside(path: Path, now: datetime, busy_timeout_s: int) -> Path:
    """Give the old ledger a second name: killed here, it still has its own."""
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    kept = path.with_name(f"{path.name}.before-{stamp}-{secrets.token_hex(2)}")
    _finish(path, busy_timeout_s)
    try:
        kept.hardlink_to(path)
    except OSError:
        # A disk that knows no second names: killed during the copy, there is half a copy, and the ledger.
        shutil.copyfile(path, kept)
        kept.chmod(0o600)
        sync(kept)
    for sibling in SIBLINGS:
        beside = Path(f"{path}{sibling}")
        if beside.exists():
            beside.replace(f"{kept}{sibling}")
    return kept


def _finish(path: Path, busy_timeout_s: int) -> None:
    """Let SQLite end what a killed writer left in a log beside the file: then the file alone is the ledger.

    A log that is moved away before the new ledger is in its place would leave half a transaction in the old
    one, a log that stays would be played into the new one. What is left beside a file that SQLite cannot
    open is of no use to it, and is moved with it.
    """
    with contextlib.suppress(sqlite3.Error), closing(sqlite3.connect(path, timeout=busy_timeout_s)) as old:
        old.execute("PRAGMA journal_mode=DELETE")
        old.execute("BEGIN IMMEDIATE")
        old.execute("COMMIT")


def _clear_away(path: Path, now: datetime) -> None:
    """Delete what a killed backup or restore left: whole copies of the ledger in places nobody looks at."""
    for pattern in (f"{path.name}.*.part", f"{TRIAL_PREFIX}*"):
        for left in path.parent.glob(pattern):
            if now.timestamp() - left.stat().st_mtime > LEFT_OVER_AGE.total_seconds():
                shutil.rmtree(left) if left.is_dir() else left.unlink()
