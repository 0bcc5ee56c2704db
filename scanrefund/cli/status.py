"""`scanrefund status`: where a refund is, from the ledger or from the wallet itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanrefund.cli import output, receipts
from scanrefund.cli.choices import AsJson, Camera, Picture
from scanrefund.cli.invocation import Invocation, of
from scanrefund.cli.reading import from_source
from scanrefund.errors import UsageFault
from scanrefund.model.fee import fee_standing, fee_yuan
from scanrefund.model.shown import NAMES_REFUND, Kind
from scanrefund.slip_check import vouched

if TYPE_CHECKING:
    from scanrefund.config import Settings


def status(
    ctx: typer.Context,
    *,
    refund_id: Annotated[
        str | None, typer.Argument(metavar="[REFUND_ID]", help="The refund's number, or a slip's text.")
    ] = None,
    camera: Camera = None,
    image: Picture = None,
    ask: Annotated[bool, typer.Option("--ask", help="Ask the wallet now.")] = False,
    as_json: AsJson = False,
) -> int:
    """Say where a refund is, by its number or by our slip. Ends with the exit code of its state."""
    invocation = of(ctx)
    if (refund_id is None) == (camera is None and image is None):
        raise UsageFault("refund_id_or_source")
    settings = invocation.settings()
    named = _shown(invocation, settings, camera, image) if refund_id is None else refund_id
    with invocation.house(settings, wallets=ask) as house:
        receipt = house.desk.status(named, ask=ask)
        fee = house.fees.of_refund(receipt.refund_id or "")
        if as_json:
            output.document(receipt.as_json() | {"fee_fen_thousandths": fee})
            return receipt.exit_code
        code = receipts.show(receipt, invocation, as_json=False)
        if fee is not None:
            output.say(invocation.words(f"fee.{fee_standing(fee)}", fee=fee_yuan(abs(fee))))
        return code


def _shown(invocation: Invocation, settings: Settings, camera: str | None, image: Path | None) -> str:
    """The number of the refund that a camera or a picture shows. Raises UsageFault where it shows none."""
    seen = from_source(invocation, settings, camera, image, None)
    reading = vouched(seen, invocation.keys(settings))
    if reading.shown.kind is Kind.FORGED_SLIP:
        raise UsageFault("slip_forged", text=reading.shown.text)
    if reading.shown.kind not in NAMES_REFUND or not reading.confirmed:
        raise UsageFault("no_refund_shown")
    return reading.shown.text
