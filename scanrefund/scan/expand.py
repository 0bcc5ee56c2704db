"""What people name → the pictures in it: files, folders, patterns, archives, pages. One at a time, in order.

Nothing is read ahead and no list of all pictures is ever made: a hundred thousand files cost what one costs.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Final

from scanrefund.errors import Fault, PictureFault, UsageFault
from scanrefund.scan.archive import is_archive, members
from scanrefund.scan.picture import SNIFF_BYTES, picture_format

PICTURE_SUFFIXES: Final = frozenset(
    {".png", ".jpg", ".jpeg", ".jfif", ".webp", ".gif", ".heic", ".heif", ".avif", ".bmp", ".tif", ".tiff"}
)


@dataclass(frozen=True, slots=True)
class Item:
    """A picture to read: a file, a page of a PDF (counted from 0), bytes of an archive, or only a fault.

    `name` is unique within its batch and stands in the output: `photos.zip/1.jpg`, `bill.pdf#page=2`.
    `inner` says that another item of the same file came before it.
    """

    name: str
    path: Path
    page: int | None = None
    data: bytes | None = field(default=None, repr=False)
    fault: Fault | None = None
    inner: bool = False


def items_of(files: Iterable[Path], pages_of: Callable[[Path], int]) -> Iterator[Item]:
    """Every picture in some files. One that is not there is an item too: reading it says so."""
    for file in files:
        yield from _in_file(file, pages_of)


def files_of(paths: Iterable[Path]) -> Iterator[Path]:
    """The files named; of a folder what may hold pictures, to the bottom, in the order of the names."""
    for path in paths:
        for named in _matching(path):
            if named.is_dir():
                yield from _in_folder(named)
            else:
                yield named


def is_named(path: Path) -> bool:
    """Whether the path is there, or is a pattern (`*`, `?`, `[…]`, `**`) that something fits."""
    return next(_matching(path), path).exists()


def _matching(path: Path) -> Iterator[Path]:
    """Some shells leave patterns to the program. What is there under that very name is no pattern."""
    if glob.has_magic(str(path)) and not path.exists():
        yield from map(Path, sorted(glob.iglob(str(path), recursive=True)))  # noqa: PTH207  takes absolute patterns
    else:
        yield path


def _in_folder(folder: Path) -> Iterator[Path]:
    """Links to folders are not followed: they may lead in a circle. A folder that is shut is an item."""
    try:
        with os.scandir(folder) as found:
            entries = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in found)
    except OSError:
        yield folder
        return
    for name, is_folder in entries:
        path = folder / name
        if is_folder:
            yield from _in_folder(path)
        elif path.is_file() and (holds_pictures(path) or _is_picture(path)):
            yield path


def holds_pictures(path: Path) -> bool:
    """Whether a file is more than one picture, by its name."""
    return is_archive(path) or _is_pdf(path)


def _is_pdf(path: Path) -> bool:
    return path.suffix.lower() == ".pdf"


def _is_picture(path: Path) -> bool:
    if path.suffix.lower() in PICTURE_SUFFIXES:
        return True
    try:
        with path.open("rb") as opened:
            return bool(picture_format(opened.read(SNIFF_BYTES)))
    except OSError:
        return False


def _in_file(path: Path, pages_of: Callable[[Path], int]) -> Iterator[Item]:
    if not holds_pictures(path) or not path.is_file():
        yield Item(str(path), path)
        return
    inner = False
    try:
        for item in _pages(path, pages_of) if _is_pdf(path) else _members(path):
            yield replace(item, inner=inner)
            inner = True
    except (UsageFault, PictureFault) as fault:
        yield Item(str(path), path, fault=fault, inner=inner)


def _pages(path: Path, pages_of: Callable[[Path], int]) -> Iterator[Item]:
    for page in range(pages_of(path)):
        yield Item(f"{path}#page={page + 1}", path, page=page)


def _members(path: Path) -> Iterator[Item]:
    for member in members(path, _is_picture_member):
        yield Item(f"{path}/{member.name}", path, data=member.data, fault=member.fault)


def _is_picture_member(name: str, head: bytes) -> bool:
    return PurePosixPath(name).suffix.lower() in PICTURE_SUFFIXES or bool(picture_format(head))
