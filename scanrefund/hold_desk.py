"""Orders put on hold at the desk, with a note to whoever decides; `release` and `orders thaw` lift it."""

from __future__ import annotations

from typing import Final

from scanrefund.dispatch.clock import Clock
from scanrefund.errors import UsageFault
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.holds import Holds
from scanrefund.model.hold import Hold
from scanrefund.model.other_way import holds_card
from scanrefund.model.printable import codes_hidden
from scanrefund.supervisor_desk import signed

# More than any shop keeps waiting at a time.
LIST_MAX: Final = 200


class HoldDesk:
    """Build with `assemble.open_house`."""

    def __init__(self, holds: Holds, clock: Clock) -> None:
        self._holds = holds
        self._clock = clock

    def put(self, number: str, by: str, note: str) -> Hold:
        """Put an order on hold, named by its own number or by a refund's; staff is alerted.

        Raises UsageFault where nothing can be held back any more, for a note of no words and for one in which
        the number of a card stands.
        """
        hand = signed(Hand(by, codes_hidden(note)))
        if holds_card(hand.why):
            raise UsageFault("why_holds_card")
        return self._holds.put(number, hand, self._clock.now())

    def listed(self) -> list[Hold]:
        """What stands, the longest first."""
        return self._holds.listed(LIST_MAX)

    def of_order(self, order_id: str) -> Hold | None:
        """The hold that stands for an order."""
        return self._holds.of_order(order_id)
