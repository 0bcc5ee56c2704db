"""`scanrefund staff`: the people of the shop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import Invocation, of
from scanrefund.cli.people import Asker, By, PinStdin
from scanrefund.errors import UsageFault
from scanrefund.model.staff import Permission, Role, Staff

if TYPE_CHECKING:
    from scanrefund.house import House
    from scanrefund.ledger.roster import Listed

app = typer.Typer(help="The people of the shop.", no_args_is_help=True)

StaffId = Annotated[str, typer.Argument(metavar="STAFF_ID")]


@app.command("list")
def list_staff(ctx: typer.Context, *, as_json: AsJson = False) -> int:
    """List everybody, who has left too."""
    invocation = of(ctx)
    with invocation.house(invocation.settings(), wallets=False) as house:
        found = house.staff.listed()
    if as_json:
        output.document([_json(one) for one in found])
    elif found:
        _table(found, invocation)
    else:
        output.say(invocation.words("cli.no_staff"))
    return 0


@app.command()
def add(
    ctx: typer.Context,
    *,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="As colleagues call the person.")],
    role: Annotated[Role | None, typer.Option("--role", help="The first person is the owner.")] = None,
    by: By = "",
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Add a person; the first one is the owner. From then on everybody signs in with a PIN."""
    invocation, asker = of(ctx), _asker(ctx, pin_stdin=pin_stdin)
    with invocation.house(invocation.settings(), wallets=False) as house:
        if not house.staff.has_staff():
            if role not in (None, Role.OWNER):
                raise UsageFault("first_is_owner")
            new = house.staff.first_owner(name, asker.new_pin())
        else:
            decider = _decider(house, asker, by, Permission.STAFF_MANAGE)
            new = house.staff.add(decider.staff_id, name, role or Role.CLERK, asker.new_pin())
    return _told(new, invocation, "staff_added", as_json=as_json)


@app.command()
def reset_pin(
    ctx: typer.Context,
    *,
    staff_id: StaffId,
    by: By = "",
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Give somebody who has forgotten his PIN a new one; it unlocks him too."""
    invocation, asker = of(ctx), _asker(ctx, pin_stdin=pin_stdin)
    with invocation.house(invocation.settings(), wallets=False) as house:
        decider = _decider(house, asker, by, Permission.STAFF_MANAGE)
        after = house.staff.reset_pin(decider.staff_id, staff_id, asker.new_pin())
    return _told(after, invocation, "staff_changed", as_json=as_json)


@app.command()
def change_pin(
    ctx: typer.Context, *, staff_id: StaffId, pin_stdin: PinStdin = False, as_json: AsJson = False
) -> int:
    """Change your own PIN; the old one is asked first."""
    invocation, asker = of(ctx), _asker(ctx, pin_stdin=pin_stdin)
    with invocation.house(invocation.settings(), wallets=False) as house:
        old = asker.secret("pin_of", staff_id=staff_id)
        found = house.staff.change_pin(staff_id, old, asker.new_pin())
    if found.staff is None:
        from scanrefund.staff_desk import refused

        raise refused(found)
    return _told(found.staff, invocation, "staff_changed", as_json=as_json)


@app.command("role")
def set_role(
    ctx: typer.Context,
    *,
    staff_id: StaffId,
    role: Annotated[Role, typer.Argument(metavar="ROLE", help=" · ".join(Role))],
    by: By = "",
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Give somebody another role."""
    invocation, asker = of(ctx), _asker(ctx, pin_stdin=pin_stdin)
    with invocation.house(invocation.settings(), wallets=False) as house:
        decider = _decider(house, asker, by, Permission.STAFF_MANAGE)
        after = house.staff.set_role(decider.staff_id, staff_id, role)
    return _told(after, invocation, "staff_changed", as_json=as_json)


@app.command()
def disable(
    ctx: typer.Context,
    *,
    staff_id: StaffId,
    by: By = "",
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Let somebody in no more. What he did stays in the books under his staff id."""
    invocation, asker = of(ctx), _asker(ctx, pin_stdin=pin_stdin)
    with invocation.house(invocation.settings(), wallets=False) as house:
        decider = _decider(house, asker, by, Permission.STAFF_MANAGE)
        after = house.staff.disable(decider.staff_id, staff_id)
    return _told(after, invocation, "staff_changed", as_json=as_json)


@app.command()
def unlock(
    ctx: typer.Context,
    *,
    staff_id: StaffId,
    by: By = "",
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Let somebody who was locked after wrong tries try again."""
    invocation, asker = of(ctx), _asker(ctx, pin_stdin=pin_stdin)
    with invocation.house(invocation.settings(), wallets=False) as house:
        decider = _decider(house, asker, by, Permission.STAFF_UNLOCK)
        after = house.staff.unlock(decider.staff_id, staff_id)
    return _told(after, invocation, "staff_changed", as_json=as_json)


@app.command("totp")
def totp_secret(
    ctx: typer.Context,
    *,
    staff_id: StaffId,
    by: By = "",
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Give somebody who approves a secret for codes of the moment, for an authenticator app; shown once."""
    invocation, asker = of(ctx), _asker(ctx, pin_stdin=pin_stdin)
    settings = invocation.settings()
    with invocation.house(settings, wallets=False) as house:
        own = by == staff_id
        decider = _decider(house, asker, by, Permission.REFUND_APPROVE if own else Permission.STAFF_MANAGE)
        address = house.staff.totp_secret(decider.staff_id, staff_id, settings.shop_name or settings.shop_id)
    if as_json:
        output.document({"staff_id": staff_id, "address": address})
    else:
        output.complain(invocation.words("cli.codes_set"))
        output.say(address)
    return 0


@app.command()
def badge(
    ctx: typer.Context,
    *,
    staff_id: StaffId,
    by: By = "",
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Give somebody a badge to scan at the sign-in; shown once. The PIN is still asked."""
    invocation, asker = of(ctx), _asker(ctx, pin_stdin=pin_stdin)
    with invocation.house(invocation.settings(), wallets=False) as house:
        decider = _decider(house, asker, by, Permission.STAFF_MANAGE)
        text = house.staff.new_badge(decider.staff_id, staff_id)
    if as_json:
        output.document({"staff_id": staff_id, "badge": text})
    else:
        output.complain(invocation.words("cli.badge_made"))
        output.say(text)
    return 0


@app.command()
def recover_owner(
    ctx: typer.Context, *, staff_id: StaffId, pin_stdin: PinStdin = False, as_json: AsJson = False
) -> int:
    """Give the only owner a new PIN, on the machine with the key files. It stands in the book for good."""
    invocation, asker = of(ctx), _asker(ctx, pin_stdin=pin_stdin)
    with invocation.house(invocation.settings(), wallets=False) as house:
        after = house.staff.recover_owner(staff_id, asker.new_pin())
    output.complain(invocation.words("cli.owner_recovered", staff_id=after.staff_id))
    return _told(after, invocation, "staff_changed", as_json=as_json)


def _asker(ctx: typer.Context, *, pin_stdin: bool) -> Asker:
    return Asker(of(ctx), pin_stdin=pin_stdin)


def _decider(house: House, asker: Asker, by: str, permission: Permission) -> Staff:
    if not by:
        raise UsageFault("by_missing")
    return asker.believed(house, by, permission)


def _told(person: Staff, invocation: Invocation, key: str, *, as_json: bool) -> int:
    if as_json:
        output.document(_person(person))
        return 0
    role = invocation.words(f"role.{person.role.value}.name")
    output.say(invocation.words(f"cli.{key}", staff_id=person.staff_id, name=person.name, role=role))
    return 0


def _person(person: Staff) -> dict[str, Any]:
    told = {"staff_id": person.staff_id, "name": person.name, "role": person.role.value}
    return {**told, "active": person.active}


def _json(one: Listed) -> dict[str, Any]:
    until = one.locked_until.isoformat() if one.locked and one.locked_until else None
    return {**_person(one.staff), "locked": one.locked, "locked_until": until, "codes": one.has_codes}


def _table(found: list[Listed], invocation: Invocation) -> None:
    columns = [invocation.words(f"label.{key}") for key in ("staff_id", "name", "role", "standing", "codes")]
    rows = [
        (
            one.staff.staff_id,
            one.staff.name,
            invocation.words(f"role.{one.staff.role.value}.name"),
            _standing(one, invocation),
            invocation.words("standing.has_codes" if one.has_codes else "standing.no_codes"),
        )
        for one in found
    ]
    output.table(columns, rows)


def _standing(one: Listed, invocation: Invocation) -> str:
    if not one.staff.active:
        return invocation.words("standing.disabled")
    if not one.locked:
        return invocation.words("standing.active")
    return f"{invocation.words('standing.locked')} {output.local(one.locked_until)}".rstrip()
