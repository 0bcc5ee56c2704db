"""`scanrefund approve`: decide about a refund that waits for somebody else's approval."""

from __future__ import annotations

from typing import Annotated

import typer

from scanrefund.cli import receipts
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import of
from scanrefund.cli.people import Asker, By, PinStdin


def approve(
    ctx: typer.Context,
    *,
    refund_id: Annotated[str, typer.Argument(metavar="REFUND_ID")],
    by: By,
    decline: Annotated[
        bool, typer.Option("--decline", help="Withdraw it; the amount goes back to the order.")
    ] = False,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="Why; needed to decline.")] = "",
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Approve a waiting refund and send it, or decline it. Nobody approves his own."""
    invocation = of(ctx)
    asker = Asker(invocation, pin_stdin=pin_stdin)
    with invocation.house(invocation.settings(), wallets=not decline) as house:
        secret = asker.secret("secret_of", staff_id=by)
        if decline:
            receipt = house.staff.decline(refund_id, by, secret, why)
        else:
            receipt = house.staff.approve(refund_id, by, secret, why)
        return receipts.show(receipt, invocation, as_json=as_json)
