"""`scanrefund audit`: whether the book is whole, and the book as a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from scanrefund import exits
from scanrefund.cli import output, sheet
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import Invocation, make_private, of
from scanrefund.cli.new_file import new_file
from scanrefund.errors import UsageFault

if TYPE_CHECKING:
    from scanrefund.config import Settings
    from scanrefund.ledger.audit import Audit
    from scanrefund.ledger.book import Entry
    from scanrefund.ledger.ledger import Ledger
    from scanrefund.ledger.witness import Head

_COLUMNS: Final = ("number", "at", "kind", "subject", "facts", "previous", "seal")

app = typer.Typer(help="The book.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The book."""


@app.command()
def verify(
    ctx: typer.Context,
    *,
    head: Annotated[
        list[str] | None,
        typer.Option("--head", metavar="NUMBER:SEAL", help="An entry that was seen: on a daily sheet."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Walk the book from its first entry to its last. Ends with 5 when it is not whole."""
    from scanrefund.ledger.audit import head_of_text

    invocation = of(ctx)
    settings = invocation.settings()
    witnessed = _witnessed(settings)
    seen = [*map(head_of_text, head or []), *witnessed]
    with _ledger(settings, invocation) as ledger:
        found = ledger.audit(seen)
    if as_json:
        output.document(_document(found) | {"witnessed": bool(witnessed)})
    else:
        _tell(found, invocation)
        if not witnessed:
            output.say(invocation.words("audit.no_witness"))
    return 0 if found.is_whole else exits.NEEDS_A_PERSON


@app.command()
def export(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file: .jsonl or .csv.")],
    *,
    as_json: AsJson = False,
) -> int:
    """Write the whole book into a new file."""
    from scanrefund.ledger import book

    lines = {".jsonl": _as_json_line, ".csv": _as_csv_line}.get(file.suffix.lower())
    if lines is None:
        raise UsageFault("export_form_unknown", path=file)
    invocation, count = of(ctx), 0
    with _ledger(invocation.settings(), invocation) as ledger, new_file(file) as out:
        if lines is _as_csv_line:
            out.write("\ufeff".encode() + sheet.text([_COLUMNS]).encode())
        with ledger.reading() as connection:
            for entry in book.entries(connection):
                out.write(lines(entry).encode())
                count += 1
    if as_json:
        output.document({"file": str(file), "entries": count})
    else:
        output.say(invocation.words("audit.exported", file=file, entries=count))
    return 0


@contextmanager
def _ledger(settings: Settings, invocation: Invocation) -> Iterator[Ledger]:
    """The ledger alone: opening the house would let the witness be heard, and named anew."""
    from scanrefund.ledger.ledger import Ledger, Shop

    make_private(settings.home)
    shop = Shop(settings.shop_id, settings.rehearsal)
    ledger = Ledger.open(settings.ledger, invocation.keys(settings), shop)
    try:
        yield ledger
    finally:
        ledger.close()


def _witnessed(settings: Settings) -> list[Head]:
    from scanrefund.ledger.witness import FILE_NAME, Witness

    named = Witness(settings.home / FILE_NAME).read()
    return [named] if named else []


def _document(found: Audit) -> dict[str, Any]:
    flaw = {"entry": found.flaw.number, "flaw": found.flaw.kind.value} if found.flaw else None
    head = {"number": found.head.number, "seal": found.head.seal}
    return {
        "whole": found.is_whole,
        "entries": found.entries,
        "head": head,
        "broken": flaw,
        "behind": list(found.behind),
    }


def _tell(found: Audit, invocation: Invocation) -> None:
    if found.flaw is None:
        output.say(invocation.words("audit.whole", entries=found.entries))
    else:
        output.say(invocation.words(f"audit.{found.flaw.kind.value}", number=found.flaw.number))
    for number in found.behind:
        output.say(invocation.words("audit.behind", number=number))
    output.say(invocation.words("audit.head", head=f"{found.head.number}:{found.head.seal}"))


def _as_json_line(entry: Entry) -> str:
    told: dict[str, Any] = {name: getattr(entry, name) for name in _COLUMNS}
    return json.dumps(told, ensure_ascii=False) + "\n"


def _as_csv_line(entry: Entry) -> str:
    return sheet.text([[sheet.cell(getattr(entry, name)) for name in _COLUMNS]])
