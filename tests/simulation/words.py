"""What people have said of refunds that need a second person, as an outsider who stands by hears it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tests.simulation.view import Beside, RefundRow, View


@dataclass(frozen=True, slots=True)
class Word:
    """Somebody says yes to one refund. `refund_id` is empty at the till, where it has no number yet.

    `beside` is the order as it lay then, without this refund.
    """

    by: str
    wish: str
    clerk: str
    refund_id: str
    order_id: str
    amount_fen: int
    beside: Beside
    at: datetime


@dataclass(frozen=True, slots=True)
class Birth:
    """A refund as it was first seen, and the rest of its order then."""

    state: str
    beside: Beside
    at: datetime


@dataclass(slots=True)
class Words:
    """All that was said. A refund is known by its number and its wish: an old copy may give numbers away."""

    words: list[Word] = field(default_factory=list)
    births: dict[tuple[str, str], Birth] = field(default_factory=dict)
    declined: set[tuple[str, str]] = field(default_factory=set)
    askers: dict[str, set[str]] = field(default_factory=dict)

    def notice(self, view: View, now: datetime) -> None:
        """Remember every refund that is new."""
        for row in view.refunds:
            if row.name not in self.births:
                self.births[row.name] = Birth(row.state, view.beside(row.order_id, row.refund_id), now)

    def asks(self, wish: str, clerk: str) -> None:
        """A clerk asks for a refund."""
        self.askers.setdefault(wish, set()).add(clerk)

    def approves(self, by: str, row: RefundRow, amount_fen: int, view: View, now: datetime) -> None:
        """Somebody says yes to what waits, of the amount that he was shown."""
        beside = view.beside(row.order_id, row.refund_id)
        self.words.append(
            Word(by, row.reason, row.clerk, row.refund_id, row.order_id, amount_fen, beside, now)
        )

    def forget(self, view: View) -> None:
        """An old copy took the ledger's place: what it does not hold is born anew."""
        kept = {row.name for row in view.refunds}
        self.births = {name: birth for name, birth in self.births.items() if name in kept}
        self.declined &= kept
