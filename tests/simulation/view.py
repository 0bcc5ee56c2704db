"""The ledger as an outsider reads it: plain SQL, none of the program's own code."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

# Written down again by hand, so that a slip in the program's own sets is seen.
_NOT_FOR_WALLET: Final = {"CLOSED", "CANCELLED", "PAID_OTHER_WAY"}
_NOT_FOR_CUSTOMER: Final = {"CLOSED", "CANCELLED", "RETURNED_TO_MERCHANT"}
ENDED: Final = {"SUCCEEDED", "RETURNED_TO_MERCHANT", "CLOSED", "CANCELLED", "PAID_OTHER_WAY", "EXTERNAL"}

# What an approval of a refund is for, besides its number and amount: its order, and all others of that order.
Beside = tuple[str, str | None, str, frozenset[tuple[str, str, int]]]
_SUM_OF: Final = {
    "SUCCEEDED": "arrived",
    "EXTERNAL": "arrived",
    "PAID_OTHER_WAY": "arrived",
    "CLOSED": "nothing",
    "CANCELLED": "nothing",
    "RETURNED_TO_MERCHANT": "returned",
}

# A look-up of old books ends after so many numbers in a row of which the wallet knows nothing.
IN_SIGHT: Final = 5

# The entries of the book that tell of a refund's making.
MADE: Final = ("refund_reserved", "refund_paid_other_way", "refund_found")


class RefundRow(NamedTuple):
    refund_id: str
    order_id: str
    request_id: str
    code_fingerprint: str | None
    amount_fen: int
    reason: str
    body: bytes
    state: str
    sends: int
    asks: int
    ever_unknown: int
    next_command: str | None
    next_try_at: str | None
    lease_until: str | None
    epoch: int
    beyond_cap: int
    instead_of: str
    clerk: str
    approver: str

    @property
    def name(self) -> tuple[str, str]:
        """Its number and its wish: a number alone may be given anew after an old copy was put back."""
        return self.refund_id, self.reason

    @property
    def is_open(self) -> bool:
        return self.state not in ENDED

    @property
    def is_found(self) -> bool:
        """Written down as it was found, at the wallet or paid by hand: never composed here."""
        return not self.body


class OrderRow(NamedTuple):
    order_id: str
    amount_fen: int
    wallet_reserved_fen: int
    customer_reserved_fen: int
    frozen_why: str
    looked_up_at: str | None
    told_state: str
    cancelled_at: str | None


class MoveRow(NamedTuple):
    move_id: int
    refund_id: str
    old_state: str
    new_state: str


class Entry(NamedTuple):
    number: int
    at: str
    kind: str
    subject: str
    facts: str
    previous: str
    seal: str


class AttemptRow(NamedTuple):
    refund_id: str
    command: str
    trips: int
    bodies: int
    body_sha256: str


def _query(kind: type[NamedTuple], table: str, rest: str = "") -> str:
    return f"SELECT {', '.join(kind._fields)} FROM {table} {rest}"


_REFUNDS: Final = _query(RefundRow, "refunds", "ORDER BY refund_id")
_ORDERS: Final = _query(OrderRow, "orders")
_MOVES: Final = _query(MoveRow, "moves", "WHERE move_id > ? ORDER BY move_id")
_ENTRIES: Final = _query(Entry, "book", "WHERE number > ? ORDER BY number")
_ATTEMPTS: Final = (
    "SELECT refund_id, command, count(*), count(DISTINCT body_sha256), max(body_sha256)"
    " FROM attempts GROUP BY refund_id, command"
)
_ON_HOLD: Final = "SELECT order_id FROM holds WHERE lifted_at IS NULL"
_BEHIND_SINCE: Final = "SELECT value FROM meta WHERE name = 'books_behind_since'"


@dataclass(frozen=True, slots=True)
class View:
    """One moment of the ledger. Moves and entries only from the given numbers on."""

    refunds: list[RefundRow]
    orders: list[OrderRow]
    behind_since: str | None
    on_hold: frozenset[str]

    @classmethod
    def of(cls, database: sqlite3.Connection) -> View:
        refunds = [RefundRow(*row) for row in database.execute(_REFUNDS)]
        orders = [OrderRow(*row) for row in database.execute(_ORDERS)]
        told = database.execute(_BEHIND_SINCE).fetchone()
        on_hold = frozenset(row[0] for row in database.execute(_ON_HOLD))
        return cls(refunds, orders, told[0] if told else None, on_hold)

    def uncertain(self) -> set[str]:
        """The orders of which the wallet may hold refunds that these books do not."""
        since = self.behind_since
        return {one.order_id for one in self.orders if since and (one.looked_up_at or "") < since}

    def live_fen(self, order_id: str) -> int:
        """What the ledger must hold back of an order for the wallet's sake."""
        ours = [row for row in self.refunds if row.order_id == order_id]
        return sum(row.amount_fen for row in ours if row.state not in _NOT_FOR_WALLET)

    def for_customer_fen(self, order_id: str) -> int:
        """What the customer of an order has or may still get."""
        ours = [row for row in self.refunds if row.order_id == order_id]
        return sum(row.amount_fen for row in ours if row.state not in _NOT_FOR_CUSTOMER)

    def beside(self, order_id: str, refund_id: str = "") -> Beside:
        """An order as it lies, without one of its refunds."""
        [order] = [one for one in self.orders if one.order_id == order_id]
        others = frozenset(
            (row.refund_id, _SUM_OF.get(row.state, "open"), row.amount_fen)
            for row in self.refunds
            if row.order_id == order_id and row.refund_id != refund_id
        )
        return order.told_state, order.cancelled_at, order.frozen_why, others


@dataclass(slots=True)
class Window:
    """The ledger as it lies now. One that no statement has changed since the last look is not read again."""

    database: sqlite3.Connection
    _last: View | None = None
    _changes: int = 0

    def look(self) -> View:
        changes = self.database.total_changes
        # What a transaction has written may be taken back, and no count tells of that.
        if self._last is None or changes != self._changes or self.database.in_transaction:
            self._last, self._changes = View.of(self.database), changes
        return self._last

    def forget(self) -> None:
        """Another database has taken this one's place."""
        self._last = None


def moves_after(database: sqlite3.Connection, move_id: int) -> list[MoveRow]:
    return [MoveRow(*row) for row in database.execute(_MOVES, (move_id,))]


def entries_after(database: sqlite3.Connection, number: int) -> list[Entry]:
    return [Entry(*row) for row in database.execute(_ENTRIES, (number,))]


def attempts(database: sqlite3.Connection) -> list[AttemptRow]:
    """Trips begun, per refund and command."""
    return [AttemptRow(*row) for row in database.execute(_ATTEMPTS)]


def place_of(number: str) -> int:
    """A number's place among its order's; 0 for what was paid by hand."""
    told = number.rpartition("_")[2]
    return int(told) if told.isdigit() else 0


def time_of(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
