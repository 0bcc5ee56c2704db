"""`scanrefund counter`: the page a clerk works on, the worker beside it, the sandbox where one is wanted."""

from __future__ import annotations

import webbrowser
from typing import TYPE_CHECKING, Annotated

import typer

from scanrefund import exits
from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.counter_page import CounterPage, working
from scanrefund.cli.invocation import Invocation, make_private, of
from scanrefund.cli.running import Told, open_refunds, stopped_by_signal
from scanrefund.cli.sandbox_beside import sandbox_beside
from scanrefund.cli.turns import Turns
from scanrefund.errors import UsageFault

if TYPE_CHECKING:
    from scanrefund.config import Settings


def counter(
    ctx: typer.Context,
    *,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65_535, help="Loopback port instead of the configured one; 0: a free one."),
    ] = None,
    training: Annotated[
        bool, typer.Option("--training", help="Practise: ten exercises, a sandbox and books of their own.")
    ] = False,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    as_json: AsJson = False,
) -> int:
    """Serve the counter page on this machine until Ctrl-C, with the worker, and in rehearsal the sandbox."""
    from scanrefund.ledger.writer_lock import only_writer

    invocation = of(ctx)
    if as_json and open_page:
        raise UsageFault("counter_json_opens_nothing")
    settings = _settings(invocation, training=training)
    make_private(settings.home)
    alone, still_open = only_writer(settings.ledger.url, "scanrefund counter"), 0
    with stopped_by_signal() as stopped, alone, sandbox_beside(settings) as sandbox:
        page = CounterPage(settings.page.port if port is None else port)
        told = Told(invocation, quiet=as_json, home=settings.home)

        def announce(url: str, settings: Settings) -> None:
            _announce(url, settings, invocation, open_page=open_page, as_json=as_json)

        turns = Turns(invocation, page, stopped, announce)
        while not stopped.is_set():
            # Only now the sandbox has written its keys and its address.
            settings = _settings(invocation, training=training)
            with invocation.house(settings, wallets=True) as house, working(house, told, stopped):
                turns.serve(settings, house, sandbox)
        with invocation.house(settings, wallets=False) as house:
            still_open = len(open_refunds(house))
    if not as_json:
        output.say(invocation.words("cli.counter_stopped", still_open=still_open))
    return exits.OPEN if still_open else 0


def _settings(invocation: Invocation, *, training: bool) -> Settings:
    """The shop's settings, or those of the training beside it."""
    from scanrefund.config.training_place import training_settings

    settings = invocation.settings()
    return training_settings(settings) if training else settings


def _announce(
    url: str, settings: Settings, invocation: Invocation, *, open_page: bool, as_json: bool
) -> None:
    if as_json:
        told = {"event": "ready", "url": url, "rehearsal": settings.rehearsal, "training": settings.training}
        output.document(told)
        return
    told_as = "counter_trains" if settings.training else "counter_serves"
    output.say(invocation.words(f"cli.{told_as}", url=url))
    if open_page and not webbrowser.open(url):
        output.complain(invocation.words("cli.counter_no_browser", url=url))
