"""`scanrefund applicant`: who asked for a refund, for whoever may read the books."""

from __future__ import annotations

import typer

from scanrefund.cli import output
from scanrefund.cli.by_hand import By, RefundId
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import of
from scanrefund.cli.people import PinStdin, proved
from scanrefund.errors import UsageFault
from scanrefund.model.staff import Permission
from scanrefund.model.wallet import safe_number


def applicant(
    ctx: typer.Context, *, refund_id: RefundId, by: By, pin_stdin: PinStdin = False, as_json: AsJson = False
) -> int:
    """Show the name of whoever asked for a refund."""
    invocation = of(ctx)
    with proved(invocation, by, Permission.BOOKS_READ, pin_stdin=pin_stdin) as house:
        refund = house.ledger.refund(refund_id)
        if refund is None:
            raise UsageFault("refund_unknown", refund_id=safe_number(refund_id))
        name = house.applicants.name(refund.order_id)
    if as_json:
        output.document({"refund_id": refund_id, "order_id": refund.order_id, "applicant": name or None})
    else:
        output.say(name or invocation.words("cli.no_applicant"))
    return 0
