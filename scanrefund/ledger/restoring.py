"""A copy is put back in the ledger's place. What lay there is kept, and the witness is heard afterwards."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from scanrefund.errors import LedgerFault, os_cause
from scanrefund.keys import Keys
from scanrefund.ledger.backup import SIBLINGS, TRIAL_PREFIX, Tried, file_of, sync, try_copy
from scanrefund.ledger.book import Facts
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.ledger import Ledger, Shop
from scanrefund.ledger.photo_copies import put_back
from scanrefund.ledger.witness import Witness
from scanrefund.ledger.writer_lock import only_writer

# Longer than any copy takes to be made or tried.
LEFT_OVER_AGE: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Restored:
    """What stands now, where the old ledger lies (None: there was none), and whether the books are behind."""

    copy: Tried
    kept: Path | None
    behind: bool


class Restoring:
    """Puts copies back into one ledger's place."""

    def __init__(
        self,
        settings: LedgerSettings,
        keys: Keys,
        shop: Shop,
        witness: Witness,
        photos: Path | None = None,
    ) -> None:
        self._settings, self._keys, self._shop, self._witness = settings, keys, shop, witness
        self._photos = photos

    def restore(self, copy: Path, now: datetime) -> Restored:
        """Try the copy, keep the old ledger beside the new one, and hear the witness about the new one.

        Raises LedgerFault while a counter or worker works through the ledger, or when the copy is not whole.
        """
        path = file_of(self._settings.url)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with only_writer(self._settings.url, "scanrefund restore"):
            _clear_away(path, now)
            tried = try_copy(copy, self._settings, self._keys, self._shop)
            kept = self._put(copy, path, now)
            return Restored(tried, kept, self._hear(tried, kept, now))

    def _put(self, copy: Path, path: Path, now: datetime) -> Path | None:
        """Photographs first; the new file is whole and on the disk before the old one is touched."""
        aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
        try:
            if self._photos is not None:
                put_back(copy, self._photos, self._keys)
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
        return kept

    def _hear(self, tried: Tried, kept: Path | None, now: datetime) -> bool:
        ledger = Ledger.open(self._settings, self._keys, self._shop, self._witness)
        try:
            behind = ledger.hear_witness(now)
            facts: Facts = {"copy_entries": tried.head.number, "kept": kept.name if kept else ""}
            ledger.enter_alone(now, "ledger_restored", facts)
        finally:
            ledger.close()
        return behind


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
