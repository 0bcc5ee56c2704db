"""`scanrefund tills`: programs of the shop's that may call the desk over the HTTP API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import Invocation, of
from scanrefund.cli.people import Asker, By, PinStdin
from scanrefund.errors import UsageFault
from scanrefund.model.staff import Permission
from scanrefund.model.till import Till

if TYPE_CHECKING:
    from scanrefund.house import House

app = typer.Typer(help="Tills that may call the HTTP API.", no_args_is_help=True)


@app.command("list")
def list_tills(ctx: typer.Context, *, as_json: AsJson = False) -> int:
    """List every till, revoked ones too."""
    invocation = of(ctx)
    with invocation.house(invocation.settings(), wallets=False) as house:
        found = house.tills.listed()
    if as_json:
        output.document([_json(one) for one in found])
    elif found:
        _table(found, invocation)
    else:
        output.say(invocation.words("cli.no_tills"))
    return 0


@app.command()
def add(
    ctx: typer.Context,
    *,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Which till it is.")],
    clerk: Annotated[
        str,
        typer.Option("--clerk", metavar="STAFF_ID", help="Who answers for its refunds, where staff is kept."),
    ] = "",
    by: By = "",
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Add a till and print its token, this once."""
    invocation = of(ctx)
    with invocation.house(invocation.settings(), wallets=False) as house:
        decider = _decider(house, Asker(invocation, pin_stdin=pin_stdin), by)
        made = house.tills.add(decider, name, clerk)
    if as_json:
        output.document(_json(made.till) | {"token": made.token.reveal()})
    else:
        output.complain(invocation.words("cli.till_added", till_id=made.till.till_id, name=made.till.name))
        output.say(made.token.reveal())
    return 0


@app.command()
def revoke(
    ctx: typer.Context,
    *,
    till_id: Annotated[str, typer.Argument(metavar="TILL_ID")],
    by: By = "",
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Let a till's token open nothing any more, at once."""
    invocation = of(ctx)
    with invocation.house(invocation.settings(), wallets=False) as house:
        decider = _decider(house, Asker(invocation, pin_stdin=pin_stdin), by)
        after = house.tills.revoke(decider, till_id)
    if as_json:
        output.document(_json(after))
    else:
        output.say(invocation.words("cli.till_revoked", till_id=after.till_id, name=after.name))
    return 0


def _decider(house: House, asker: Asker, by: str) -> str:
    """Whoever manages staff, proved by PIN; nobody in a ledger without staff."""
    if not house.staff.has_staff():
        return ""
    if not by:
        raise UsageFault("by_missing")
    return asker.believed(house, by, Permission.STAFF_MANAGE).staff_id


def _json(till: Till) -> dict[str, Any]:
    return {
        "till_id": till.till_id,
        "name": till.name,
        "clerk": till.clerk or None,
        "made_at": till.made_at.isoformat(),
        "revoked_at": till.revoked_at.isoformat() if till.revoked_at else None,
    }


def _table(found: list[Till], invocation: Invocation) -> None:
    columns = [
        invocation.words(f"label.{key}") for key in ("till_id", "name", "till_clerk", "made_at", "revoked_at")
    ]
    rows = [
        (
            one.till_id,
            one.name,
            one.clerk or "—",
            output.local(one.made_at),
            output.local(one.revoked_at) or "—",
        )
        for one in found
    ]
    output.table(columns, rows)
