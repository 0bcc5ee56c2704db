"""`scanrefund purge`: what points to persons goes when its time has come."""

from __future__ import annotations

from typing import Annotated

import typer

from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import of


def purge(
    ctx: typer.Context,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    as_json: AsJson = False,
) -> int:
    """Take out what points to persons and is older than the configuration says. Open refunds keep it all."""
    from scanrefund.ledger.purge import Purge

    invocation = of(ctx)
    settings = invocation.settings()
    with invocation.house(settings, wallets=False) as house:
        work = Purge(house.ledger, settings.keep_for)
        found = (work.count if dry_run else work.run)(house.clock.now())
    if as_json:
        output.document({"dry_run": dry_run, "gone": found})
        return 0
    columns = [invocation.words("purge.what"), invocation.words("purge.count")]
    output.table(columns, [(invocation.words(f"purge.{name}"), str(n)) for name, n in found.items()])
    output.say(invocation.words("purge.would" if dry_run else "purge.done"))
    return 0
