"""The customer's side of a refund at the desk: his signature, kept closed, and his word that it is right."""

from __future__ import annotations

import json
from typing import Final

from scanrefund.dispatch.clock import Clock
from scanrefund.errors import UsageFault
from scanrefund.keys import Keys
from scanrefund.ledger.customers import Customers
from scanrefund.model.opinion import Dislike

# A signature on a till's screen has some hundred points; these bounds keep a column small.
STROKES_MAX: Final = 60
POINTS_MAX: Final = 3_000
POSITION_MAX: Final = 1_000

Strokes = list[list[int]]


class CustomerDesk:
    """Build with `assemble.open_house`. `by` is the staff id of whoever serves the customer."""

    def __init__(self, customers: Customers, keys: Keys, clock: Clock) -> None:
        self._customers = customers
        self._keys = keys
        self._clock = clock

    def sign(self, refund_id: str, strokes: Strokes, by: str) -> None:
        """Keep a drawing: strokes of x, y, x, y, … in thousandths of its width.

        Raises UsageFault signature_wrong, signed_already, refund_unknown.
        """
        if not _is_drawing(strokes):
            raise UsageFault("signature_wrong")
        drawn = json.dumps(strokes, separators=(",", ":")).encode()
        closed = self._keys.close_signature(refund_id, drawn)
        self._customers.sign(refund_id, closed, by, self._clock.now())

    def signature(self, refund_id: str) -> Strokes:
        """What was drawn; nothing where nobody has signed."""
        closed = self._customers.signature(refund_id)
        if not closed:
            return []
        strokes: Strokes = json.loads(self._keys.opened_signature(refund_id, closed))
        return strokes

    def confirm(self, refund_id: str, by: str) -> None:
        """The customer was asked and says it is right."""
        self._customers.confirm(refund_id, by, self._clock.now())

    def think(self, refund_id: str, dislike: Dislike | None) -> None:
        """The customer ticked good, or bad and why."""
        self._customers.think(refund_id, dislike, self._clock.now())


def _is_drawing(strokes: Strokes) -> bool:
    """Something was drawn, and no more than a hand draws."""
    if not 0 < len(strokes) <= STROKES_MAX or sum(map(len, strokes)) > 2 * POINTS_MAX:
        return False
    return all(_is_stroke(stroke) for stroke in strokes) and any(len(stroke) > 2 for stroke in strokes)


def _is_stroke(stroke: list[int]) -> bool:
    return len(stroke) >= 2 and len(stroke) % 2 == 0 and all(0 <= at <= POSITION_MAX for at in stroke)
