"""`scanrefund orders release|extend|cancel|adjust`: what people decide about an order as a whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scanrefund.cli import orders, output, receipts
from scanrefund.cli.by_hand import By, Why
from scanrefund.cli.choices import AsJson, Camera, Picture
from scanrefund.cli.invocation import Invocation, of
from scanrefund.cli.marks import marks
from scanrefund.cli.people import Asker, PinStdin, prove, proved
from scanrefund.cli.reading import from_keyboard, from_source
from scanrefund.cli.refund import money_of, waited_for
from scanrefund.errors import LedgerFault, UsageFault
from scanrefund.model.order import Order, OrderState
from scanrefund.model.staff import Permission
from scanrefund.model.wallet import Wallet

if TYPE_CHECKING:
    from scanrefund.config import Settings
    from scanrefund.house import House
    from scanrefund.ledger.by_hand import Hand
    from scanrefund.reversal_desk import Present, Reversed

OrderId = Annotated[str, typer.Argument(metavar="ORDER_ID")]
Approver = Annotated[
    str, typer.Option("--approver", metavar="STAFF_ID", help="Who approves the refund, where that is needed.")
]
Queue = Annotated[bool, typer.Option("--queue", help="Where approval is needed, let the refund wait for it.")]


@dataclass(frozen=True, slots=True)
class _Typed:
    """What was typed for a decision that may become a refund."""

    by: str
    why: str
    camera: str | None
    image: Path | None
    approver: str
    queue: bool
    pin_stdin: bool
    as_json: bool


def release(
    ctx: typer.Context,
    *,
    order_id: OrderId,
    by: By,
    why: Why,
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Ask for a paid order back (待退款), where the shop wants that before a refund."""

    def act(house: House, hand: Hand) -> Order:
        return house.reversals.release(order_id, hand)

    return _decide(of(ctx), by, why, act, pin_stdin=pin_stdin, as_json=as_json)


def extend(
    ctx: typer.Context,
    *,
    order_id: OrderId,
    by: By,
    why: Why,
    days: Annotated[int, typer.Option("--days", metavar="N", help="Days from now, 30 at most.")] = 1,
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Let an order be refunded for some days although its return period is over."""

    def act(house: House, hand: Hand) -> Order:
        return house.reversals.extend(order_id, days, hand)

    return _decide(of(ctx), by, why, act, pin_stdin=pin_stdin, as_json=as_json)


def cancel(  # noqa: PLR0913  (each is an option)
    ctx: typer.Context,
    *,
    order_id: OrderId,
    by: By,
    why: Why,
    not_at_wallet: Annotated[
        bool,
        typer.Option("--not-at-wallet", help="You know that no code to pay this order was ever given out."),
    ] = False,
    camera: Camera = None,
    image: Picture = None,
    approver: Approver = "",
    queue: Queue = False,
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Cancel an order: unpaid it is closed at the wallet, paid it is refunded first."""

    def act(house: House, hand: Hand, present: Present) -> Reversed:
        return house.reversals.cancel(order_id, hand, present, not_at_wallet=not_at_wallet)

    typed = _Typed(by, why, camera, image, approver, queue, pin_stdin, as_json)
    return _reverse(of(ctx), order_id, Permission.ORDER_CANCEL, typed, act)


def adjust(  # noqa: PLR0913  (each is an option)
    ctx: typer.Context,
    *,
    order_id: OrderId,
    old: Annotated[str, typer.Option("--old", metavar="YUAN", help="What the order costs by our books.")],
    new: Annotated[str, typer.Option("--new", metavar="YUAN", help="What it should have cost.")],
    by: By,
    why: Why,
    camera: Camera = None,
    image: Picture = None,
    approver: Approver = "",
    queue: Queue = False,
    pin_stdin: PinStdin = False,
    as_json: AsJson = False,
) -> int:
    """Lower what a paid order should have cost; the difference is refunded."""
    old_money, new_money = money_of(old), money_of(new)

    def act(house: House, hand: Hand, present: Present) -> Reversed:
        return house.reversals.adjust(order_id, old_money, new_money, hand, present)

    typed = _Typed(by, why, camera, image, approver, queue, pin_stdin, as_json)
    return _reverse(of(ctx), order_id, Permission.ORDER_ADJUST, typed, act)


def add_to(app: typer.Typer) -> None:
    """Make them commands of `scanrefund orders`."""
    for command in (release, extend, cancel, adjust, fetch, marks):
        app.command()(command)


def fetch(
    ctx: typer.Context,
    *,
    order_id: OrderId,
    wallet: Annotated[
        Wallet | None, typer.Option("--wallet", help="Ask this wallet; without it, each that is set up.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Ask the wallet for an order by our number, and keep what it tells."""
    invocation = of(ctx)
    with invocation.house(invocation.settings(), wallets=True) as house:
        with output.waiting(invocation.words("cli.asking_wallet")):
            order = house.fetch.fetch(order_id, wallet)
        _tell(order, invocation, as_json=as_json)
    return 0


def _decide(
    invocation: Invocation,
    by: str,
    why: str,
    act: Callable[[House, Hand], Order],
    *,
    pin_stdin: bool,
    as_json: bool,
) -> int:
    from scanrefund.ledger.by_hand import Hand

    with proved(invocation, by, Permission.ORDER_RELEASE, pin_stdin=pin_stdin) as house:
        _tell(act(house, Hand(by, why)), invocation, as_json=as_json)
    return 0


def _reverse(
    invocation: Invocation,
    order_id: str,
    permission: Permission,
    typed: _Typed,
    act: Callable[[House, Hand, Present], Reversed],
) -> int:
    """Prove, read what the customer shows, decide, and wait for the refund as every refund is waited for."""
    from scanrefund.ledger.by_hand import Hand

    # A refund may leave: whoever interrupts is told so.
    invocation.command = "refund"
    settings = invocation.settings()
    with invocation.house(settings, wallets=True) as house:
        asker = Asker(invocation, pin_stdin=typed.pin_stdin)
        prove(house, typed.by, permission, asker)
        present = _present(house, order_id, typed, asker, settings, invocation)
        with output.waiting(invocation.words("cli.asking_wallet")):
            made = act(house, Hand(typed.by, typed.why), present)
            receipt = waited_for(house.desk, made.receipt, settings.wait_s) if made.receipt else None
        order = _stands(house, made)
    if receipt is None:
        _tell(order, invocation, as_json=typed.as_json)
        return 0
    if typed.as_json:
        output.document(receipt.as_json() | {"order_state": order.state.value})
        return receipt.exit_code
    code = receipts.show(receipt, invocation, as_json=False)
    _tell(order, invocation, as_json=False)
    return code


def _stands(house: House, made: Reversed) -> Order:
    """The order as it is; where the ledger has just broken, as it was when its refund was written down."""
    try:
        return house.orders.show(made.order.order_id)
    except LedgerFault:
        return made.order


def _present(
    house: House, order_id: str, typed: _Typed, asker: Asker, settings: Settings, invocation: Invocation
) -> Present:
    from scanrefund.model.staff import Credential
    from scanrefund.reversal_desk import NOBODY, Present

    if house.orders.show(order_id).state is OrderState.UNPAID:
        return NOBODY
    if not house.staff.has_staff() and (typed.approver or typed.queue):
        raise UsageFault("staff_not_kept")
    approval = None
    if typed.approver:
        approval = Credential(typed.approver, asker.secret("secret_of", staff_id=typed.approver))
    if typed.camera is None and typed.image is None:
        reading = from_keyboard(invocation)
    else:
        reading = from_source(invocation, settings, typed.camera, typed.image, None)
    return Present(reading=reading, approval=approval, queue=typed.queue)


def _tell(order: Order, invocation: Invocation, *, as_json: bool) -> None:
    if as_json:
        document: dict[str, Any] = orders.order_json(order)
        output.document(document)
        return
    state = invocation.words(f"order_state.{order.state.value}.name")
    gaps = {"order_id": order.order_id, "stands": state, "remaining": order.remaining}
    # Of what was never paid nothing can be refunded, whatever its amount.
    told = "order_stands" if order.paid_at else "order_stands_unpaid"
    output.say(invocation.words(f"cli.{told}", **gaps))
