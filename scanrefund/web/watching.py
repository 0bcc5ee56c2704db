"""What goes on behind the page: the ledger's changes are seen, and codes are let go in time."""

from __future__ import annotations

import threading
from typing import Any, Final

from scanrefund.errors import LedgerFault
from scanrefund.model.refund import Refund
from scanrefund.web.receipts import tell_pages
from scanrefund.web.site import Site
from scanrefund.web.status import status_of

# A clerk sees a change within a second; one short read of the ledger costs a millisecond.
LOOK_S: Final = 0.5
STATUS_EVERY_LOOKS: Final = 6
# More open refunds than a counter makes in a day; of the rest the queue tells.
OPEN_MAX: Final = 500


class Watch:
    """Looks at the ledger again and again, and tells the pages what is new.

    The worker, another counter and the command line all write there: nobody has to remember to tell.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._open: dict[str, tuple[Any, ...]] = {}
        self._looks = 0
        self._status: dict[str, Any] = {}

    def run(self, stop: threading.Event) -> None:
        """Look until told to stop. A ledger that is away is looked at again."""
        while not stop.wait(LOOK_S):
            self._site.readings.let_go(self._site.now())
            try:
                self.look()
            except LedgerFault:
                continue

    def look(self) -> None:
        """Look once."""
        found = self._site.house.ledger.refunds(open_only=True, limit=OPEN_MAX)
        now_open = {refund.refund_id: _face(refund) for refund in found}
        moved = [one for one, face in now_open.items() if self._open.get(one) != face]
        for refund_id in [*moved, *(self._open.keys() - now_open.keys())]:
            tell_pages(self._site, refund_id)
        self._open = now_open
        if self._looks % STATUS_EVERY_LOOKS == 0:
            self._look_at_status()
        self._looks += 1

    def _look_at_status(self) -> None:
        language = self._site.settings.language
        status = status_of(self._site, language) | {"clock": None}
        if status != self._status:
            self._status = status
            self._site.events.publish("status", lambda spoken: status_of(self._site, spoken))


def _face(refund: Refund) -> tuple[Any, ...]:
    """What of a refund a page shows."""
    return refund.state, refund.outcome, refund.next_try_at, refund.wallet_code, refund.epoch
