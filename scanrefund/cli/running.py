"""What the commands that run until they are stopped have in common: how they are stopped, what they tell."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from scanrefund.cli import output
from scanrefund.cli.invocation import Invocation
from scanrefund.errors import Fault, UsageFault
from scanrefund.model.refund import Refund
from scanrefund.say.speak import say_fault

if TYPE_CHECKING:
    from scanrefund.aftercare.receipt import Receipt
    from scanrefund.config import Settings
    from scanrefund.house import House


def open_refunds(house: House) -> list[Receipt]:
    """What has not ended: a program that stops with 3 leaves some."""
    from scanrefund.readiness import OPEN_MAX

    return house.desk.refunds(open_only=True, order_id=None, limit=OPEN_MAX)


def has_moved(settings: Settings) -> bool:
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
    """Counts the trips, tells each as it ends, and notes it in `home`: left out, the data folder."""

    def __init__(self, invocation: Invocation, *, quiet: bool, home: Path | None = None) -> None:
        from scanrefund.aftercare.event_log import EventLog
        from scanrefund.config import data_folder

        self.trips = 0
        # What happens in the training is none of the shop's events.
        self._log = EventLog(home or data_folder())
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
        self._note("fault", refund_id=about[0] or None, code=fault.code)
        sentence = say_fault(fault, self._invocation.spoken())
        output.complain(f"{about[0]}: {sentence}" if refund else sentence)

    def _note(self, event: str, **facts: str | None) -> None:
        from scanrefund.dispatch.clock import SYSTEM

        self._log.write(SYSTEM.now(), event, command=self._invocation.command, **facts)

    def __call__(self, refund: Refund) -> None:
        self.trips += 1
        outcome = refund.outcome.value if refund.outcome else None
        told = {"refund_id": refund.refund_id, "wallet": refund.wallet.value, "state": refund.state.value}
        self._note("trip", **told, outcome=outcome, code=refund.wallet_code or None)
        if not self._quiet:
            state = self._invocation.words(f"refund_state.{refund.state.value}")
            gaps = {"refund_id": refund.refund_id, "state": state}
            output.say(self._invocation.words("cli.worker_trip", **gaps))


@contextmanager
def stopped_by_signal() -> Iterator[threading.Event]:
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
