"""`scanrefund scan`: what is this, and which wallet does it belong to?"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from scanrefund.cli import output
from scanrefund.cli.choices import AsJson, Camera, Picture, Reveal
from scanrefund.cli.invocation import Invocation, of
from scanrefund.cli.reading import from_source, warm_child, warn_of_reveal
from scanrefund.errors import UsageFault
from scanrefund.keys import Keys
from scanrefund.model.shown import NAMES_REFUND, Kind, Reading
from scanrefund.say.speak import say_kind, say_reason_of_unreadable
from scanrefund.slip_check import vouched


def scan(
    ctx: typer.Context,
    *,
    camera: Camera = None,
    image: Picture = None,
    wait: Annotated[
        int | None, typer.Option("--wait", metavar="S", min=1, max=600, help="Seconds to watch a camera.")
    ] = None,
    reveal: Reveal = False,
    as_json: AsJson = False,
) -> int:
    """Say what a camera or a picture shows. Ends with 0 when something was read, 1 when nothing was."""
    invocation = of(ctx)
    if camera is None and image is None:
        raise UsageFault("source_missing")
    if image is not None:
        warm_child()
    settings = invocation.settings()
    if reveal:
        warn_of_reveal(invocation)
    keys = invocation.keys(settings)
    reading = vouched(from_source(invocation, settings, camera, image, wait), keys)
    told = describe(reading, keys, invocation, reveal=reveal)
    if as_json:
        output.document(told)
    else:
        _tell(told, reading, invocation)
    return 1 if reading.shown.kind is Kind.NOTHING else 0


def describe(reading: Reading, keys: Keys, invocation: Invocation, *, reveal: bool) -> dict[str, Any]:
    """A reading as JSON keys; the code is masked unless `reveal`.

    `refund_id` is set for our own numbers and slips, not for a forged one; `dated` is the day in a bill's
    number.
    """
    shown = reading.shown
    return {
        "kind": shown.kind.value,
        "wallet": shown.wallet.value if shown.wallet else None,
        "text": shown.code.reveal() if shown.code and reveal else shown.safe_text,
        "confirmed": reading.confirmed,
        "source": reading.source.value,
        "taken_at": reading.taken_at.isoformat() if reading.taken_at else None,
        "say": _sentence(reading, invocation),
        "fingerprint": keys.fingerprint(shown.code.reveal()) if shown.code else None,
        "refund_id": shown.text if shown.kind in NAMES_REFUND else None,
        "dated": shown.dated.isoformat() if shown.dated else None,
    }


def _sentence(reading: Reading, invocation: Invocation) -> str:
    """What the thing is, or why nothing can be done with it."""
    shown = reading.shown
    if reading.rivals or not reading.confirmed or shown.kind is Kind.NOTHING:
        return say_reason_of_unreadable(reading, invocation.spoken())
    return say_kind(shown.kind, shown.wallet, invocation.spoken())


def _tell(told: dict[str, Any], reading: Reading, invocation: Invocation) -> None:
    output.say(told["say"])
    seen = {
        "text": told["text"],
        "taken_at": output.local(reading.taken_at),
        "fingerprint": told["fingerprint"],
        "refund_id": told["refund_id"],
        "dated": told["dated"],
    }
    output.facts((invocation.words(f"label.{key}"), value) for key, value in seen.items() if value)
