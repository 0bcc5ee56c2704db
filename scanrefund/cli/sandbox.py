"""`scanrefund sandbox`: the rehearsal room, in the foreground until Ctrl-C."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scanrefund.cli.invocation import make_private, of
from scanrefund.errors import Fault, UsageFault, os_cause

# The server's own default, named here too because importing the server is slow.
LOOPBACK = "127.0.0.1"


class Pace(StrEnum):
    """Whether the wallets insist on their spacing between refunds of one order."""

    REHEARSAL = "rehearsal"
    REAL = "real"


def sandbox(
    ctx: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Loopback port; 0 takes a free one.")] = 8643,
    folder: Annotated[
        Path | None, typer.Option("--dir", help="Folder for keys and state; sandbox/ in the data folder.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="Numbers of a new sandbox follow from it.")] = 1,
    pace: Annotated[
        Pace, typer.Option(help="real keeps the wallets' pauses between refunds.")
    ] = Pace.REHEARSAL,
    host: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="Only this machine; 0.0.0.0 lets everybody on the network in."),
    ] = LOOPBACK,
) -> None:
    """Play both wallets and the customer's phone on one loopback port, until interrupted."""
    # FastAPI and its server are heavy; `scanrefund --help` does without them.
    from scanrefund.sandbox.folder import FolderDamaged
    from scanrefund.sandbox.server import NotOurAddress, PortInUse, run, seen_from_outside
    from scanrefund.sandbox.state import FolderInUse

    place = folder or _default_folder()

    def announce(base_url: str) -> None:
        if host != LOOPBACK:
            outside = f"http://{seen_from_outside(host)}:{base_url.rpartition(':')[2]}"
            typer.echo(of(ctx).words("sandbox.open_to_network", url=outside), err=True)
        typer.echo(json.dumps({"event": "ready", "base_url": base_url}))

    try:
        run(place, port, seed, pace.value, announce, host)
    except NotOurAddress as foreign:
        raise UsageFault("sandbox_host_not_ours", host=host) from foreign
    except PortInUse as taken:
        raise UsageFault("sandbox_port_in_use", port=port) from taken
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
