"""`scanrefund purge`: what points to persons goes when its time has come."""

from __future__ import annotations

from typing import Annotated

import typer

from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import of
from scanrefund.cli.people import Asker, ByKnown, PinStdin, prove_if_known
from scanrefund.model.staff import Permission


def purge(
    ctx: typer.Context,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    by: ByKnown = "",
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Take out what points to persons and is older than the configuration says. Open refunds keep it all."""
    from scanrefund.ledger.purge import Purge

    invocation = of(ctx)
    settings = invocation.settings()
    with invocation.house(settings, wallets=False) as house:
        work, files = Purge(house.ledger, settings.keep_for), 0
        if dry_run:
            found = work.count(house.clock.now())
        else:
            prove_if_known(house, by, Permission.BOOKS_KEEP, Asker(invocation, pin_stdin=pin_stdin))
            found = work.run(house.clock.now())
            # Also what an earlier purge named and was killed before it deleted.
            files = house.evidence.sweep()
    if as_json:
        output.document({"dry_run": dry_run, "gone": found, "photo_files": files})
        return 0
    columns = [invocation.words("purge.what"), invocation.words("purge.count")]
    output.table(columns, [(invocation.words(f"purge.{name}"), str(n)) for name, n in found.items()])
    if files:
        output.say(invocation.words("purge.files_gone", count=files))
    output.say(invocation.words("purge.would" if dry_run else "purge.done"))
    return 0
