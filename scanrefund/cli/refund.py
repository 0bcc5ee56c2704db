"""`scanrefund refund`: read the code, ask the clerk, refund, and say how it ended."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from scanrefund import exits
from scanrefund.cli import output, receipts
from scanrefund.cli.choices import AsJson, Camera, Picture
from scanrefund.cli.invocation import Invocation, of
from scanrefund.cli.notices import applicant_told, contact_told
from scanrefund.cli.people import Asker, PinStdin
from scanrefund.cli.reading import from_keyboard, from_source, warm_child
from scanrefund.errors import Fault, LedgerFault, UsageFault
from scanrefund.model.money import AMOUNT_FEN_MAX, Money, NotMoney
from scanrefund.model.shown import Reading

if TYPE_CHECKING:
    from scanrefund.aftercare.receipt import Receipt
    from scanrefund.config import Settings
    from scanrefund.desk import Desk
    from scanrefund.house import House
    from scanrefund.model.staff import Credential
    from scanrefund.wish import RefundRequest

# The clerk's no ends the program as Ctrl-C does: our rules refused nothing.
# What both wallets take as the reason of a refund (Alipay `refund_reason`, 256 characters).
REASON_CHARS_MAX: Final = 256
# An amount in form, but beyond any that Money can read.
_TOO_LARGE: Final = re.compile(r"[0-9]{10,}(\.[0-9]{1,2})?")


class NotConfirmed(Fault):
    """The clerk said no: nothing was sent."""

    exit_code = exits.INTERRUPTED


@dataclass(frozen=True, slots=True)
class Wish:
    """The arguments as they were typed, amounts already money."""

    order_id: str
    amount: Money | None
    reason: str
    camera: str | None
    image: Path | None
    request_id: str
    people: Named


@dataclass(frozen=True, slots=True)
class Named:
    """The staff ids that were typed, and where their PINs come from."""

    clerk: str
    approver: str
    queue: bool
    pin_stdin: bool


def refund(  # noqa: PLR0913  (each is an option)
    ctx: typer.Context,
    *,
    order: Annotated[str, typer.Option("--order", metavar="ID", help="The order to refund.")],
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why; the customer may see it.")
    ] = "",
    amount: Annotated[
        str | None, typer.Option("--amount", metavar="YUAN", help="How much; without it, all that remains.")
    ] = None,
    camera: Camera = None,
    image: Picture = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Run every check, refund nothing.")] = False,
    wait: Annotated[
        int | None,
        typer.Option("--wait", metavar="S", min=0, max=600, help="Seconds to wait for the wallet's end."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    request_id: Annotated[
        str,
        typer.Option("--request-id", metavar="ID", help="Name this wish: asked again, it is served again."),
    ] = "",
    clerk: Annotated[
        str, typer.Option("--clerk", metavar="STAFF_ID", help="Who refunds, where staff is known.")
    ] = "",
    approver: Annotated[
        str, typer.Option("--approver", metavar="STAFF_ID", help="Who approves now, where that is needed.")
    ] = "",
    queue: Annotated[
        bool, typer.Option("--queue", help="Where approval is needed, let the refund wait for it.")
    ] = False,
    contact: Annotated[
        str,
        typer.Option(
            "--contact", metavar="ADDRESS", help="Tell the customer: an e-mail or a telephone number."
        ),
    ] = "",
    applicant: Annotated[
        str, typer.Option("--applicant", metavar="NAME", help="Who asks for it; kept closed.")
    ] = "",
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Refund an order. The code comes from --camera, --image or standard input, never from an argument."""
    invocation = of(ctx)
    if len(reason) > REASON_CHARS_MAX:
        raise UsageFault("reason_too_long", limit_chars=REASON_CHARS_MAX)
    people = Named(clerk, approver, queue, pin_stdin)
    wish = Wish(order, _money(amount), reason, camera, image, request_id, people)
    if not (dry_run or yes or (sys.stdin.isatty() and not as_json)):
        raise UsageFault("confirmation_impossible")
    if image is not None:
        warm_child()
    settings = invocation.settings()
    with invocation.house(settings, wallets=True) as house:
        # PINs first: while they are typed no payment code grows old.
        asker = Asker(invocation, pin_stdin=pin_stdin)
        clerk_id, approval = _people(wish.people, house, asker, dry_run=dry_run)
        request = _request(wish, _reading(wish, settings, invocation))
        heard, asks = contact_told(contact, settings.language), applicant_told(applicant)
        request = replace(
            request, clerk=clerk_id, approval=approval, queue=queue, contact=heard, applicant=asks
        )
        if dry_run:
            return receipts.show_verdicts(house.desk.rehearse(request), invocation, as_json=as_json)
        if not yes and not _agreed(request, house, invocation):
            raise NotConfirmed("not_confirmed")
        with output.waiting(invocation.words("cli.asking_wallet")):
            receipt = _to_its_end(house.desk, request, settings.wait_s if wait is None else wait)
    return receipts.show(receipt, invocation, as_json=as_json)


def _to_its_end(desk: Desk, request: RefundRequest, wait_s: int) -> Receipt:
    return waited_for(desk, desk.refund(request), wait_s)


def waited_for(desk: Desk, receipt: Receipt, wait_s: int) -> Receipt:
    """Once it has a number the refund is written down: a ledger that breaks later leaves it open."""
    if receipt.refund_id is None:
        return receipt
    try:
        last = desk.wait(receipt.refund_id, wait_s)
    except LedgerFault:
        return receipt
    return replace(last, served_again=receipt.served_again)


def _money(text: str | None) -> Money | None:
    return None if text is None else money_of(text)


def money_of(text: str) -> Money:
    """Typed yuan as money. Raises UsageFault for what is none."""
    if not text.strip():
        raise UsageFault("amount_empty")
    if _TOO_LARGE.fullmatch(text):
        raise UsageFault("amount_too_large", limit_fen=AMOUNT_FEN_MAX)
    try:
        return Money.from_yuan(text)
    except NotMoney:
        raise UsageFault("amount_not_money", text=text) from None


def _reading(wish: Wish, settings: Settings, invocation: Invocation) -> Reading | None:
    if wish.camera is None and wish.image is None:
        return from_keyboard(invocation)
    return from_source(invocation, settings, wish.camera, wish.image, None)


def _request(wish: Wish, reading: Reading | None) -> RefundRequest:
    from scanrefund.wish import RefundRequest

    return RefundRequest(
        order_id=wish.order_id,
        amount=wish.amount,
        reason=wish.reason,
        reading=reading,
        request_id=wish.request_id,
    )


def _people(named: Named, house: House, asker: Asker, *, dry_run: bool) -> tuple[str, Credential | None]:
    """The clerk, who has proved himself, and what an approver typed. Raises SignInFault."""
    from scanrefund.model.staff import Credential

    if not house.staff.has_staff():
        if named.clerk or named.approver or named.queue:
            raise UsageFault("staff_not_kept")
        return "", None
    clerk = asker.signed_in(house, named.clerk).staff_id if named.clerk else ""
    if not named.approver or dry_run:
        return clerk, None
    return clerk, Credential(named.approver, asker.secret("secret_of", staff_id=named.approver))


def _agreed(request: RefundRequest, house: House, invocation: Invocation) -> bool:
    """Show what is about to happen and ask. An unknown order is not asked about: the ladder names it."""
    order = house.ledger.order(request.order_id)
    if order is None:
        return True
    facts = (
        ("order_id", order.order_id),
        ("amount", str(request.amount or order.remaining)),
        ("wallet", invocation.wallet(order.wallet)),
        ("code", request.reading.shown.safe_text if request.reading else "—"),
        ("reason", request.reason or "—"),
    )
    output.facts([(invocation.words(f"label.{key}"), value) for key, value in facts])
    return typer.confirm(invocation.words("cli.refund_now"), default=False)
