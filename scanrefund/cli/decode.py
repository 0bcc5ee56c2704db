"""`scanrefund decode`: many picture files, one line each."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from scanrefund.cli import output, sheet
from scanrefund.cli.choices import AsJson, Reveal
from scanrefund.cli.invocation import Invocation, of
from scanrefund.cli.reading import warn_of_reveal
from scanrefund.errors import Fault, UsageFault
from scanrefund.model.printable import codes_hidden, written_out
from scanrefund.model.refusal import Reason, Refusal
from scanrefund.model.shown import Kind
from scanrefund.model.wallet import Wallet
from scanrefund.say.speak import say_fault, say_kind, say_refusal

if TYPE_CHECKING:
    from scanrefund.scan.batch import Line

# A new process costs about as much as reading four pictures.
FILES_PER_PROCESS: Final = 4


def decode(
    ctx: typer.Context,
    *,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Picture files and folders.")],
    as_json: AsJson = False,
    as_jsonl: Annotated[bool, typer.Option("--jsonl", help="Print one JSON line per file.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a CSV table, one row per code.")] = False,
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", min=0, max=256, help="Processes; 0 = every core.")
    ] = None,
    reveal: Reveal = False,
) -> int:
    """Read every picture. Ends with 0 when each was read, 1 when any was not."""
    invocation = of(ctx)
    if as_json + as_jsonl + as_csv > 1:
        raise UsageFault("one_format_only")
    settings = invocation.settings()
    files = _files(paths)
    if reveal:
        warn_of_reveal(invocation)
    asked = settings.workers if workers is None else workers
    lines = _lines(files, asked, invocation.keys(settings).fingerprint, reveal=reveal)
    shown = _with_progress(lines, len(files), invocation)
    if as_json:
        unread = _write_whole(shown)
    elif as_jsonl:
        unread = _write_each(shown, output.document)
    elif as_csv:
        unread = _write_csv(shown)
    else:
        unread = _tell(list(shown), invocation)
    return 1 if unread else 0


def _files(paths: list[Path]) -> list[Path]:
    """Every picture named, folders walked. Raises UsageFault for what is not there and for nothing at all."""
    from scanrefund.scan.batch import expand

    for path in paths:
        if not path.exists():
            raise UsageFault("path_missing", path=path)
    files = list(expand(paths))
    if not files:
        raise UsageFault("folder_without_pictures", path=paths[0])
    return files


def _lines(
    files: list[Path], workers: int, fingerprint: Callable[[str], str], *, reveal: bool
) -> Iterator[Line]:
    from scanrefund.scan.batch import decode_files

    worth_it = max(1, len(files) // FILES_PER_PROCESS)
    count = min(workers or os.cpu_count() or 1, worth_it)
    lines = decode_files(files, workers=count, reveal=reveal, fingerprint=fingerprint)
    return lines if reveal else map(_without_code_in_path, lines)


def _without_code_in_path(line: Line) -> Line:
    """People name pictures after what is in them."""
    gaps = {name: codes_hidden(value) for name, value in line.gaps.items()}
    return replace(line, path=codes_hidden(line.path), gaps=gaps)


def _with_progress(lines: Iterator[Line], count: int, invocation: Invocation) -> Iterator[Line]:
    """The same lines, with a bar on a terminal's standard error; silent in a pipe."""
    if not sys.stderr.isatty():
        yield from lines
        return
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(
        lines, invocation.words("cli.reading_files"), total=count, console=console, transient=True
    )


def as_document(line: Line) -> dict[str, Any]:
    """A line as its JSON keys."""
    codes = [
        {
            "text": code.text,
            "kind": code.kind.value,
            "wallet": code.wallet,
            "symbology": code.symbology,
            "confirmed": code.confirmed,
            "engine": code.engine,
            "box": list(code.box),
            "fingerprint": code.fingerprint or None,
        }
        for code in line.codes
    ]
    return {"path": line.path, "status": line.status.value, "codes": codes, "reason": line.reason or None}


def _write_whole(lines: Iterable[Line]) -> int:
    documents: list[dict[str, Any]] = []
    unread = _write_each(lines, documents.append)
    output.document(documents)
    return unread


def _write_csv(lines: Iterable[Line]) -> int:
    output.final(sheet.text([sheet.HEADER]))
    return _write_each(lines, lambda told: output.final(sheet.text(sheet.rows(told))))


def _write_each(lines: Iterable[Line], write: Callable[[dict[str, Any]], None]) -> int:
    """Hand every line on as it comes; how many files were not read."""
    unread = 0
    for line in lines:
        told = as_document(line)
        write(told)
        unread += told["status"] != "read"
    return unread


def _tell(lines: list[Line], invocation: Invocation) -> int:
    rows = [row for line in lines for row in _rows_for_people(line, invocation)]
    output.table([invocation.words(f"label.{key}") for key in ("path", "kind", "text")], rows)
    unread = sum(line.status.value != "read" for line in lines)
    output.say(invocation.words("cli.files_read", read=len(lines) - unread, count=len(lines)))
    return unread


def _rows_for_people(line: Line, invocation: Invocation) -> list[tuple[str, str, str]]:
    path = written_out(line.path)  # a line end in a name makes no second line
    if line.status.value != "read":
        return [(path, _why_unread(line, invocation), "")]
    language = invocation.spoken()
    return [
        (path, say_kind(code.kind, Wallet(code.wallet) if code.wallet else None, language), code.text)
        for code in line.codes
    ]


def _why_unread(line: Line, invocation: Invocation) -> str:
    language = invocation.spoken()
    if not line.reason:
        return say_kind(Kind.NOTHING, None, language)
    if line.reason in set(Reason):
        return say_refusal(Refusal(Reason(line.reason)), language).clerk
    return say_fault(Fault(line.reason, **{"path": line.path} | dict(line.gaps)), language)
