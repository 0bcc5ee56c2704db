"""The ledger as the desk and dispatch use it: each method is one transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from scanrefund.errors import Bug, Fault
from scanrefund.keys import Keys
from scanrefund.ledger import (
    applicants,
    behind,
    book,
    codes,
    contacts,
    gate,
    keeping,
    orders,
    refunds,
    telling,
    trips,
)
from scanrefund.ledger.audit import Audit, audit
from scanrefund.ledger.engine import LedgerSettings, open_engine, reading, retried, writing
from scanrefund.ledger.locked_order import LockedOrder
from scanrefund.ledger.migrate import bring_up_to_date, refuse_foreign_keys
from scanrefund.ledger.trips import Attempt, Lease
from scanrefund.ledger.witness import Head, Witness, contradicts
from scanrefund.model.contact import Applicant, Contact
from scanrefund.model.order import Order
from scanrefund.model.outcome import Answer
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.refund import Command, Refund, RefundState
from scanrefund.model.shown import Sighting
from scanrefund.model.wallet import Wallet


@dataclass(frozen=True, slots=True)
class Shop:
    """Whose refunds these are: goes into every refund number."""

    shop_id: str
    rehearsal: bool


class _Appended(threading.local):
    """The last entry of this thread's transaction, for the witness to name once it is committed."""

    head: Head | None = None


class Ledger:
    """Opened once per program. Build with `Ledger.open`."""

    def __init__(self, engine: Engine, keys: Keys, shop: Shop, witness: Witness | None = None) -> None:
        self._engine = engine
        self._keys = keys
        self.shop = shop
        self._witness = witness
        self._appended = _Appended()
        # Whether staff is told of alarms; set once, where the program is put together.
        self.alerts = False

    @classmethod
    def open(cls, settings: LedgerSettings, keys: Keys, shop: Shop, witness: Witness | None = None) -> Ledger:
        """Open the database, bring its tables up to date, and refuse foreign keys.

        With a witness, `hear_witness` tells whether this is an old copy. Raises LedgerFault (cannot be
        opened, foreign, newer than this program) and KeyFault.
        """
        engine = open_engine(settings)
        try:
            bring_up_to_date(engine)
            refuse_foreign_keys(engine, keys)
        except Fault:
            engine.dispose()
            raise
        return cls(engine, keys, shop, witness)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that may write. The caller is `retried`."""
        self._appended.head = None
        with writing(self._engine) as connection:
            yield connection
        if self._witness is not None and self._appended.head is not None:
            self._witness.write(self._appended.head)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction that only reads."""
        with reading(self._engine) as connection:
            yield connection

    def enter(self, connection: Connection, at: datetime, kind: str, subject: str, facts: book.Facts) -> None:
        """Append to the book inside the caller's transaction."""
        number, seal = book.enter(connection, self._keys, at=at, kind=kind, subject=subject, facts=facts)
        self._appended.head = Head(number, seal)
        if kind == "alarm" and self.alerts:
            telling.note_alarm(connection, subject, number, str(facts.get("alarm", "")), at)

    def keep_contact(self, connection: Connection, order_id: str, contact: Contact, now: datetime) -> None:
        """Keep how an order's customer wants to hear of it, inside the caller's transaction."""
        contacts.keep(connection, self._keys, order_id, contact, now)

    def keep_applicant(
        self, connection: Connection, order_id: str, applicant: Applicant, now: datetime
    ) -> None:
        """Keep who asked for an order's refund, inside the caller's transaction."""
        applicants.keep(connection, self._keys, order_id, applicant, now)

    @retried
    def enter_alone(self, at: datetime, kind: str, facts: book.Facts) -> None:
        """Append an entry about the books themselves, in a transaction of its own."""
        with self.writing() as connection:
            self.enter(connection, at, kind, "", facts)

    def hear_witness(self, now: datetime) -> bool:
        """Compare the book with the witness; True when this is an old copy of the books.

        Then no order is refunded before its numbers were looked up at the wallet (`Found.looked_up`). A first
        start names the empty book: a program killed before it could name its first entry knows its own books.
        """
        if self._witness is None:
            return False
        named = self._witness.read()
        if self._disputed(named):
            self._note_behind(now)
            return True
        if named is None:
            with self.reading() as connection:
                self._witness.write(Head(*book.head(connection)))
        return False

    def behind_since(self) -> datetime | None:
        """Since when the books are known to be older than what happened; None when they are not."""
        with self.reading() as connection:
            return behind.since(connection)

    def is_behind(self, order: Order) -> bool:
        """Whether the wallet may hold refunds of this order that the books do not."""
        with self.reading() as connection:
            return behind.is_behind(connection, order)

    def _disputed(self, named: Head | None) -> bool:
        with self.reading() as connection:
            return contradicts(connection, named)

    @retried
    def _note_behind(self, now: datetime) -> None:
        with self.writing() as connection:
            behind.note(connection, now)
            self.enter(connection, now, "books_behind", "", {})

    @contextmanager
    def locked(self, order_id: str) -> Iterator[LockedOrder]:
        """Lock, then check, then write: one transaction around one order. The caller is `retried`."""
        with self.writing() as connection:
            yield LockedOrder(self, connection, order_id)

    @contextmanager
    def keeping_orders(self, now: datetime) -> Iterator[Callable[[Sequence[Order]], list[keeping.Keeping]]]:
        """One transaction in which orders from outside are kept; an exception keeps none of them.

        The caller is `retried`.
        """
        with self.writing() as connection:
            kept: dict[str, int] = {}

            def keep(told: Sequence[Order]) -> list[keeping.Keeping]:
                done = keeping.keep(connection, told, now)
                for one in done:
                    kept[one.kept.value] = kept.get(one.kept.value, 0) + 1
                return done

            yield keep
            if kept:
                self.enter(connection, now, "orders_kept", "", dict(kept))

    def order(self, order_id: str) -> Order | None:
        with self.reading() as connection:
            return orders.load(connection, order_id)

    def refund(self, refund_id: str) -> Refund | None:
        with self.reading() as connection:
            return refunds.load(connection, refund_id)

    def refund_of_request(self, request_id: str) -> Refund | None:
        with self.reading() as connection:
            return refunds.of_request(connection, request_id)

    def refunds(
        self, *, open_only: bool = False, order_id: str | None = None, limit: int = 100
    ) -> list[Refund]:
        with self.reading() as connection:
            return refunds.listed(connection, open_only=open_only, order_id=order_id, limit=limit)

    def due(self, now: datetime, limit: int, accounts: Mapping[Wallet, str]) -> list[Refund]:
        with self.reading() as connection:
            return refunds.due(connection, now, limit, accounts)

    def sighting(self, fingerprint: str) -> Sighting | None:
        with self.reading() as connection:
            return codes.sighting(connection, fingerprint)

    @retried
    def sight(self, fingerprint: str, code: PaymentCode, wallet: Wallet, now: datetime) -> None:
        """Note when a code was first seen."""
        with self.writing() as connection:
            codes.sight(connection, fingerprint, code, wallet, now)

    @retried
    def begin(self, refund: Refund, command: Command, lease: Lease, now: datetime) -> Attempt | None:
        """Commit the intent of one trip; None when another is on it. A crash hereafter is an unknown.

        None too for a send that is kept back. One that goes is in the book, and named by the witness, before
        it leaves: a copy made before it is known as an old one.
        """
        if command is Command.SEND and refund.lacks_approval:
            raise Bug("send_without_approval", refund_id=refund.refund_id)
        with self.writing() as connection:
            if command is Command.ASK:
                return trips.begin(connection, refund, command, lease, now)
            if (alarm := gate.kept_back(connection, refund, now)) is not None:
                if alarm:
                    self.enter(connection, now, "alarm", refund.refund_id, {"alarm": alarm})
                return None
            attempt = trips.begin(connection, refund, command, lease, now)
            if attempt is not None:
                self.enter(connection, now, "send_begun", refund.refund_id, {"sends": attempt.refund.sends})
            return attempt

    @retried
    def put_off(self, refund: Refund, until: datetime, now: datetime) -> Refund:
        """Plan a send for later, nothing having left; the refund as it now is, moved by us or by another."""
        with self.writing() as connection:
            trips.put_off(connection, refund, until, now)
            return refunds.required(connection, refund.refund_id)

    @retried
    def take_over(self, refund: Refund, lease: Lease, now: datetime) -> Attempt | None:
        """The open trip of a process whose lease has run out; None while the lease holds."""
        with self.writing() as connection:
            return trips.take_over(connection, refund, lease, now)

    @retried
    def end(
        self,
        attempt: Attempt,
        answer: Answer,
        new: RefundState,
        changes: dict[str, Any],
        alarm: str,
        now: datetime,
    ) -> Refund:
        """Commit what a trip told, attempt, move, caps and book together; the refund as it now is."""
        with self.writing() as connection:
            moved = trips.end(connection, attempt, answer, changes, new, now)
            facts: dict[str, str | int | None] = {"outcome": answer.outcome.value, "code": answer.code}
            facts |= {"command": attempt.command.value, "state": new.value if moved else "moved_meanwhile"}
            self.enter(connection, now, "attempt_ended", attempt.refund.refund_id, facts)
            if alarm:
                self.enter(connection, now, "alarm", attempt.refund.refund_id, {"alarm": alarm})
            refund = refunds.load(connection, attempt.refund.refund_id)
        if refund is None:
            raise Bug("refund_vanished", refund_id=attempt.refund.refund_id)
        return refund

    def first_broken_entry(self) -> int | None:
        """Walk the book; the first entry that does not hold, or None."""
        with self.reading() as connection:
            return book.first_broken(connection, self._keys)

    def audit(self, seen: Sequence[Head]) -> Audit:
        """Walk the book, and look for every entry that somebody saw. Nothing is written."""
        with self.reading() as connection:
            return audit(connection, self._keys, seen)
