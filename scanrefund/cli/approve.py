"""`scanrefund approve`: decide about refunds that wait for somebody else's approval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from scanrefund import exits
from scanrefund.cli import output, receipts
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import Invocation, of
from scanrefund.cli.people import Asker, By, PinStdin
from scanrefund.errors import Fault, UsageFault
from scanrefund.model.money import Money
from scanrefund.model.wallet import safe_number
from scanrefund.say.speak import say_fault

if TYPE_CHECKING:
    from scanrefund.approval_desk import Decided, Wanted
    from scanrefund.house import House


def approve(
    ctx: typer.Context,
    *,
    refund_id: Annotated[list[str], typer.Argument(metavar="REFUND_ID...")],
    by: By,
    decline: Annotated[
        bool, typer.Option("--decline", help="Withdraw it; the amount goes back to the order.")
    ] = False,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="Why; needed to decline.")] = "",
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Approve waiting refunds and send them, or decline one. Nobody approves his own."""
    invocation = of(ctx)
    asker = Asker(invocation, pin_stdin=pin_stdin)
    if decline and len(refund_id) > 1:
        raise UsageFault("decline_one")
    with invocation.house(invocation.settings(), wallets=not decline) as house:
        if len(refund_id) > 1:
            return _several(house, refund_id, by, why, asker, invocation, as_json=as_json)
        secret = asker.secret("secret_of", staff_id=by)
        if decline:
            receipt = house.staff.decline(refund_id[0], by, secret, why)
        else:
            receipt = house.staff.approve(refund_id[0], by, secret, why)
        return receipts.show(receipt, invocation, as_json=as_json)


def _several(
    house: House,
    refund_ids: list[str],
    by: str,
    why: str,
    asker: Asker,
    invocation: Invocation,
    *,
    as_json: bool,
) -> int:
    """The sum is shown before the secret is asked; then each has its line."""
    asked = [_wanted(house, one) for one in refund_ids]
    total = Money(sum(one.amount.fen for one in asked))
    if not as_json:
        output.table(["", ""], [(one.refund_id, str(one.amount)) for one in asked])
        output.say(invocation.words("cli.round_sum", count=len(asked), amount=total))
    secret = asker.secret("secret_of", staff_id=by)
    decided = house.approvals.approve(asked, total, by, secret, why)
    lines = [_line(house, one, invocation) for one in decided]
    if as_json:
        output.document({"total_fen": total.fen, "refunds": [line for line, _code in lines]})
    else:
        output.table(["", "", ""], [_row(line) for line, _code in lines])
    codes = [code for _line, code in lines]
    return exits.WRONG_USE if exits.WRONG_USE in codes else max(codes)


def _wanted(house: House, refund_id: str) -> Wanted:
    from scanrefund.approval_desk import Wanted

    refund = house.ledger.refund(refund_id)
    if refund is None:
        raise UsageFault("refund_unknown", refund_id=safe_number(refund_id))
    return Wanted(refund.refund_id, refund.amount)


def _line(house: House, one: Decided, invocation: Invocation) -> tuple[dict[str, Any], int]:
    told: dict[str, Any] = {"refund_id": one.wanted.refund_id, "amount_fen": one.wanted.amount.fen}
    if isinstance(one.end, Fault):
        say = say_fault(one.end, invocation.spoken())
        return told | {"approved": False, "fault": one.end.code, "say": say}, exits.WRONG_USE
    receipt = house.approvals.send(one.end)
    said = receipt.as_json()
    return told | {"approved": True, "state": said["state"], "say": said["say_clerk"]}, receipt.exit_code


def _row(line: dict[str, Any]) -> tuple[str, str, str]:
    return (line["refund_id"], str(Money(line["amount_fen"])), line["say"])
