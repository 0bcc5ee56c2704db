"""Run what is due, sleep, stop cleanly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from scanrefund.dispatch.clock import Clock
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.refund import Refund

# A round is short, so that a stop is heard soon and one long list starves nobody.
ROUND_MAX: Final = 50
PAUSE_S: Final = 0.5

OnRefund = Callable[[Refund], None]


class Worker:
    """Brings open refunds on until told to stop. Several may run: leases keep them apart."""

    def __init__(self, ledger: Ledger, dispatcher: Dispatcher, clock: Clock) -> None:
        self._ledger = ledger
        self._dispatcher = dispatcher
        self._clock = clock

    def run_once(self, on_refund: OnRefund = lambda _refund: None) -> int:
        """One trip for every refund that is due now; how many trips were made."""
        trips = 0
        for refund in self._ledger.due(self._clock.now(), ROUND_MAX, self._dispatcher.accounts):
            after = self._dispatcher.dispatch(refund)
            if after.epoch != refund.epoch:
                trips += 1
                on_refund(after)
        return trips

    def run(self, stop: Callable[[], bool], on_refund: OnRefund = lambda _refund: None) -> None:
        """Rounds until `stop` says so."""
        while not stop():
            if not self.run_once(on_refund):
                self._clock.sleep(PAUSE_S)
