"""`scanrefund hold` and `holds`: an order stopped with a note to whoever decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from scanrefund.cli import output
from scanrefund.cli.by_hand import By
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import Invocation, of
from scanrefund.cli.people import PinStdin, proved
from scanrefund.model.staff import Permission

if TYPE_CHECKING:
    from scanrefund.model.hold import Hold


def hold(
    ctx: typer.Context,
    *,
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="An order, or a refund that was not sent.")],
    by: By,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What is wrong, for whoever decides.")],
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Put an order on hold: what of it was never sent waits until `release` or `orders thaw`."""
    invocation = of(ctx)
    with proved(invocation, by, Permission.REFUND_CREATE, pin_stdin=pin_stdin) as house:
        put = house.holds.put(number, by, note)
    if as_json:
        output.document(_json(put))
    else:
        output.say(invocation.words("cli.put_on_hold", number=put.subject))
    return 0


def holds(ctx: typer.Context, *, as_json: AsJson = False) -> int:
    """List what is on hold, the longest first, each with its note."""
    invocation = of(ctx)
    with invocation.house(invocation.settings(), wallets=False) as house:
        found = house.holds.listed()
    if as_json:
        output.document([_json(one) for one in found])
    elif found:
        _table(found, invocation)
    else:
        output.say(invocation.words("cli.nothing_on_hold"))
    return 0


def _table(found: list[Hold], invocation: Invocation) -> None:
    columns = [invocation.words(f"label.{key}") for key in ("order_id", "refund_id", "held_at", "by", "note")]
    rows = [(one.order_id, one.refund_id, output.local(one.at), one.by, one.note) for one in found]
    output.table(columns, rows)


def _json(one: Hold) -> dict[str, Any]:
    return {
        "order_id": one.order_id,
        "refund_id": one.refund_id or None,
        "note": one.note,
        "by": one.by,
        "at": one.at.isoformat(),
    }
