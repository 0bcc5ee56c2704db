"""`scanrefund status`: where a refund is, from the ledger or from the wallet itself."""

from __future__ import annotations

from typing import Annotated

import typer

from scanrefund.cli import receipts
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import of


def status(
    ctx: typer.Context,
    *,
    refund_id: Annotated[str, typer.Argument(metavar="REFUND_ID")],
    ask: Annotated[bool, typer.Option("--ask", help="Ask the wallet now.")] = False,
    as_json: AsJson = False,
) -> int:
    """Say where a refund is. Ends with the exit code of its state."""
    invocation = of(ctx)
    with invocation.house(invocation.settings(), wallets=ask) as house:
        return receipts.show(house.desk.status(refund_id, ask=ask), invocation, as_json=as_json)
