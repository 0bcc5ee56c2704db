"""Copies of a ledger on SQLite: made while it is in use, and tried before anybody relies on them.

A copy holds the ledger alone. The keys stay where they are: whoever finds a copy cannot make a seal with it,
nor try PINs.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from scanrefund.errors import LedgerFault, UsageFault, os_cause
from scanrefund.keys import Keys
from scanrefund.ledger import book, photo_copies
from scanrefund.ledger.engine import LedgerSettings, open_engine, reading
from scanrefund.ledger.evidence import photo_names
from scanrefund.ledger.ledger import Ledger, Shop
from scanrefund.ledger.schema import attempts, moves, orders, refunds
from scanrefund.ledger.schema import book as entries
from scanrefund.ledger.witness import Head

# These only grow: a copy has at least what was there before it was made, at most what was there after.
_GROWING: Final = (orders, refunds, attempts, moves, entries)
# The kind of the entry that is written just before a copy is made.
BEGUN: Final = "backup_begun"
# The end of a copy's name.
SUFFIX: Final = ".sqlite3"
# Places in which copies are tried.
TRIAL_PREFIX: Final = "restore-test-"
# What SQLite keeps beside a database file while it works.
SIBLINGS: Final = ("-journal", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Tried:
    """A copy that passed: what it holds, the last entry of its book, the photographs that its refunds name,
    and how many of those lie beside it: one that was gone when the copy was made is missing there too.
    """

    path: Path
    bytes: int
    counts: dict[str, int]
    head: Head
    named: frozenset[str]
    photos: int

    @property
    def photos_missing(self) -> int:
        return len(self.named) - self.photos


def file_of(url: str) -> Path:
    """The file of a ledger on SQLite.

    Raises UsageFault for one in memory, LedgerFault for an address of anything else.
    """
    try:
        told = make_url(url)
    except (ArgumentError, ValueError):
        raise LedgerFault("ledger_url_wrong") from None
    if told.get_backend_name() != "sqlite":
        raise LedgerFault("ledger_url_unsupported", backend=told.get_backend_name())
    if not told.database or told.database == ":memory:":
        raise UsageFault("backup_of_memory")
    return Path(told.database)


def back_up(
    settings: LedgerSettings, keys: Keys, shop: Shop, target: Path, photos: Path | None = None
) -> Tried:
    """Copy the ledger into a new file `target` (0600), and try the copy. A copy that fails is taken away.

    The photographs that its refunds name are brought beside it from the folder `photos`.

    Writers wait meanwhile, about a second for a gigabyte. Raises UsageFault where there is nothing to copy or
    the name is taken, LedgerFault where the copy is not whole.
    """
    source = file_of(settings.url)
    if not source.exists():
        raise UsageFault("backup_of_nothing", path=source)
    return kept_whole(
        target,
        lambda aside: _copy(source, aside, settings.busy_timeout_s, mode="rw"),
        lambda aside: try_copy(aside, settings, keys, shop),
        settings,
        (photos, keys),
    )


def kept_whole(
    target: Path,
    make: Callable[[Path], None],
    trial: Callable[[Path], Tried],
    settings: LedgerSettings,
    photos: tuple[Path | None, Keys],
) -> Tried:
    """A copy that `make` makes and `trial` tries under another name; `target` only once it passed.

    `photos` is the folder they come from, and the keys that open them.
    """
    if target.exists():
        raise UsageFault("file_is_there", path=target)
    before = counts_of(settings)
    aside = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        make(aside)
        tried = trial(aside)
        _compare(aside, tried, before, settings)
        whole = _with_photos(tried, target, *photos)
        aside.replace(target)
    except OSError as error:
        raise UsageFault("file_not_made", path=target, cause=os_cause(error)) from error
    finally:
        aside.unlink(missing_ok=True)
        if not target.exists():
            photo_copies.list_of(target).unlink(missing_ok=True)
    return whole


def _with_photos(tried: Tried, target: Path, photos: Path | None, keys: Keys) -> Tried:
    """The list comes before the copy: a copy that is there has everything that belongs to it."""
    if photos is not None:
        photo_copies.copy_photos(tried.named, photos, target, keys)
    there = photo_copies.try_photos(target, keys)
    return replace(tried, path=target, photos=there)


def try_copy(path: Path, settings: LedgerSettings, keys: Keys, shop: Shop) -> Tried:
    """Open a copy of the copy in a temporary place, as a restored ledger would be, and look at everything.

    Raises UsageFault where there is no file, LedgerFault where it is no whole ledger, KeyFault for a ledger
    of other keys.
    """
    if not path.is_file():
        raise UsageFault("path_missing", path=path)
    # Beside the ledger: it is private there, and there is room for another one.
    with tempfile.TemporaryDirectory(dir=file_of(settings.url).parent, prefix=TRIAL_PREFIX) as place:
        trial = Path(place) / "ledger.sqlite3"
        _copy(path, trial, settings.busy_timeout_s, mode="ro")
        _refuse_damage(trial, path)
        opened = Ledger.open(LedgerSettings(f"sqlite:///{trial}", settings.busy_timeout_s), keys, shop)
        try:
            tried = look_through(opened, keys, path)
        finally:
            opened.close()
    return replace(tried, photos=photo_copies.try_photos(path, keys))


def look_through(opened: Ledger, keys: Keys, path: Path) -> Tried:
    """What the ledger of a copy holds. Raises LedgerFault for a book that does not hold."""
    with opened.reading() as connection:
        _refuse_broken_book(connection, keys, path)
        head, named = Head(*book.head(connection)), photo_names(connection)
        return Tried(path, path.stat().st_size, _counts(connection), head, named, photos=0)


def _copy(source: Path, target: Path, busy_timeout_s: int, *, mode: str) -> None:
    """One moment of a database as one file, on the disk when this returns."""
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    uri = f"{source.absolute().as_uri()}?mode={mode}"
    try:
        with (
            closing(sqlite3.connect(uri, timeout=busy_timeout_s, uri=True)) as read,
            closing(sqlite3.connect(target)) as written,
        ):
            read.backup(written)
            # A copy is one file: nothing of it may lie in a log beside it.
            written.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise LedgerFault("copy_not_whole", path=source, found=type(error).__name__) from error
    sync(target)


def sync(path: Path) -> None:
    """A file's contents, and its name in its folder, to the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    if os.name != "nt":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _refuse_damage(trial: Path, path: Path) -> None:
    try:
        with closing(sqlite3.connect(trial)) as connection:
            # Its findings come on lines of their own.
            found = " ".join(connection.execute("PRAGMA integrity_check(1)").fetchone()[0].split())
            strays = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        raise LedgerFault("copy_not_whole", path=path, found=type(error).__name__) from error
    if found != "ok" or strays is not None:
        raise LedgerFault("copy_not_whole", path=path, found=found if found != "ok" else strays[0])


def _refuse_broken_book(connection: Connection, keys: Keys, path: Path) -> None:
    flaw = book.first_flaw(connection, keys)
    if flaw is not None:
        raise LedgerFault("copy_book_broken", path=path, number=flaw.number)


def _compare(aside: Path, tried: Tried, before: dict[str, int], settings: LedgerSettings) -> None:
    """The copy is of this ledger: between what it held before and after, with an end that is in its book."""
    after = counts_of(settings)
    engine = open_engine(settings)
    try:
        with reading(engine) as connection:
            ours = book.seal_of(connection, tried.head.number) == tried.head.seal
    finally:
        engine.dispose()
    short = [name for name, count in tried.counts.items() if not before[name] <= count <= after[name]]
    if short or not ours:
        raise LedgerFault("copy_not_whole", path=aside, found=", ".join(short) or "book")


def counts_of(settings: LedgerSettings) -> dict[str, int]:
    engine = open_engine(settings)
    try:
        with reading(engine) as connection:
            return _counts(connection)
    finally:
        engine.dispose()


def _counts(connection: Connection) -> dict[str, int]:
    """How many rows each growing table has."""
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in _GROWING
    }
