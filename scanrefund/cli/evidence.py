"""`scanrefund evidence`: what was looked at for a refund, and its photographs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scanrefund.cli import output
from scanrefund.cli.by_hand import By, RefundId
from scanrefund.cli.choices import AsJson
from scanrefund.cli.evidence_bundle import bundle
from scanrefund.cli.invocation import Invocation, of
from scanrefund.cli.new_file import new_file
from scanrefund.cli.people import PinStdin, proved
from scanrefund.model.evidence import Evidence, EvidenceKind
from scanrefund.model.staff import Permission

if TYPE_CHECKING:
    from scanrefund.house import House

app = typer.Typer(help="What was looked at for a refund, and all of it in one file.", no_args_is_help=True)
app.command()(bundle)


@app.command()
def add(
    ctx: typer.Context,
    *,
    refund_id: RefundId,
    kind: Annotated[EvidenceKind, typer.Option("--kind", help="What it is.")],
    by: By,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What else is to be known.")] = "",
    photo: Annotated[
        Path | None, typer.Option("--photo", metavar="FILE", help="A picture; kept closed up.")
    ] = None,
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Write down what was looked at, taken back or kept for a refund."""
    invocation = of(ctx)
    with proved(invocation, by, None, pin_stdin=pin_stdin) as house:
        kept = house.evidence.add(refund_id, kind, by, note=note, photo=photo)
        if not as_json:
            what = invocation.words(f"evidence.{kind.value}")
            output.say(invocation.words("cli.evidence_added", refund_id=refund_id, what=what))
        _tell(house, kept, invocation, as_json=as_json)
    return 0


@app.command("list")
def listed(ctx: typer.Context, *, refund_id: RefundId, as_json: AsJson = False) -> int:
    """List what was looked at for a refund, and what the shop still wants."""
    invocation = of(ctx)
    with invocation.house(invocation.settings(), wallets=False) as house:
        _tell(house, house.evidence.of_refund(refund_id), invocation, as_json=as_json)
    return 0


@app.command()
def photo(
    ctx: typer.Context,
    *,
    refund_id: RefundId,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="As `evidence list` has it.")],
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The new file to write the picture to.")],
    by: By,
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Write a photograph that was kept for a refund to a file."""
    invocation = of(ctx)
    with proved(invocation, by, Permission.BOOKS_READ, pin_stdin=pin_stdin) as house:
        data = house.evidence.photo(refund_id, number)
    with new_file(to) as file:
        file.write(data)
    if as_json:
        output.document({"path": str(to)})
    else:
        output.say(invocation.words("cli.photo_written", path=to))
    return 0


def _tell(house: House, kept: list[Evidence], invocation: Invocation, *, as_json: bool) -> None:
    missing = house.evidence.missing(kept)
    if as_json:
        output.document({"evidence": [_json(one) for one in kept], "missing": [*missing]})
        return
    rows = [
        (str(one.evidence_id), output.local(one.at), invocation.words(f"evidence.{one.kind.value}"), one.by)
        for one in kept
    ]
    if rows:
        output.table(["", "", "", ""], rows)
    what = " · ".join(invocation.words(f"evidence.{kind.value}") for kind in missing)
    key = "evidence_missing" if missing else "evidence_whole"
    output.say(invocation.words(f"cli.{key}", what=what))


def _json(one: Evidence) -> dict[str, Any]:
    return {
        "number": one.evidence_id,
        "kind": one.kind.value,
        "note": one.note,
        "photo_sha256": one.photo_sha256 or None,
        "by": one.by,
        "at": one.at.isoformat(),
    }
