"""`scanrefund worker`: bring every open refund to its end, without a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from scanrefund import exits
from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import Invocation, of
from scanrefund.cli.running import Told, has_moved, open_refunds, stopped_by_signal
from scanrefund.errors import UsageFault

if TYPE_CHECKING:
    from scanrefund.house import House


def worker(
    ctx: typer.Context,
    *,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, then end.")] = False,
    until_idle: Annotated[bool, typer.Option("--until-idle", help="End when no refund is open.")] = False,
    notices: Annotated[
        int | None,
        typer.Option(
            min=0, max=65_535, help="Take the wallets' notices on this loopback port; 0 takes a free one."
        ),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Ask and send what is due, until stopped. Ends with 3 when refunds are still open, else 0."""
    invocation = of(ctx)
    if once and until_idle:
        raise UsageFault("worker_one_end_only")
    if once and notices is not None:
        raise UsageFault("worker_once_hears_nothing")
    told = Told(invocation, quiet=as_json)
    if once:
        with invocation.house(invocation.settings(), wallets=True) as house:
            house.worker.run_once(told)
            house.post.finish()
            still_open = len(open_refunds(house))
    else:
        told.hint("cli.worker_runs")
        still_open = _run(invocation, told, notices, until_idle=until_idle)
    if as_json:
        output.document({"trips": told.trips, "still_open": still_open})
    else:
        output.say(invocation.words("cli.worker_done", trips=told.trips, still_open=still_open))
    return exits.OPEN if still_open else 0


def _run(invocation: Invocation, told: Told, notices: int | None, *, until_idle: bool) -> int:
    """Work until stopped or, with `until_idle`, until nothing is due any more; how many are still open.

    A sandbox that was started anew may serve at another address: the house is opened again for it.
    """
    from scanrefund.dispatch.worker import nobody_cures
    from scanrefund.ledger.writer_lock import only_writer

    on_fault = nobody_cures if until_idle else told.fault

    with stopped_by_signal() as stopped:
        while True:
            settings = invocation.settings()
            alone = only_writer(settings.ledger.url, "scanrefund worker")
            with invocation.house(settings, wallets=True) as house, alone, _hearing(house, told, notices):

                def ended(house: House = house) -> bool:
                    return stopped.is_set() or (until_idle and _is_idle(house))

                house.worker.run(lambda: ended() or has_moved(settings), told, on_fault)  # noqa: B023
                if until_idle and not stopped.is_set() and ended():
                    house.post.finish()
                if ended():
                    return len(open_refunds(house))


@contextmanager
def _hearing(house: House, told: Told, port: int | None) -> Iterator[None]:
    """Take the wallets' notices meanwhile, if a port is given."""
    if port is None:
        yield
        return
    # FastAPI and its server are heavy; a worker without notices does without them.
    from scanrefund.web.notices import application
    from scanrefund.web.serving import served

    with served(application(house.notices), port) as listening:
        told.hears(f"http://127.0.0.1:{listening}/notices")
        yield


def _is_idle(house: House) -> bool:
    """Whether time alone will bring nothing on: what is still open waits for a person."""
    return all(receipt.next_try_at is None for receipt in open_refunds(house))
