"""What must be true of ledger and wallet: after every restart, before the program acts, and at the end."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from scanrefund.ledger.engine import reading
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema import attempts, book, moves, orders, refunds
from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import (
    COUNTS_FOR_CUSTOMER,
    COUNTS_FOR_WALLET,
    MOVES,
    OPEN,
    TERMINAL,
    Command,
    RefundState,
)
from tests.crashes.plays import Play
from tests.crashes.wallet import Truth
from tests.crashes.world import World

_NEVER_SENT = (RefundState.WAIT_APPROVAL, RefundState.READY, RefundState.CANCELLED)
# What the wallet's word must be for each proved end.
_PROOFS = {
    RefundState.SUCCEEDED: (Outcome.SUCCEEDED,),
    RefundState.RETURNED_TO_MERCHANT: (Outcome.RETURNED_TO_MERCHANT,),
    RefundState.CLOSED: (Outcome.CLOSED, None),
}


@dataclass(frozen=True, slots=True)
class Books:
    """Everything the ledger holds about one order."""

    order: Row[Any] | None
    refunds: list[Row[Any]]
    attempts: list[Row[Any]]
    moves: list[Row[Any]]
    entries: Counter[tuple[str, str]]


def _books(connection: Connection, order_id: str) -> Books:
    mine = select(refunds.c.refund_id).where(refunds.c.order_id == order_id)

    def rows(query: Any) -> list[Row[Any]]:
        return list(connection.execute(query).all())

    kinds = rows(select(book.c.kind, book.c.subject).where(book.c.subject.in_(mine)))
    return Books(
        order=connection.execute(select(orders).where(orders.c.order_id == order_id)).one_or_none(),
        refunds=rows(select(refunds).where(refunds.c.order_id == order_id)),
        attempts=rows(select(attempts).where(attempts.c.refund_id.in_(mine)).order_by(attempts.c.attempt_id)),
        moves=rows(select(moves).where(moves.c.refund_id.in_(mine)).order_by(moves.c.move_id)),
        entries=Counter((row.kind, row.subject) for row in kinds),
    )


def faults(world: World, ledger: Ledger, *, at_end: bool, with_clerk: bool = True) -> list[str]:
    """Every broken rule, in words; empty when all hold. At the end more must be true than on the way."""
    with reading(ledger._engine) as connection:
        books = _books(connection, world.order_id)
    found = [*_always(books, world.truth, world.play)]
    if world.checks_whole_book and (broken := ledger.first_broken_entry()) is not None:
        found.append(f"the book is broken at entry {broken}")
    if ledger.behind_since() is not None:
        found.append("the books are taken for an old copy")
    if at_end:
        found += _in_the_end(books, world.truth, world.play, with_clerk=with_clerk)
    return found


def _always(books: Books, truth: Truth, play: Play) -> Iterator[str]:
    yield from _caps(books)
    yield from _wishes(books, play)
    strangers = truth.numbers() - {row.refund_id for row in books.refunds}
    if strangers:
        yield f"the wallet refunds what is not in the ledger: {strangers}"
    for row in books.refunds:
        yield from (f"{row.refund_id}: {fault}" for fault in _of_refund(row, books, truth))


def _caps(books: Books) -> Iterator[str]:
    if books.order is None:
        return
    for name, counted in (("wallet", COUNTS_FOR_WALLET), ("customer", COUNTS_FOR_CUSTOMER)):
        live = sum(row.amount_fen for row in books.refunds if row.state in counted)
        reserved = getattr(books.order, f"{name}_reserved_fen")
        if reserved != live:
            yield f"{reserved} fen are reserved ({name} cap), {live} are live"
        if reserved > books.order.amount_fen:
            yield f"the {name} cap is exceeded"


def _wishes(books: Books, play: Play) -> Iterator[str]:
    more = Counter(row.amount_fen for row in books.refunds) - Counter(play.wishes_fen)
    if more:
        yield f"refunds that nobody wished: {dict(more)}"
    if books.order is None and books.refunds:
        yield "refunds without their order"


def _of_refund(row: Row[Any], books: Books, truth: Truth) -> Iterator[str]:
    number = row.refund_id
    mine = [attempt for attempt in books.attempts if attempt.refund_id == number]
    yield from _trips(row, mine, truth)
    yield from _path(row, [move for move in books.moves if move.refund_id == number])
    if truth.paid_fen().get(number, 0) not in (0, row.amount_fen):
        yield f"the wallet paid {truth.paid_fen()[number]} fen instead of {row.amount_fen}"
    if truth.status(number) not in _PROOFS.get(row.state, (truth.status(number),)):
        yield f"{row.state} although the wallet says {truth.status(number)}"
    if books.entries["refund_reserved", number] != 1:
        yield f"{books.entries['refund_reserved', number]} book entries of its making"
    ended = sum(attempt.ended_at is not None for attempt in mine)
    if books.entries["attempt_ended", number] != ended:
        yield f"{books.entries['attempt_ended', number]} book entries for {ended} trips ended"
    if books.entries["send_begun", number] != row.sends:
        yield f"{books.entries['send_begun', number]} book entries for {row.sends} sends begun"


def _trips(row: Row[Any], mine: list[Row[Any]], truth: Truth) -> Iterator[str]:
    sends = [attempt for attempt in mine if attempt.command == Command.SEND]
    asks = [attempt for attempt in mine if attempt.command == Command.ASK]
    if (row.sends, row.asks) != (len(sends), len(asks)):
        yield f"counts {row.sends} sends and {row.asks} asks, has {len(sends)} and {len(asks)} trips"
    for name, trips in (("sent", sends), ("asked", asks)):
        if len(truth.lines(name, row.refund_id)) > len(trips):
            yield f"the wallet was {name} oftener than was written down before"
    body = hashlib.sha256(row.body).hexdigest()
    if ({attempt.body_sha256 for attempt in mine} | truth.bodies(row.refund_id)) - {body}:
        yield "more than one body under one number"
    if row.state in _NEVER_SENT and (sends or truth.lines("sent", row.refund_id)):
        yield f"{row.state} although it was sent"


def _path(row: Row[Any], mine: list[Row[Any]]) -> Iterator[str]:
    state: str = RefundState.READY
    for move in mine:
        if move.old_state != state or (move.old_state, move.new_state) not in MOVES:
            yield f"moved from {move.old_state} to {move.new_state} while it was {state}"
        state = move.new_state
    if state != row.state:
        yield f"is {row.state}, its moves end at {state}"
    if (row.state in TERMINAL) != (row.ended_at is not None):
        yield f"{row.state} with the end {row.ended_at}"


def _in_the_end(books: Books, truth: Truth, play: Play, *, with_clerk: bool) -> Iterator[str]:
    for row in books.refunds:
        if row.state not in play.ends_of(row.refund_id):
            yield f"{row.refund_id}: ended as {row.state}"
        if row.state in OPEN and row.state != RefundState.HELD:
            yield f"{row.refund_id}: still open"
        if row.lease_owner:
            yield f"{row.refund_id}: somebody still works on it"
    paid_fen = sum(truth.paid_fen().values())
    if paid_fen > play.paid_fen or (with_clerk and paid_fen < play.paid_fen):
        yield f"the customer has {paid_fen} fen, should have {play.paid_fen}"
    booked_fen = sum(row.amount_fen for row in books.refunds if row.state == RefundState.SUCCEEDED)
    if booked_fen != paid_fen:
        yield f"the ledger says {booked_fen} fen, the wallet {paid_fen}"
