"""Programs with a known mistake, harmless until they are killed at the right point."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from scanrefund.desk import Desk
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.ledger import orders
from scanrefund.ledger.engine import writing
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.locked_order import Compose, LockedOrder
from scanrefund.ledger.refunds import Draft
from scanrefund.ledger.trips import Attempt, Lease
from scanrefund.model.order import Order
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Command, Refund, RefundState
from scanrefund.wish import RefundRequest
from tests.crashes.life import Program
from tests.crashes.wallet import FileWallet


def _commit_here(connection: Connection) -> None:
    """End the transaction in the middle of what belongs together, and begin another."""
    connection.exec_driver_sql("COMMIT")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class SendsFirst(Dispatcher):
    """Sends, and writes down afterwards that it is going to."""

    def dispatch(self, refund: Refund) -> Refund:
        gateway = self._gateways[refund.wallet]
        if refund.state is not RefundState.READY:
            return super().dispatch(refund)
        answer = gateway.send(refund)
        attempt = self._ledger.begin(refund, Command.SEND, self._lease, self._clock.now())
        return refund if attempt is None else self._end(attempt, answer)


class TakesSilenceForNo(Dispatcher):
    """A trip whose program died is booked as refused: the field's commonest mistake."""

    def _end(self, attempt: Attempt, answer: Answer) -> Refund:
        interrupted = answer.code == "interrupted"
        return super()._end(attempt, Answer(Outcome.CLOSED, "failed") if interrupted else answer)


class ComposesAnew(FileWallet):
    """A repeated send carries a body made anew, with what has changed since."""

    def send(self, refund: Refund) -> Answer:
        again = b" again" if refund.sends > 1 else b""
        return super().send(replace(refund, body=refund.body + again))


class ForgetsTheWish(Desk):
    """Every press of the key is a new wish."""

    _presses = 0

    def _request_id(self, request: RefundRequest, fingerprint: str | None) -> str:
        return f"{super()._request_id(request, fingerprint)}/{self._clock.now().timestamp()}"

    def see(self, reading: Any) -> str | None:
        """The code is not bound to a refund either."""
        return None


class BooksLater(Ledger):
    """The book is kept in a transaction of its own."""

    def enter(self, connection: Connection, *rest: Any) -> None:
        _commit_here(connection)
        super().enter(connection, *rest)


class _TwoStepOrder(LockedOrder):
    def reserve(self, draft: Draft, compose: Compose, now: datetime) -> Refund:
        def compose_apart(order: Order, number: str) -> bytes:
            _commit_here(self._connection)
            return compose(order, number)

        return super().reserve(draft, compose_apart, now)


class ReservesApart(Ledger):
    """The amount is taken from the cap in one transaction, the refund written in the next."""

    @contextmanager
    def locked(self, order_id: str) -> Iterator[LockedOrder]:
        with writing(self._engine) as connection:
            yield _TwoStepOrder(self, connection, order_id)


class GivesBackFirst(Ledger):
    """What a closed refund no longer needs is given back before the refund is closed."""

    def end(self, attempt: Attempt, answer: Answer, new: RefundState, *rest: Any) -> Refund:
        if new is not RefundState.CLOSED:
            return super().end(attempt, answer, new, *rest)
        refund = attempt.refund
        fen = refund.amount.fen
        for change_fen in (-fen, fen):
            with writing(self._engine) as connection:
                orders.take(connection, refund.order_id, change_fen, change_fen)
        return super().end(attempt, answer, new, *rest)


class NeverTakesOver(Ledger):
    """The lease of a dead program holds for ever."""

    def take_over(self, refund: Refund, lease: Lease, now: datetime) -> Attempt | None:
        return None


class WritesAtOnce(Ledger):
    """No transaction: every statement is on disk as soon as it is said."""

    @contextmanager
    def locked(self, order_id: str) -> Iterator[LockedOrder]:
        with writing(self._engine) as connection:
            connection.exec_driver_sql("COMMIT")
            yield LockedOrder(self, connection, order_id)


# The mistake, and a play in which it can show.
PLANTED: Final[dict[str, tuple[Program, str]]] = {
    "sends_first": (Program(dispatcher=SendsFirst), "pays"),
    "takes_silence_for_no": (Program(dispatcher=TakesSilenceForNo), "pays"),
    "composes_anew": (Program(wallet=ComposesAnew), "pays"),
    "forgets_the_wish": (Program(desk=ForgetsTheWish), "part"),
    "books_later": (Program(ledger=BooksLater), "pays"),
    "reserves_apart": (Program(ledger=ReservesApart), "pays"),
    "gives_back_first": (Program(ledger=GivesBackFirst), "declined"),
    "never_takes_over": (Program(ledger=NeverTakesOver), "pays"),
    "writes_at_once": (Program(ledger=WritesAtOnce), "pays"),
}
