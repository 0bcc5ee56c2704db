"""`scanrefund recover`: old books catch up with what the wallets know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from scanrefund import exits
from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import of
from scanrefund.errors import UsageFault
from scanrefund.model.refund import Refund

if TYPE_CHECKING:
    from scanrefund.dispatch.recovery import LookedUp
    from scanrefund.house import House


def recover(
    ctx: typer.Context,
    *,
    order_id: Annotated[
        str | None,
        typer.Argument(metavar="[ORDER_ID]", help="Only this order; without it, all that need it."),
    ] = None,
    refund: Annotated[
        str | None,
        typer.Option("--refund", metavar="NUMBER", help="Only this number of ORDER_ID, from a bill."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Ask the wallets for every refund of orders whose books may be old. Ends with 3 without full proof."""
    invocation = of(ctx)
    if refund and not order_id:
        raise UsageFault("refund_without_order")
    with invocation.house(invocation.settings(), wallets=True) as house:
        looked_up = _looked_up(house, order_id, refund)
        behind = house.ledger.behind_since() is not None
    found = [refund for one in looked_up for refund in one.found]
    incomplete = [one.order_id for one in looked_up if not one.complete]
    if as_json:
        told = {"orders": len(looked_up), "incomplete": incomplete, "books_behind": behind}
        output.document(told | {"found": [_document(one) for one in found]})
    else:
        for one in found:
            gaps = {"refund_id": one.refund_id, "order_id": one.order_id, "amount": str(one.amount)}
            output.say(invocation.words("cli.recovered_one", **gaps))
        counts = {"orders": len(looked_up), "found": len(found), "incomplete": len(incomplete)}
        output.say(invocation.words("cli.recovered", **counts))
        output.say(invocation.words("cli.books_behind" if behind else "cli.books_current"))
    return exits.OPEN if incomplete else 0


def _looked_up(house: House, order_id: str | None, refund: str | None) -> list[LookedUp]:
    if order_id and refund:
        return [house.recovery.named(order_id, refund)]
    return [house.recovery.one(order_id)] if order_id else list(house.recovery.all())


def _document(refund: Refund) -> dict[str, Any]:
    return {
        "refund_id": refund.refund_id,
        "order_id": refund.order_id,
        "amount_fen": refund.amount.fen,
        "state": refund.state.value,
    }
