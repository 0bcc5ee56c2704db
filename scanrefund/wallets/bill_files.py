"""Bill texts and bill files: which wallet wrote it, in which encoding, packed or not; read line by line.

Never whole in memory: a bill of a million lines has some 300 MB.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import IO, Final

from scanrefund.errors import UsageFault, os_cause
from scanrefund.model.bill_line import BillContent, BillLine
from scanrefund.wallets import alipay_bill_lines, wechat_bill_lines
from scanrefund.wallets.bill_table import LINE_CHARS_MAX, BadBill

# Comment lines before Alipay's header: four; a header further down belongs to some other file.
HEAD_LINES_MAX: Final = 20
# Ten million lines. Packed files may claim to hold anything.
FILE_BYTES_MAX: Final = 4 * 1024**3
_GZIP_MARK: Final = b"\x1f\x8b"
_ZIP_MARK: Final = b"PK"
# BadGzipFile is an OSError; RuntimeError: locked with a password, NotImplementedError: an unknown packing.
_NOT_UNPACKED: Final = (
    *(zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, RuntimeError, NotImplementedError),
)


@dataclass(frozen=True, slots=True)
class BillAccounts:
    """Whose bills are ours: WeChat Pay's merchant number, Alipay's seller number; empty where not known."""

    wechat: str = ""
    alipay: str = ""


class TextHash:
    """The SHA-256 of a text while it goes by, as UTF-8."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def of(self, lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            self._hash.update(line.encode())
            yield line

    def hex(self) -> str:
        return self._hash.hexdigest()


def of_text(texts: Iterable[str], day: date, accounts: BillAccounts, text_hash: TextHash) -> BillContent:
    """The bill among the texts a wallet answered with. Raises BadBill, also while its lines are taken."""
    return _first(map(io.StringIO, texts), day, accounts, text_hash)


@contextmanager
def of_file(path: Path, day: date, accounts: BillAccounts, text_hash: TextHash) -> Iterator[BillContent]:
    """A bill somebody downloaded: CSV, gzip or zip. Raises UsageFault that names file, line and cause."""
    with ExitStack() as opened:
        with _told_of(path):
            found = _first(_texts(path, opened), day, accounts, text_hash)
        yield replace(found, lines=_guarded(found.lines, path))


def _first(
    texts: Iterable[Iterable[str]], day: date, accounts: BillAccounts, text_hash: TextHash
) -> BillContent:
    for lines in texts:
        found = _content(text_hash.of(lines), day, accounts)
        if found is not None:
            return found
    raise BadBill("bill_unknown_form", 1)


def _guarded(lines: Iterator[BillLine], path: Path) -> Iterator[BillLine]:
    with _told_of(path):
        yield from lines


@contextmanager
def _told_of(path: Path) -> Iterator[None]:
    """Every trouble of a file as one sentence with its name."""
    name = path.name
    try:
        yield
    except BadBill as bad:
        details = {"line": bad.line, "trouble": bad.trouble, "text": bad.text}
        raise UsageFault("bill_broken", file=name, **details) from bad
    except UnicodeDecodeError as error:
        raise UsageFault("bill_not_text", file=name) from error
    except _NOT_UNPACKED as error:
        raise UsageFault("bill_not_unpacked", file=name) from error
    except OSError as error:
        raise UsageFault("bill_unreadable", file=name, cause=os_cause(error)) from error


def _texts(path: Path, opened: ExitStack) -> Iterator[Iterator[str]]:
    """Each text of a file, as lines."""
    file = opened.enter_context(path.open("rb"))
    mark = file.read(2)
    file.seek(0)
    if mark == _ZIP_MARK:
        yield from _members(file, opened, path)
    elif mark == _GZIP_MARK:
        yield _lines(opened.enter_context(gzip.GzipFile(fileobj=file)))
    else:
        yield _lines(file)


def _members(file: IO[bytes], opened: ExitStack, path: Path) -> Iterator[Iterator[str]]:
    packed = opened.enter_context(zipfile.ZipFile(file))
    if sum(one.file_size for one in packed.infolist()) > FILE_BYTES_MAX:
        raise UsageFault("bill_too_large", file=path.name)
    for entry in packed.infolist():
        if not entry.is_dir():
            yield _lines(opened.enter_context(packed.open(entry)))


def _lines(file: IO[bytes] | gzip.GzipFile) -> Iterator[str]:
    """UTF-8 where the first lines are, else GB 18030, which holds GBK. Each line with its end."""
    head = [file.readline(LINE_CHARS_MAX) for _ in range(HEAD_LINES_MAX)]
    try:
        b"".join(head).decode("utf-8-sig")
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = "gb18030"
    rest = iter(lambda: file.readline(LINE_CHARS_MAX), b"")
    for at, line in enumerate(chain(filter(None, head), rest), 1):
        if len(line) == LINE_CHARS_MAX:
            raise BadBill("bill_line_unreadable", at)
        yield line.decode(encoding)


def _content(lines: Iterator[str], day: date, accounts: BillAccounts) -> BillContent | None:
    """The bill in these lines; None for another table, such as Alipay's sums."""
    numbered = _numbered(lines)
    head: list[str] = []
    for at, line in numbered:
        if wechat_bill_lines.is_header(line):
            return wechat_bill_lines.content(chain([(at, line)], numbered), day, accounts.wechat)
        if alipay_bill_lines.is_header(line):
            return _of_day(
                alipay_bill_lines.content(chain([(at, line)], numbered), head, accounts.alipay), day
            )
        head.append(line)
        if len(head) == HEAD_LINES_MAX:
            break
    return None


def _numbered(lines: Iterator[str]) -> Iterator[tuple[int, str]]:
    for at, line in enumerate(lines, 1):
        if len(line) >= LINE_CHARS_MAX:
            raise BadBill("bill_line_unreadable", at)
        yield at, line.lstrip("\ufeff").rstrip("\r\n")


def _of_day(found: BillContent, day: date) -> BillContent:
    if found.day is not None and found.day != day:
        raise BadBill("bill_of_other_day", 3, found.day.isoformat())
    return found
