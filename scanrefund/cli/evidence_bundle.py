"""`scanrefund evidence bundle`: everything that can be shown of one refund, as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import of
from scanrefund.cli.new_file import new_file


def bundle(
    ctx: typer.Context,
    refund_id: Annotated[str, typer.Argument(metavar="REFUND_ID")],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.zip", help="The new file.")],
    as_json: AsJson = False,
) -> int:
    """Gather time line, wallet answers, book entries and receipt of a refund into one ZIP with a page."""
    from scanrefund.aftercare.bundle import write_bundle
    from scanrefund.aftercare.evidence import gather
    from scanrefund.aftercare.evidence_page import files_of
    from scanrefund.aftercare.receipt import Writer

    invocation = of(ctx)
    settings = invocation.settings()
    with invocation.house(settings, wallets=False) as house, new_file(out) as file:
        found = gather(house.ledger, refund_id, house.clock.now())
        files = files_of(found, Writer(settings.language, settings.rehearsal))
        write_bundle(file, files, found.at)
    told = {"file": str(out), "refund_id": refund_id, "entries": len(found.entries), "whole": found.whole}
    if as_json:
        output.document(told)
    else:
        output.say(invocation.words("evidence_bundle.written", **told))
    return 0
