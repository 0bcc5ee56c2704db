"""`scanrefund decode`: many pictures, one line each, as they come."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from scanrefund.cli import output
from scanrefund.cli.choices import AsJson, Reveal
from scanrefund.cli.invocation import Invocation, of
from scanrefund.cli.progress import Bar, bar
from scanrefund.cli.reading import warm_child, warn_of_reveal
from scanrefund.cli.resume import (
    Earlier,
    earlier_lines,
    earlier_rows,
    name_in_csv,
    name_in_json,
    open_at,
    written_to,
)
from scanrefund.cli.told_lines import AsCsv, AsJsonLines, AsList, AsWords, Form, Write
from scanrefund.cli.whole_lines import WholeLines
from scanrefund.errors import UsageFault
from scanrefund.model.printable import codes_hidden

if TYPE_CHECKING:
    from scanrefund.scan.batch import Fingerprint, Line
    from scanrefund.scan.expand import Item
    from scanrefund.scan.pool import Pool

# A new process costs about as much as reading four pictures.
FILES_PER_PROCESS: Final = 4


@dataclass(frozen=True, slots=True)
class Wish:
    """The arguments as they were typed."""

    paths: list[Path]
    as_json: bool
    as_jsonl: bool
    as_csv: bool
    workers: int | None
    cluster: str | None
    resume: Path | None
    reveal: bool


def decode(  # noqa: PLR0913  (each is an option)
    ctx: typer.Context,
    *,
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Pictures, folders, patterns, ZIP, TAR and PDF files."),
    ],
    as_json: AsJson = False,
    as_jsonl: Annotated[bool, typer.Option("--jsonl", help="Print one JSON line per file.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a CSV table, one row per code.")] = False,
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", min=0, max=256, help="Processes; 0 = every core.")
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option("--cluster", metavar="ADDRESS", help="Read on a Dask cluster: tcp://host:8786."),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option("--resume", metavar="FILE", help="Write to FILE, and go on where it stopped."),
    ] = None,
    reveal: Reveal = False,
) -> int:
    """Read every picture. Ends with 0 when each was read, 1 when any was not."""
    wish = Wish(paths, as_json, as_jsonl, as_csv, workers, cluster, resume, reveal)
    _refuse_impossible(wish)
    invocation = of(ctx)
    warm_child()
    settings = invocation.settings()
    fingerprint = invocation.keys(settings).fingerprint
    if reveal:
        warn_of_reveal(invocation)
    cores = (settings.workers if workers is None else workers) or os.cpu_count() or 1
    earlier = _earlier(wish)
    with WholeLines().kept() as whole, closing(_pool(wish, cores)) as pool:
        _read(wish, earlier, pool, whole, fingerprint, invocation)
    return _summed_up(earlier, wish, invocation)


def _refuse_impossible(wish: Wish) -> None:
    """Raises UsageFault for options that exclude each other and for a path that is not there."""
    if wish.as_json + wish.as_jsonl + wish.as_csv > 1:
        raise UsageFault("one_format_only")
    if wish.workers is not None and wish.cluster is not None:
        raise UsageFault("one_place_only")
    if wish.resume and not (wish.as_jsonl or wish.as_csv):
        raise UsageFault("resume_needs_form")
    from scanrefund.scan.expand import is_named

    for path in wish.paths:
        if not is_named(path):
            raise UsageFault("path_missing", path=path)


def _earlier(wish: Wish) -> Earlier:
    if wish.resume is None:
        return Earlier()
    return earlier_rows(wish.resume) if wish.as_csv else earlier_lines(wish.resume)


def _pool(wish: Wish, cores: int) -> Pool:
    """Few files are read by few processes."""
    if wish.cluster is not None:
        from scanrefund.scan.cluster import ClusterPool

        return ClusterPool(wish.cluster)
    from scanrefund.scan.expand import files_of, holds_pictures
    from scanrefund.scan.pool import LocalPool

    first = list(islice(files_of(wish.paths), FILES_PER_PROCESS * cores))
    if not first:
        raise UsageFault("folder_without_pictures", path=wish.paths[0])
    few = not any(map(holds_pictures, first))
    return LocalPool(min(cores, max(1, len(first) // FILES_PER_PROCESS)) if few else cores)


def _read(
    wish: Wish,
    earlier: Earlier,
    pool: Pool,
    whole: WholeLines,
    fingerprint: Fingerprint,
    invocation: Invocation,
) -> None:
    """Write a line for every picture that has none yet, and count it."""
    from scanrefund.scan.batch import decode_items
    from scanrefund.scan.expand import files_of

    with (
        _place(wish, earlier) as write,
        bar(invocation, lambda: sum(1 for _ in files_of(wish.paths))) as drawn,
        _form(wish, earlier, write, invocation) as form,
    ):
        for line in decode_items(
            _items(wish, earlier, drawn),
            pool,
            reveal=wish.reveal,
            fingerprint=fingerprint,
            check=whole.check,
        ):
            drawn.clear()
            form.line(line if wish.reveal else _without_code_in_path(line))
            earlier.count(line.status.value, line.reason)
            drawn.done()


def _items(wish: Wish, earlier: Earlier, drawn: Bar) -> Iterator[Item]:
    """The pictures that no line tells of yet."""
    from scanrefund.scan.expand import files_of, items_of
    from scanrefund.scan.look import pages_of

    written = name_in_csv if wish.as_csv else name_in_json
    for item in items_of(files_of(wish.paths), pages_of):
        drawn.seen(inner=item.inner)
        if earlier.take(written(item.name if wish.reveal else codes_hidden(item.name))):
            drawn.done()
        else:
            yield item


@contextmanager
def _place(wish: Wish, earlier: Earlier) -> Iterator[Write]:
    """Standard output, or the file to go on with."""
    if wish.resume is None:
        yield output.final
        return
    with open_at(wish.resume, earlier.end) as file:
        yield partial(written_to, file, wish.resume)


@contextmanager
def _form(wish: Wish, earlier: Earlier, write: Write, invocation: Invocation) -> Iterator[Form]:
    """A list that was begun is ended whatever happens; what happened is then told beside it."""
    if wish.as_json:
        form: Form = AsList(write, lambda: setattr(invocation, "as_json", False))
    elif wish.as_jsonl:
        form = AsJsonLines(write)
    elif wish.as_csv:
        form = AsCsv(write, begun=earlier.end > 0)
    else:
        form = AsWords(write, invocation)
    try:
        yield form
    finally:
        form.end()


def _without_code_in_path(line: Line) -> Line:
    """People name pictures after what is in them."""
    gaps = {name: codes_hidden(value) for name, value in line.gaps.items()}
    return replace(line, path=codes_hidden(line.path), gaps=gaps)


def _summed_up(counted: Earlier, wish: Wish, invocation: Invocation) -> int:
    """How many were read, and of what kind the others were; with machines listening, only on a terminal."""
    unread = counted.unread.total()
    if not counted.read + unread:
        raise UsageFault("folder_without_pictures", path=wish.paths[0])
    told = [invocation.words("cli.files_read", read=counted.read, count=counted.read + unread)]
    for reason, count in counted.unread.most_common():
        told.append("  " + invocation.words("batch.unread_count", count=count, why=_why(reason, invocation)))
    if not (wish.as_json or wish.as_jsonl or wish.as_csv):
        output.say("\n".join(told))
    elif sys.stderr.isatty():
        output.complain("\n".join(told))
    return 1 if unread else 0


def _why(reason: str, invocation: Invocation) -> str:
    return invocation.words(f"unread.{reason}")
