"""Photographs beside copies of the ledger: each once, by its name, and a list of hashes for every copy.

They lie closed up, here as in the data folder; the keys are in no copy.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from scanrefund.errors import KeyFault, LedgerFault
from scanrefund.keys import Keys
from scanrefund.model.evidence import FOLDER, SUFFIX

# Beside `one.sqlite3` lies `one.sqlite3.evidence`, in the form that `sha256sum -c` reads.
LIST_SUFFIX: Final = ".evidence"
# A copy that is being made holds photographs that no list names yet.
UNLISTED_AGE_MAX: Final = timedelta(days=1)
_LINE: Final = re.compile(rf"([0-9a-f]{{64}})  {FOLDER}/([0-9a-f]{{64}}){re.escape(SUFFIX)}")


def copy_photos(names: Iterable[str], source: Path, copy: Path, keys: Keys) -> None:
    """Put the photographs of these names beside a copy, and list them. What `source` lacks is left out.

    Raises OSError where one cannot be written.
    """
    pool, hashes = copy.parent / FOLDER, {}
    for name in sorted(names):
        if _brought(name, source, pool, keys):
            hashes[name] = sha256_of(pool / f"{name}{SUFFIX}")
    if hashes:
        lines = [f"{told}  {FOLDER}/{name}{SUFFIX}\n" for name, told in hashes.items()]
        write_whole(list_of(copy), "".join(lines).encode())


def listed(copy: Path) -> Mapping[str, str]:
    """The photographs that belong to a copy: name → SHA-256 of the closed file. Raises LedgerFault."""
    path = list_of(copy)
    if not path.exists():
        return {}
    try:
        lines = [_LINE.fullmatch(line) for line in path.read_text(encoding="ascii").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerFault("copy_not_whole", path=path, found=type(error).__name__) from error
    if not all(lines):
        raise LedgerFault("copy_not_whole", path=path, found=FOLDER)
    return {line[2]: line[1] for line in lines if line}


def try_photos(copy: Path, keys: Keys) -> int:
    """Open each photograph of a copy as somebody would who wants to see it; how many there are.

    Raises LedgerFault for one that is gone, changed, or closed up with other keys.
    """
    hashes = listed(copy)
    for name, told in hashes.items():
        path = copy.parent / FOLDER / f"{name}{SUFFIX}"
        try:
            closed = path.read_bytes()
        except OSError as error:
            raise LedgerFault("copy_photo_gone", path=path) from error
        if hashlib.sha256(closed).hexdigest() != told or not _opens(keys, name, closed):
            raise LedgerFault("copy_photo_broken", path=path)
    return len(hashes)


def put_back(copy: Path, home_folder: Path, keys: Keys) -> None:
    """Bring the photographs of a copy into the data folder; those that lie there whole stay. Raises OSError.

    Before the ledger is put back: one that no refund names yet harms nobody, one that is missing does.
    """
    for name in listed(copy):
        _brought(name, copy.parent / FOLDER, home_folder, keys)


def sweep(folder: Path, now: datetime) -> None:
    """Delete the photographs beside copies that no copy's list names any more. Raises OSError."""
    kept = {name for path in folder.glob(f"*{LIST_SUFFIX}") for name in listed(path.with_suffix(""))}
    for path in (folder / FOLDER).glob(f"*{SUFFIX}"):
        age = now.timestamp() - path.stat().st_mtime
        if path.stem not in kept and age > UNLISTED_AGE_MAX.total_seconds():
            path.unlink()


def list_of(copy: Path) -> Path:
    """The list of hashes beside a copy."""
    return copy.with_name(copy.name + LIST_SUFFIX)


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_whole(path: Path, data: bytes) -> None:
    """A private file, there whole or not at all."""
    aside = _aside(path)
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _brought(name: str, from_folder: Path, to_folder: Path, keys: Keys) -> bool:
    """Whether the photograph lies in a folder by now. A whole one stays, and is young again."""
    source, target = (folder / f"{name}{SUFFIX}" for folder in (from_folder, to_folder))
    if target.exists() and (not source.exists() or _opens(keys, name, target.read_bytes())):
        os.utime(target)
        return True
    if not source.exists():
        return False
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = _aside(target)
    try:
        os.close(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        shutil.copyfile(source, aside)
        with aside.open("rb+") as file:
            os.fsync(file.fileno())
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    return True


def _aside(path: Path) -> Path:
    return path.with_name(f"{path.name}.{secrets.token_hex(4)}")


def _opens(keys: Keys, name: str, closed: bytes) -> bool:
    try:
        return hashlib.sha256(keys.opened_photo(name, closed)).hexdigest() == name
    except KeyFault:
        return False
