"""A notice is a hint: the wallet is asked, and its answer decides.

The notice is answered within five seconds and stands in the ledger; the asking is the worker's, so that a
crash between the two loses nothing.
"""

from __future__ import annotations

from typing import Final

from scanrefund.dispatch.clock import Clock
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.dispatch.worker import OnFault, OnRefund
from scanrefund.errors import Bug
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.notices import Notices
from scanrefund.model.notice import Notice
from scanrefund.model.refund import Refund

ROUND_MAX: Final = 20
# A notice without a refund's number is about its order, which has one open refund at a time.
REFUNDS_MAX: Final = 5


class Hints:
    """Asks the wallet because of notices."""

    def __init__(self, ledger: Ledger, dispatcher: Dispatcher, clock: Clock) -> None:
        self._ledger = ledger
        self._notices = Notices(ledger)
        self._dispatcher = dispatcher
        self._clock = clock

    def run_once(self, on_refund: OnRefund, on_fault: OnFault) -> int:
        """One ask for every notice that waits; how many trips were made.

        A refund on which a trip is under way is left to that trip, one that cannot be asked about to people.
        """
        trips = 0
        for notice in self._notices.waiting(ROUND_MAX):
            for refund in self._refunds(notice):
                try:
                    after = self._dispatcher.ask(refund)
                except Bug as fault:
                    on_fault(refund, fault)
                    continue
                if after.epoch != refund.epoch:
                    trips += 1
                    on_refund(after)
            self._notices.heard(notice, self._clock.now(), alarm=self._alarm(notice))
        return trips

    def _refunds(self, notice: Notice) -> list[Refund]:
        if notice.refund_id:
            found = self._ledger.refund(notice.refund_id)
            return [found] if found and found.wallet is notice.wallet else []
        return self._ledger.refunds(open_only=True, order_id=notice.order_id, limit=REFUNDS_MAX)

    def _alarm(self, notice: Notice) -> str:
        """A refund that these books do not know was made elsewhere: somebody should find it."""
        known = not notice.refund_id or self._ledger.refund(notice.refund_id) is not None
        return "" if known else "notice_of_unknown_refund"
