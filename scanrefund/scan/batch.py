"""Many pictures over many processes: one line per file, in order, whatever a file does."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from scanrefund.errors import Fault
from scanrefund.model.refusal import Reason
from scanrefund.model.shown import Kind
from scanrefund.scan.confirm import Verdict, weigh
from scanrefund.scan.decode import decode
from scanrefund.scan.picture import SNIFF_BYTES, picture_format, read_picture

# Files handed out in one turn, per process: enough to keep all busy, few enough to keep memory small.
FILES_PER_WORKER: Final = 8
PICTURE_SUFFIXES: Final = frozenset(
    {".png", ".jpg", ".jpeg", ".jfif", ".webp", ".gif", ".heic", ".heif", ".avif", ".bmp", ".tif", ".tiff"}
)

Fingerprint = Callable[[str], str]


class Status(StrEnum):
    READ = "read"  # at least one text is certain, and no second payment code contradicts it
    NOTHING = "nothing"  # a good picture without a code
    REFUSED = "refused"  # not taken: the format or size, two payment codes, or no text is certain
    BROKEN = "broken"  # the file cannot be read


_REFUSED_FAULTS: Final = frozenset({"picture_format_refused", "picture_too_large", "picture_too_small"})


@dataclass(frozen=True, slots=True)
class CodeLine:
    """One text of a picture. A payment code's text is masked unless it was asked to be revealed."""

    text: str
    kind: Kind
    wallet: str | None
    symbology: str
    confirmed: bool
    engine: str
    box: tuple[int, int, int, int]
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What one file gave. `reason`: a fault's code, a refusal's reason, or empty. `gaps` are the fault's."""

    path: str
    status: Status
    codes: tuple[CodeLine, ...] = ()
    reason: str = ""
    gaps: Mapping[str, str] = field(default_factory=dict)


def decode_files(
    paths: Iterable[Path], *, workers: int, reveal: bool = False, fingerprint: Fingerprint | None = None
) -> Iterator[Line]:
    """One Line per picture, in the order of `expand(paths)`; `workers` processes, one means this process.

    `fingerprint` turns a payment code's digits into its keyed hash; it is sent to the workers, so it must
    pickle. `reveal` leaves payment codes readable.
    """
    task = partial(decode_file, reveal=reveal, fingerprint=fingerprint)
    files = expand(paths)
    if workers <= 1:
        return map(task, files)
    return _over_processes(task, files, workers)


def expand(paths: Iterable[Path]) -> Iterator[Path]:
    """The paths given, and for a folder the pictures in it and below, sorted by name.

    In a folder a picture is what has a picture's name or a picture's first bytes.
    """
    for path in paths:
        if path.is_dir():
            yield from sorted(
                file for file in path.rglob("*") if file.is_file() and _looks_like_picture(file)
            )
        else:
            yield path


def decode_file(path: Path, *, reveal: bool = False, fingerprint: Fingerprint | None = None) -> Line:
    """Read one picture file. Faults become a line of their own."""
    try:
        verdicts = weigh([decode(read_picture(path))], still=True)
    except Fault as fault:
        status = Status.REFUSED if fault.code in _REFUSED_FAULTS else Status.BROKEN
        gaps = {name: str(value) for name, value in fault.details.items()}
        return Line(str(path), status, reason=fault.code, gaps=gaps)
    codes = tuple(_code_line(verdict, reveal=reveal, fingerprint=fingerprint) for verdict in verdicts)
    status, reason = _judge(verdicts)
    return Line(str(path), status, codes, reason)


def _judge(verdicts: list[Verdict]) -> tuple[Status, str]:
    if not verdicts:
        return Status.NOTHING, ""
    if not any(verdict.confirmed for verdict in verdicts):
        return Status.REFUSED, Reason.CODE_UNREADABLE.value
    if sum(verdict.shown.kind is Kind.PAYMENT_CODE for verdict in verdicts) > 1:
        return Status.REFUSED, Reason.CODES_CONFLICT.value
    return Status.READ, ""


def _code_line(verdict: Verdict, *, reveal: bool, fingerprint: Fingerprint | None) -> CodeLine:
    shown = verdict.shown
    digits = shown.code.reveal() if shown.code else ""
    return CodeLine(
        text=digits if digits and reveal else shown.safe_text,
        kind=shown.kind,
        wallet=shown.wallet.value if shown.wallet else None,
        symbology=verdict.symbology.value,
        confirmed=verdict.confirmed,
        engine="+".join(verdict.engines),
        box=verdict.box,
        fingerprint=fingerprint(digits) if digits and fingerprint else "",
    )


def _looks_like_picture(file: Path) -> bool:
    if file.suffix.lower() in PICTURE_SUFFIXES:
        return True
    try:
        with file.open("rb") as opened:
            return bool(picture_format(opened.read(SNIFF_BYTES)))
    except OSError:
        return False


def _over_processes(task: Callable[[Path], Line], files: Iterator[Path], workers: int) -> Iterator[Line]:
    """Lines in order from a pool. A file that kills its process costs its own line, not the batch."""
    pool = _pool(workers)
    try:
        while turn := list(islice(files, workers * FILES_PER_WORKER)):
            lines = [_submitted(pool, task, path) for path in turn]
            for path, future in zip(turn, lines, strict=True):
                yield _line_or_none(future) or _alone(task, path)
            if any(future is None or future.exception() for future in lines):
                pool.shutdown()
                pool = _pool(workers)
    finally:
        pool.shutdown(cancel_futures=True)


def _submitted(pool: ProcessPoolExecutor, task: Callable[[Path], Line], path: Path) -> Future[Line] | None:
    try:
        return pool.submit(task, path)
    except BrokenProcessPool:
        return None


def _line_or_none(future: Future[Line] | None) -> Line | None:
    """The line, or None when the pool died under it (its own doing or a neighbour's)."""
    try:
        return future.result() if future else None
    except BrokenProcessPool:
        return None


def _alone(task: Callable[[Path], Line], path: Path) -> Line:
    """The file again in a process of its own: only the culprit dies twice."""
    try:
        with _pool(1) as pool:
            return pool.submit(task, path).result()
    except BrokenProcessPool:
        return Line(str(path), Status.BROKEN, reason="picture_killed_decoder")


def _pool(workers: int) -> ProcessPoolExecutor:
    """Fresh processes, not forks: OpenCV's threads do not survive a fork."""
    return ProcessPoolExecutor(min(workers, os.cpu_count() or 1), get_context("spawn"))
