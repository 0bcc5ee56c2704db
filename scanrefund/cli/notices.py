"""`scanrefund notices`: what customers and staff are told, what waits, what was given up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import Invocation, of
from scanrefund.errors import UsageFault
from scanrefund.model.contact import Applicant, Contact, NoApplicant, NoContact, applicant_of, contact_of

if TYPE_CHECKING:
    from scanrefund.model.message import Message

LIST_MAX: Final = 200
# As many as may be given up while a mail server is away for a night.
RETRY_MAX: Final = 10_000

app = typer.Typer(help="What customers and staff are told.", no_args_is_help=True)


@app.command("list")
def list_messages(
    ctx: typer.Context,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also what was sent.")] = False,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=10_000)] = LIST_MAX,
    as_json: AsJson = False,
) -> int:
    """List messages that wait or were given up, newest first. Ends with 1 when any was given up."""
    invocation = of(ctx)
    with invocation.house(invocation.settings(), wallets=False) as house:
        found = house.outbox.listed(unsent_only=not everything, limit=limit)
        told = [_told(message, house.outbox.masked_contact(message)) for message in found]
    if as_json:
        output.document(told)
    elif not told:
        output.say(invocation.words("cli.no_messages"))
    else:
        _table(told, invocation)
    return 1 if any(message.given_up_at for message in found) else 0


@app.command()
def retry(
    ctx: typer.Context,
    *,
    message_id: Annotated[str | None, typer.Argument(metavar="[MESSAGE_ID]")] = None,
    given_up: Annotated[bool, typer.Option("--given-up", help="All that were given up.")] = False,
    as_json: AsJson = False,
) -> int:
    """Try messages anew that were given up or wait. Ends with 1 when any is still not sent."""
    invocation = of(ctx)
    if (message_id is None) != given_up:
        raise UsageFault("message_or_given_up")
    with invocation.house(invocation.settings(), wallets=False) as house:
        found = house.outbox.listed(unsent_only=True, limit=RETRY_MAX)
        names = [message_id] if message_id else [it.message_id for it in found if it.given_up_at]
        for name in names:
            house.outbox.retry(name, house.clock.now())
        house.post.finish()
        left = {it.message_id for it in house.outbox.listed(unsent_only=True, limit=RETRY_MAX)} & set(names)
    if as_json:
        output.document({"retried": len(names), "unsent": sorted(left)})
    else:
        gaps = {"retried": len(names), "sent": len(names) - len(left)}
        output.say(invocation.words("cli.messages_retried", **gaps))
    return 1 if left else 0


def applicant_told(text: str) -> Applicant | None:
    """The name of an option; None for an empty one. Raises UsageFault applicant_wrong."""
    try:
        return applicant_of(text) if text.strip() else None
    except NoApplicant:
        raise UsageFault("applicant_wrong") from None


def contact_told(text: str, language: str) -> Contact | None:
    """The contact of an option; None for an empty one. Raises UsageFault contact_wrong."""
    try:
        return contact_of(text, language) if text.strip() else None
    except NoContact:
        raise UsageFault("contact_wrong") from None


def _told(message: Message, to: str) -> dict[str, Any]:
    ended = message.sent_at or message.given_up_at
    state = "sent" if message.sent_at else "given_up" if message.given_up_at else "waiting"
    return {
        "message_id": message.message_id,
        "event": message.event.value,
        "alarm": message.word or None,
        "subject": message.subject,
        "channel": message.channel.value,
        "to": to or None,
        "state": state,
        "made_at": message.made_at.isoformat(),
        "ended_at": ended.isoformat() if ended else None,
        "next_try_at": message.next_try_at.isoformat() if message.next_try_at else None,
        "tries": message.tries,
        "trouble": message.trouble or None,
    }


def _table(told: list[dict[str, Any]], invocation: Invocation) -> None:
    columns = ("message_id", "channel", "to", "state", "tries", "trouble")

    def shown(one: dict[str, Any], column: str) -> str:
        if column == "state":
            return invocation.words(f"message.state.{one['state']}")
        return str(one[column] or "")

    rows = [[shown(one, column) for column in columns] for one in told]
    output.table([invocation.words(f"message.label.{column}") for column in columns], rows)
