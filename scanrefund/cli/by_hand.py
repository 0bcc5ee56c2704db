"""`scanrefund release`, `close`, `cancel`, `cash`: what a supervisor decides, with a name and a reason."""

from __future__ import annotations

from typing import Annotated

import typer

from scanrefund.cli import output, receipts
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import of
from scanrefund.cli.people import PinStdin, proved
from scanrefund.model.other_way import Method
from scanrefund.model.staff import Permission

By = Annotated[
    str,
    typer.Option("--by", metavar="NAME", help="Who decides: a name, or where staff is known a staff id."),
]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="Why; both are written in the book.")]
RefundId = Annotated[str, typer.Argument(metavar="REFUND_ID")]


def release(
    ctx: typer.Context,
    *,
    refund_id: RefundId,
    by: By,
    why: Why,
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Let a held refund go on under the same number, once its cause is cured."""
    from scanrefund.ledger.by_hand import Hand

    invocation = of(ctx)
    with proved(invocation, by, Permission.REFUND_RELEASE, pin_stdin=pin_stdin, wallets=True) as house:
        receipt = house.supervisor.release(refund_id, Hand(by, why))
        return receipts.show(receipt, invocation, as_json=as_json)


def close(
    ctx: typer.Context,
    *,
    refund_id: RefundId,
    by: By,
    why: Why,
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Close a held refund; the wallet is asked until it is proved that it knows nothing of it."""
    from scanrefund.ledger.by_hand import Hand

    invocation = of(ctx)
    with proved(invocation, by, Permission.REFUND_CLOSE, pin_stdin=pin_stdin, wallets=True) as house:
        receipt = house.supervisor.close(refund_id, Hand(by, why))
        return receipts.show(receipt, invocation, as_json=as_json)


def cancel(
    ctx: typer.Context,
    *,
    refund_id: RefundId,
    by: By,
    why: Why,
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Withdraw a refund that was never sent."""
    from scanrefund.ledger.by_hand import Hand

    invocation = of(ctx)
    with proved(invocation, by, None, pin_stdin=pin_stdin) as house:
        receipt = house.supervisor.cancel(refund_id, Hand(by, why))
        return receipts.show(receipt, invocation, as_json=as_json)


def cash(  # noqa: PLR0913  (each is an option)
    ctx: typer.Context,
    *,
    refund_id: RefundId,
    by: By,
    why: Why,
    method: Annotated[Method, typer.Option("--method", help="How the customer was paid.")] = Method.CASH,
    bank_reference: Annotated[
        str, typer.Option("--bank-reference", metavar="TEXT", help="What the bank calls its transfer.")
    ] = "",
    last_four: Annotated[
        str,
        typer.Option("--account-last4", metavar="DIGITS", help="The account's last four digits, no more."),
    ] = "",
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Write down that the customer was paid by hand, after the wallet's refund ended without paying."""
    from scanrefund.ledger.by_hand import Hand
    from scanrefund.supervisor_desk import told_way

    invocation = of(ctx)
    other = told_way(method, bank_reference, last_four)
    with proved(invocation, by, Permission.REFUND_CASH, pin_stdin=pin_stdin) as house:
        receipt = house.supervisor.pay_other_way(refund_id, Hand(by, why), other)
        paid = receipt.refund_id or ""
        text = house.cash_slips.hand_out(paid, by, "cash text", invocation.spoken()).text
    if as_json:
        output.document(receipt.as_json() | {"slip": text})
        return receipt.exit_code
    code = receipts.show(receipt, invocation, as_json=False)
    output.say(text)
    return code


def release_short(
    ctx: typer.Context, *, by: By, why: Why, pin_stdin: PinStdin = False, as_json: AsJson = False
) -> int:
    """Let every refund go on that is held because the wallet's balance is short, once it is topped up."""
    from scanrefund.ledger.by_hand import Hand

    invocation = of(ctx)
    with proved(invocation, by, Permission.REFUND_RELEASE, pin_stdin=pin_stdin, wallets=True) as house:
        found = house.supervisor.release_short(Hand(by, why))
    if found or as_json:
        receipts.show_list(found, invocation, as_json=as_json)
    else:
        output.say(invocation.words("cli.none_held_short"))
    return max((receipt.exit_code for receipt in found), default=0)


def cash_slip(ctx: typer.Context, *, refund_id: RefundId, as_json: AsJson = False) -> int:
    """Print the slip of a refund that was paid by hand once more, marked as a copy."""
    invocation = of(ctx)
    with invocation.house(invocation.settings(), wallets=False) as house:
        # Whoever looks for it may have the number of the wallet's refund that came to nothing.
        number = house.supervisor.replacement(refund_id) or refund_id
        made = house.cash_slips.hand_out(number, "", "cash text", invocation.spoken())
    if as_json:
        output.document({"refund_id": made.refund_id, "slip": made.text})
    else:
        output.say(made.text)
    return 0
