"""`scanrefund support-bundle`: what somebody who helps from afar needs, without a secret."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import Invocation, of
from scanrefund.cli.new_file import new_file
from scanrefund.errors import ConfigFault, Fault

if TYPE_CHECKING:
    from scanrefund.config import Settings


def support_bundle(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="The new file.")],
    *,
    as_json: AsJson = False,
) -> int:
    """Gather versions, configuration, self test, crashes and counts into one ZIP, without any secret."""
    from scanrefund.aftercare.bundle import write_bundle
    from scanrefund.aftercare.support import files_of, last_crashes
    from scanrefund.config import data_folder
    from scanrefund.dispatch.clock import SYSTEM

    invocation = of(ctx)
    pieces = _pieces(invocation)
    with new_file(file) as out:
        files = files_of(pieces, last_crashes(data_folder() / "crash.log"))
        write_bundle(out, files, SYSTEM.now())
    if as_json:
        output.document({"file": str(file), "files": [*files]})
    else:
        output.say(invocation.words("support.written", file=file, files=", ".join(files)))
    return 0


def _pieces(invocation: Invocation) -> dict[str, Any]:
    """What can be had: help is wanted most where something cannot be opened."""
    from scanrefund.aftercare.support import settings_told
    from scanrefund.config import effective

    try:
        settings = invocation.settings()
        _, keys = effective(invocation.config)
    except ConfigFault as fault:
        return {"config": {"problems": fault.problems}}
    return {
        "config": settings_told(keys),
        "doctor": _doctor(settings, invocation),
        "ledger": _ledger(settings, invocation),
    }


def _doctor(settings: Settings, invocation: Invocation) -> list[dict[str, Any]]:
    from scanrefund.assemble import surroundings
    from scanrefund.readiness import examine

    told = []
    for finding in examine(surroundings(settings)):
        detail, cure = finding.told(invocation.spoken())
        told.append({"name": finding.name, "ok": finding.ok, "cause": finding.cause, "say": [detail, cure]})
    return told


def _ledger(settings: Settings, invocation: Invocation) -> dict[str, Any]:
    from scanrefund.ledger.inventory import inventory
    from scanrefund.ledger.ledger import Ledger, Shop

    try:
        shop = Shop(settings.shop_id, settings.rehearsal)
        ledger = Ledger.open(settings.ledger, invocation.keys(settings), shop)
    except Fault as fault:
        return {"fault": str(fault)}
    try:
        flaw = ledger.audit([]).flaw
        with ledger.reading() as connection:
            broken = f"{flaw.number} {flaw.kind.value}" if flaw else None
            return inventory(connection) | {"broken_entry": broken}
    except Fault as fault:
        return {"fault": str(fault)}
    finally:
        ledger.close()
