"""`scanrefund refunds`: what has been refunded, newest first."""

from __future__ import annotations

from typing import Annotated

import typer

from scanrefund.cli import receipts
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import of

# A day of a busy counter; more is a question for the accountant's report.
LIST_MAX = 200


def refunds(
    ctx: typer.Context,
    *,
    open_only: Annotated[bool, typer.Option("--open", help="Only those whose end is not known.")] = False,
    order: Annotated[str | None, typer.Option("--order", metavar="ID", help="Only this order's.")] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=10_000)] = LIST_MAX,
    as_json: AsJson = False,
) -> int:
    """List refunds, newest first."""
    invocation = of(ctx)
    with invocation.house(invocation.settings(), wallets=False) as house:
        found = house.desk.refunds(open_only=open_only, order_id=order, limit=limit)
    receipts.show_list(found, invocation, as_json=as_json)
    return 0
