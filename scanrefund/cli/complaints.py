"""`scanrefund complaints`: what customers complained about at a refund, by when, and how it stands."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scanrefund.cli import output
from scanrefund.cli.by_hand import By, RefundId
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import Invocation, of
from scanrefund.cli.people import PinStdin, proved
from scanrefund.errors import UsageFault
from scanrefund.model.staff import Permission

if TYPE_CHECKING:
    from scanrefund.house import House
    from scanrefund.model.complaint import Complaint

app = typer.Typer(help="What customers complained about at a refund.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="As `complaints list` has it.")]
Words = Annotated[str, typer.Option("--words", metavar="TEXT", help="What was said; kept closed.")]


@app.command()
def note(
    ctx: typer.Context,
    *,
    refund_id: RefundId,
    by: By,
    words: Words,
    due: Annotated[
        str | None, typer.Option("--due", metavar="DAY", help="Answer by the end of this day.")
    ] = None,
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Note a customer's complaint at a refund, with the day by which it is to be answered."""
    invocation = of(ctx)
    with proved(invocation, by, Permission.REFUND_CREATE, pin_stdin=pin_stdin) as house:
        noted = house.complaints.note(refund_id, by, words, _day(due))
        _tell(house, noted, invocation, "complaint_noted", as_json=as_json)
    return 0


@app.command()
def answer(
    ctx: typer.Context,
    *,
    number: Number,
    by: By,
    words: Words,
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Write down what the customer was answered."""
    invocation = of(ctx)
    with proved(invocation, by, Permission.REFUND_APPROVE, pin_stdin=pin_stdin) as house:
        answered = house.complaints.answer(number, by, words)
        _tell(house, answered, invocation, "complaint_answered", as_json=as_json)
    return 0


@app.command()
def end(
    ctx: typer.Context, *, number: Number, by: By, pin_stdin: PinStdin = False, as_json: AsJson = False
) -> int:
    """End a complaint, answered or not."""
    invocation = of(ctx)
    with proved(invocation, by, Permission.REFUND_APPROVE, pin_stdin=pin_stdin) as house:
        _tell(house, house.complaints.end(number, by), invocation, "complaint_ended", as_json=as_json)
    return 0


@app.command("list")
def listed(
    ctx: typer.Context,
    *,
    every: Annotated[bool, typer.Option("--all", help="Also those that were answered or ended.")] = False,
    as_json: AsJson = False,
) -> int:
    """List complaints that wait for an answer, the first due first; without their words."""
    invocation = of(ctx)
    with invocation.house(invocation.settings(), wallets=False) as house:
        found = house.complaints.listed(waiting_only=not every)
        told = [_json(house, one) for one in found]
    if as_json:
        output.document(told)
    elif told:
        columns = [
            invocation.words(f"label.{key}") for key in ("number", "refund_id", "due", "by", "standing")
        ]
        output.table(columns, [_row(one, invocation) for one in told])
    else:
        output.say(invocation.words("cli.no_complaints"))
    return 0


@app.command()
def show(
    ctx: typer.Context, *, number: Number, by: By, pin_stdin: PinStdin = False, as_json: AsJson = False
) -> int:
    """Show what was said and what was answered, to whoever may read the books."""
    invocation = of(ctx)
    with proved(invocation, by, Permission.BOOKS_READ, pin_stdin=pin_stdin) as house:
        found, said, answered = house.complaints.words(number)
        told = _json(house, found) | {"words": said or None, "answer": answered or None}
    if as_json:
        output.document(told)
        return 0
    output.say(said or invocation.words("cli.complaint_purged"))
    if answered:
        output.say(answered)
    output.facts([(invocation.words(f"label.{key}"), str(told[key])) for key in ("refund_id", "due", "by")])
    return 0


def _tell(house: House, found: Complaint, invocation: Invocation, key: str, *, as_json: bool) -> None:
    told = _json(house, found)
    if as_json:
        output.document(told)
    else:
        gaps = {"number": found.complaint_id, "refund_id": found.refund_id, "due": told["due"]}
        output.say(invocation.words(f"cli.{key}", **gaps))


def _row(told: dict[str, Any], invocation: Invocation) -> tuple[str, ...]:
    standing = invocation.words(f"complaint.{told['standing']}")
    return str(told["number"]), told["refund_id"], told["due"], told["by"], standing


def _json(house: House, one: Complaint) -> dict[str, Any]:
    return {
        "number": one.complaint_id,
        "refund_id": one.refund_id,
        "by": one.by,
        "at": one.at.isoformat(),
        "due": house.complaints.due_day(one).isoformat(),
        "standing": _standing(house, one),
        "answered_at": one.answered_at.isoformat() if one.answered_at else None,
        "ended_at": one.ended_at.isoformat() if one.ended_at else None,
    }


def _standing(house: House, one: Complaint) -> str:
    if one.ended_at is not None:
        return "ended"
    if one.answered_at is not None:
        return "answered"
    return "overdue" if house.complaints.is_overdue(one) else "waiting"


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageFault("day_wrong", text=text) from None
