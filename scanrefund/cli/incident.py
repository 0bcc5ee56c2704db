"""`scanrefund incident`: what to tell support about a refund, and whom to ask."""

from __future__ import annotations

from typing import Annotated

import typer

from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import of


def incident(
    ctx: typer.Context,
    refund_id: Annotated[str, typer.Argument(metavar="REFUND_ID")],
    *,
    as_json: AsJson = False,
) -> int:
    """Print a text about a refund that can be read out or pasted, and the shop's support contacts."""
    from scanrefund.aftercare.incident import incident_text
    from scanrefund.say.words import say_contacts

    invocation = of(ctx)
    settings = invocation.settings()
    with invocation.house(settings, wallets=False) as house:
        told = incident_text(house.ledger, refund_id, settings.language)
    contacts = say_contacts(settings.language, settings.support)
    if as_json:
        output.document({"refund_id": refund_id, "text": told, "contacts": list(contacts)})
        return 0
    output.say(told)
    if contacts:
        output.say(invocation.words("incident.contacts", contacts=" · ".join(contacts)))
    return 0
