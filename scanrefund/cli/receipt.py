"""`scanrefund receipt`: a refund's slip on the screen, as a PDF, on the printer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import of
from scanrefund.cli.new_file import renewed_file


def receipt(
    ctx: typer.Context,
    *,
    refund_id: Annotated[
        str, typer.Argument(metavar="REFUND_ID", help="The refund's number, or a slip's text.")
    ],
    pdf: Annotated[
        Path | None, typer.Option("--pdf", metavar="FILE", help="Write it as a PDF; counts as a print.")
    ] = None,
    to_printer: Annotated[bool, typer.Option("--print", help="Print it on the counter's printer.")] = False,
    as_json: AsJson = False,
) -> int:
    """Show a refund's slip, print it, or write it as a PDF. Prints after the first are marked as copies."""
    from scanrefund.aftercare.slip_text import text_lines

    invocation = of(ctx)
    settings = invocation.settings()
    with invocation.house(settings, wallets=False) as house:
        if pdf is not None:
            with renewed_file(pdf) as file:
                file.write(house.slips.pdf(refund_id, "", settings.language))
        if to_printer:
            house.slips.print(refund_id, "", settings.language)
        made = house.slips.look(refund_id, settings.language)
    if as_json:
        told = {"refund_id": made.refund_id, "prints": made.prints, "pdf": str(pdf) if pdf else None}
        output.document(told | {"printed": to_printer, "slip": made.slip.as_json()})
        return 0
    if pdf is None and not to_printer:
        output.say("\n".join(text_lines(made.slip, settings.slips.printer.columns)))
        return 0
    if pdf is not None:
        output.say(invocation.words("cli.slip_written", path=pdf))
    if to_printer:
        output.say(invocation.words("cli.slip_printed", refund_id=made.refund_id, prints=made.prints))
    return 0
