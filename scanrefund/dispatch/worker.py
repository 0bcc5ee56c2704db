"""Run what is due, sleep, stop cleanly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from scanrefund.dispatch.clock import Clock
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.errors import Bug, Fault, LedgerFault
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.refund import Refund

# A round is short, so that a stop is heard soon and one long list starves nobody.
ROUND_MAX: Final = 50
PAUSE_S: Final = 0.5

OnRefund = Callable[[Refund], None]
OnFault = Callable[[Refund | None, Fault], None]


def nobody_hears(_refund: Refund) -> None:
    """For callers who only want the trips made."""


def nobody_cures(_refund: Refund | None, fault: Fault) -> None:
    """For callers who want the first fault to end the work. Raises it."""
    raise fault


class Worker:
    """Brings open refunds on until told to stop. Several may run: leases keep them apart."""

    def __init__(self, ledger: Ledger, dispatcher: Dispatcher, clock: Clock) -> None:
        self._ledger = ledger
        self._dispatcher = dispatcher
        self._clock = clock

    def run_once(self, on_refund: OnRefund = nobody_hears, on_fault: OnFault = nobody_cures) -> int:
        """One trip for every refund that is due now; how many trips were made.

        `on_fault` hears of a refund that cannot be brought on; the others are, unless it raises.
        """
        trips = 0
        for refund in self._ledger.due(self._clock.now(), ROUND_MAX, self._dispatcher.accounts):
            try:
                after = self._dispatcher.dispatch(refund)
            except (Bug, LedgerFault) as fault:
                on_fault(refund, fault)
                continue
            if after.epoch != refund.epoch:
                trips += 1
                on_refund(after)
        return trips

    def run(
        self,
        stop: Callable[[], bool],
        on_refund: OnRefund = nobody_hears,
        on_fault: OnFault = nobody_cures,
    ) -> None:
        """Rounds until `stop` says so. `on_fault` hears None for a refund when the ledger gives no work."""
        while not stop():
            try:
                trips = self.run_once(on_refund, on_fault)
            except LedgerFault as fault:
                on_fault(None, fault)
                trips = 0
            if not trips:
                self._clock.sleep(PAUSE_S)
