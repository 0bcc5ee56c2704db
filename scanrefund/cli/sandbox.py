"""`scanrefund sandbox`: the rehearsal room, in the foreground until Ctrl-C."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scanrefund.cli.invocation import make_private
from scanrefund.errors import Fault, UsageFault, os_cause


class Pace(StrEnum):
    """Whether the wallets insist on their spacing between refunds of one order."""

    REHEARSAL = "rehearsal"
    REAL = "real"


def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Loopback port; 0 takes a free one.")] = 8643,
    folder: Annotated[
        Path | None, typer.Option("--dir", help="Folder for keys and state; sandbox/ in the data folder.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="Numbers of a new sandbox follow from it.")] = 1,
    pace: Annotated[
        Pace, typer.Option(help="real keeps the wallets' pauses between refunds.")
    ] = Pace.REHEARSAL,
) -> None:
    """Play both wallets and the customer's phone on one loopback port, until interrupted."""
    # FastAPI and its server are heavy; `scanrefund --help` does without them.
    from scanrefund.sandbox.folder import FolderDamaged
    from scanrefund.sandbox.server import PortInUse, run
    from scanrefund.sandbox.state import FolderInUse

    place = folder or _default_folder()
    try:
        run(place, port, seed, pace.value, _announce)
    except PortInUse as taken:
        raise Fault("sandbox_port_in_use", port=port) from taken
    except FolderInUse as taken:
        raise Fault("sandbox_folder_in_use", folder=place) from taken
    except FolderDamaged as damaged:
        raise UsageFault("sandbox_folder_damaged", path=damaged.path) from damaged
    except OSError as unusable:
        raise Fault("sandbox_folder_unusable", folder=place, cause=os_cause(unusable)) from unusable


def _default_folder() -> Path:
    from scanrefund.config import data_folder

    home = data_folder()
    make_private(home)
    return home / "sandbox"


def _announce(base_url: str) -> None:
    typer.echo(json.dumps({"event": "ready", "base_url": base_url}))
