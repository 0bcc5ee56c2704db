"""Everything the command line prints: tables for people, one JSON document for machines.

What comes from outside (codes, file names, wallet texts) is escaped, so that nobody's barcode can drive
somebody's terminal.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, TextIO

from scanrefund.model.printable import written_out

# Where nothing is watching there is no window to fit, unless COLUMNS says so. Longer cells are folded.
PIPE_COLUMNS: Final = 100

# Half of a character: what a file name that is no UTF-8 is made of.
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def speak_utf8() -> None:
    """Chinese sentences on every terminal, Windows' code pages included; odd file names stay legible."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")


def local(moment: datetime | None) -> str:
    """A moment on this machine's clock, as people read it; empty for none."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def say(text: str = "") -> None:
    """Lines for people on standard output."""
    _write(sys.stdout, "\n".join(written_out(line) for line in text.split("\n")) + "\n")


def complain(text: str) -> None:
    """Lines for people on standard error."""
    _write(sys.stderr, "\n".join(written_out(line) for line in text.split("\n")) + "\n")


def document(value: Any) -> None:
    """The one JSON document of a `--json` run."""
    _write(sys.stdout, as_json(value) + "\n")


def as_json(value: Any) -> str:
    """A value as JSON on one line. What could steer a terminal is escaped as JSON does it.

    Strict readers refuse a lone surrogate even where it is escaped: it is written out as in sentences.
    """
    text = json.dumps(value, ensure_ascii=False)
    whole = _SURROGATE.sub(lambda half: f"\\\\u{{{ord(half[0]):x}}}", text)
    if whole.isprintable():
        return whole
    return "".join(mark if mark == written_out(mark) else json.dumps(mark)[1:-1] for mark in whole)


def final(text: str) -> None:
    """Text that is already in its last form, such as CSV."""
    _write(sys.stdout, text)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """A table for people. Nothing is cut: long cells are folded."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(
        box=box.SIMPLE_HEAD, title=written_out(title) or None, title_justify="left", show_header=any(columns)
    )
    for column in columns:
        grid.add_column(Text(written_out(column)), overflow="fold")
    for row in rows:
        grid.add_row(*(Text("\n".join(map(written_out, cell.split("\n")))) for cell in row))
    page = io.StringIO()
    terminal = sys.stdout.isatty()
    Console(file=page, force_terminal=terminal, width=None if terminal else _pipe_columns()).print(grid)
    _write(sys.stdout, "\n".join(line.rstrip() for line in page.getvalue().split("\n")))


def _pipe_columns() -> int:
    asked = os.environ.get("COLUMNS", "")
    return int(asked) if asked.isascii() and asked.isdigit() and int(asked) else PIPE_COLUMNS


def facts(pairs: Iterable[tuple[str, str]]) -> None:
    """Names and values, one pair a line."""
    table(("", ""), list(pairs))


@contextmanager
def waiting(text: str) -> Iterator[Callable[[str], None]]:
    """A sign of life on a terminal's standard error while something takes its time; silent in a pipe.

    Gives a function that changes the text.
    """
    if not sys.stderr.isatty():
        yield lambda _text: None
        return
    from rich.console import Console

    with Console(stderr=True).status(written_out(text)) as status:
        yield lambda news: status.update(written_out(news))


def _write(stream: TextIO, text: str) -> None:
    """Write and flush. A reader that went away (`| head`) must not change how the command ends."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        # The interpreter flushes once more when it leaves: let that go nowhere too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
