"""Archives of pictures → their members, one after the other, within caps that a bomb runs into.

Nothing is written to disk. A member is read into memory, never more of it than a picture may have, and handed
on; what an archive says of its sizes is counted before it is believed and again while it is read.
"""

from __future__ import annotations

import bz2
import gzip
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, cast

from scanrefund.errors import Fault, PictureFault, UsageFault, os_cause
from scanrefund.scan.picture import PICTURE_BYTES_MAX, SNIFF_BYTES

# A shop's year of receipts, ten times over.
ARCHIVE_ENTRIES_MAX: Final = 100_000
# Unpacked: four times 2,000 photographs of the largest size taken.
ARCHIVE_BYTES_MAX: Final = 80_000_000_000
# No header, no list of members and no picture needs more at once.
READ_BYTES_MAX: Final = 2 * PICTURE_BYTES_MAX

Wanted = Callable[[str, bytes], bool]

_OPENERS: Final[dict[str, Callable[[IO[bytes]], Any]]] = {
    ".tar": lambda file: file,
    ".tar.gz": lambda file: gzip.GzipFile(fileobj=file),
    ".tgz": lambda file: gzip.GzipFile(fileobj=file),
    ".tar.bz2": bz2.BZ2File,
    ".tbz2": bz2.BZ2File,
}
_ZIP_SUFFIX: Final = ".zip"
ARCHIVE_SUFFIXES: Final = (_ZIP_SUFFIX, *_OPENERS)

# NotImplementedError: a way of packing that Python does not know; RuntimeError: a password is wanted.
_DAMAGE: Final = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    RuntimeError,
    NotImplementedError,
)


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive: its bytes (one more than a picture may have, if there are more), or a fault."""

    name: str
    data: bytes = field(default=b"", repr=False)
    fault: Fault | None = None


def is_archive(path: Path) -> bool:
    """By the name: office documents and programs are archives too, and hold no photographs of codes."""
    return path.name.lower().endswith(ARCHIVE_SUFFIXES)


def members(path: Path, wanted: Wanted) -> Iterator[Member]:
    """The members that `wanted(name, first bytes)` lets through, in the archive's order.

    Raises UsageFault picture_unreadable for what cannot be opened, PictureFault archive_damaged and
    archive_too_large; both may come after some members.
    """
    try:
        with path.open("rb") as file:
            yield from (_zipped if _is_zip(path) else _tarred)(file, path, wanted)
    except _Refused as error:
        raise error.fault from error
    except _DAMAGE as error:
        if isinstance(error, OSError) and error.errno:
            raise UsageFault("picture_unreadable", path=path, cause=os_cause(error)) from error
        raise PictureFault("archive_damaged", path=path) from error


def _zipped(file: IO[bytes], path: Path, wanted: Wanted) -> Iterator[Member]:
    caps = _Caps(path)
    with zipfile.ZipFile(cast("IO[bytes]", _Limited(file, path))) as archive:
        for info in archive.infolist():
            caps.take(info.file_size)
            member = None if info.is_dir() else _from_zip(archive, info, path, wanted)
            if member:
                yield member


def _from_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path, wanted: Wanted) -> Member | None:
    """A member that cannot be unpacked costs itself: the list at the end still leads to the others."""
    try:
        with archive.open(info) as opened:
            return _taken(info.filename, opened, wanted)
    except _DAMAGE:
        if not wanted(info.filename, b""):
            return None
        fault = PictureFault("archive_member_unreadable", path=f"{path}/{info.filename}")
        return Member(info.filename, fault=fault)


def _tarred(file: IO[bytes], path: Path, wanted: Wanted) -> Iterator[Member]:
    caps = _Caps(path)
    suffix = next(one for one in _OPENERS if path.name.lower().endswith(one))
    unpacked = cast("IO[bytes]", _Limited(_OPENERS[suffix](file), path))
    with tarfile.open(fileobj=unpacked, mode="r:") as archive:
        while info := archive.next():
            caps.take(info.size)
            opened = archive.extractfile(info) if info.isreg() else None
            member = _taken(info.name, opened, wanted) if opened else None
            if member:
                yield member
            getattr(archive, "members").clear()  # noqa: B009  it keeps every header, and types do not know it


def _taken(name: str, opened: IO[bytes], wanted: Wanted) -> Member | None:
    head = opened.read(SNIFF_BYTES)
    if not wanted(name, head):
        return None
    return Member(name, head + opened.read(PICTURE_BYTES_MAX + 1 - len(head)))


def _is_zip(path: Path) -> bool:
    return path.name.lower().endswith(_ZIP_SUFFIX)


class _Refused(Exception):
    """A cap was reached. No OSError, so that no reader of archives takes it for the end of the file."""

    def __init__(self, path: Path, limit: str) -> None:
        super().__init__(limit)
        self.fault = PictureFault("archive_too_large", path=path, limit=limit)


class _Limited:
    """A file that gives at most READ_BYTES_MAX at once, and nothing beyond ARCHIVE_BYTES_MAX."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self._file, self._path = file, path
        self.seek, self.tell, self.seekable = file.seek, file.tell, lambda: True

    def read(self, size: int = -1) -> bytes:
        if self._file.tell() > ARCHIVE_BYTES_MAX:
            raise _Refused(self._path, f"{ARCHIVE_BYTES_MAX // 1_000_000_000} GB")
        data = b"" if size > READ_BYTES_MAX else self._file.read(READ_BYTES_MAX + 1 if size < 0 else size)
        if max(size, len(data)) > READ_BYTES_MAX:
            raise _Refused(self._path, f"{READ_BYTES_MAX // 1_000_000} MB")
        return data


class _Caps:
    """Counts members and the bytes they say they have."""

    def __init__(self, path: Path) -> None:
        self._path, self._entries, self._bytes = path, 0, 0

    def take(self, size: int) -> None:
        self._entries += 1
        self._bytes += max(size, 0)
        if self._entries > ARCHIVE_ENTRIES_MAX:
            raise _Refused(self._path, f"{ARCHIVE_ENTRIES_MAX} files")
        if self._bytes > ARCHIVE_BYTES_MAX:
            raise _Refused(self._path, f"{ARCHIVE_BYTES_MAX // 1_000_000_000} GB")
