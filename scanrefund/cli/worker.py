"""`scanrefund worker`: bring every open refund to its end, without a page."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Final

import typer

from scanrefund.cli import output
from scanrefund.cli.choices import AsJson
from scanrefund.cli.invocation import Invocation, of
from scanrefund.errors import Fault, UsageFault
from scanrefund.model.refund import Refund
from scanrefund.say.speak import say_fault

if TYPE_CHECKING:
    from scanrefund.aftercare.receipt import Receipt
    from scanrefund.assemble import House
    from scanrefund.config import Settings

EXIT_OPEN: Final = 3


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
            still_open = len(_open_refunds(house))
    else:
        told.hint("cli.worker_runs")
        still_open = _run(invocation, told, notices, until_idle=until_idle)
    if as_json:
        output.document({"trips": told.trips, "still_open": still_open})
    else:
        output.say(invocation.words("cli.worker_done", trips=told.trips, still_open=still_open))
    return EXIT_OPEN if still_open else 0


def _run(invocation: Invocation, told: Told, notices: int | None, *, until_idle: bool) -> int:
    """Work until stopped or, with `until_idle`, until nothing is due any more; how many are still open.

    A sandbox that was started anew may serve at another address: the house is opened again for it.
    """
    from scanrefund.dispatch.worker import nobody_cures
    from scanrefund.ledger.writer_lock import only_writer

    on_fault = nobody_cures if until_idle else told.fault

    with _stopped_by_signal() as stopped:
        while True:
            settings = invocation.settings()
            alone = only_writer(settings.ledger.url, "scanrefund worker")
            with invocation.house(settings, wallets=True) as house, alone, _hearing(house, told, notices):

                def ended(house: House = house) -> bool:
                    return stopped.is_set() or (until_idle and _is_idle(house))

                house.worker.run(lambda: ended() or _has_moved(settings), told, on_fault)  # noqa: B023
                if ended():
                    return len(_open_refunds(house))


@contextmanager
def _hearing(house: House, told: Told, port: int | None) -> Iterator[None]:
    """Take the wallets' notices meanwhile, if a port is given."""
    if port is None:
        yield
        return
    # FastAPI and its server are heavy; a worker without notices does without them.
    from scanrefund.web import application, served

    with served(application(house.notices), port) as listening:
        told.hears(f"http://127.0.0.1:{listening}/notices")
        yield


def _has_moved(settings: Settings) -> bool:
    """Whether the sandbox serves elsewhere now. One that is gone or half written has not moved."""
    from scanrefund.config import sandbox_wallets

    if not settings.rehearsal:
        return False
    try:
        now = sandbox_wallets(settings.sandbox_dir)
    except UsageFault:
        return False
    return now not in ((None, None), (settings.wechat, settings.alipay))


class Told:
    """Counts the trips, and tells each as it ends."""

    def __init__(self, invocation: Invocation, *, quiet: bool) -> None:
        self.trips = 0
        self._invocation = invocation
        self._quiet = quiet
        self._faults: set[tuple[str, str]] = set()

    def hint(self, key: str) -> None:
        """A line for somebody who watches; nobody else needs it."""
        if sys.stderr.isatty():
            output.complain(self._invocation.words(key))

    def hears(self, url: str) -> None:
        """Where notices come in: whoever set up the public address must know it."""
        output.complain(self._invocation.words("cli.worker_hears", url=url))

    def fault(self, refund: Refund | None, fault: Fault) -> None:
        """Tell once what cannot be brought on; the worker tries it again with every round."""
        about = (refund.refund_id if refund else "", fault.code)
        if about in self._faults:
            return
        self._faults.add(about)
        sentence = say_fault(fault, self._invocation.spoken())
        output.complain(f"{about[0]}: {sentence}" if refund else sentence)

    def __call__(self, refund: Refund) -> None:
        self.trips += 1
        if not self._quiet:
            state = self._invocation.words(f"refund_state.{refund.state.value}")
            gaps = {"refund_id": refund.refund_id, "state": state}
            output.say(self._invocation.words("cli.worker_trip", **gaps))


def _open_refunds(house: House) -> list[Receipt]:
    from scanrefund.readiness import OPEN_MAX

    return house.desk.refunds(open_only=True, order_id=None, limit=OPEN_MAX)


def _is_idle(house: House) -> bool:
    """Whether time alone will bring nothing on: what is still open waits for a person."""
    return all(receipt.next_try_at is None for receipt in _open_refunds(house))


@contextmanager
def _stopped_by_signal() -> Iterator[threading.Event]:
    """An event that Ctrl-C and a service manager's TERM set: the trip under way is finished first."""
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
