"""Mistakes in the books: caps, numbers, codes and the chain."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from scanrefund.desk import Desk
from scanrefund.ledger import book, codes, locked_order, orders, refunds
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.locked_order import LockedOrder
from scanrefund.ledger.schema import codes as codes_table
from scanrefund.ledger.schema import orders as orders_table
from scanrefund.model.money import Money
from scanrefund.model.refund import RefundState
from tests.simulation.bugs.planting import Bed, Bug


def _gives_back_on(*states: RefundState) -> Any:
    """Moving into one of these states gives the amount back, as if it had been closed."""

    def plant(bed: Bed) -> None:
        def make(give_back: Any) -> Any:
            def wrong(connection: Any, order_id: str, amount: Any, old: Any, new: Any) -> Any:
                hit = new in states and old is not new
                return give_back(connection, order_id, amount, old, RefundState.CLOSED if hit else new)

            return wrong

        bed.wrap(orders, "count", make)

    return plant


def _keeps_everything(bed: Bed) -> None:
    bed.wrap(orders, "count", lambda _true: lambda *_given: True)


def _gives_back_twice(bed: Bed) -> None:
    bed.wrap(orders, "count", lambda true: lambda *given: true(*given) and true(*given))


def _only_success_counts(bed: Bed) -> None:
    """Cap and ladder look at what has arrived, and nothing guards the sum."""

    def make(load: Any) -> Any:
        def wrong(*given: Any, **named: Any) -> Any:
            order = load(*given, **named)
            if order is None:
                return None
            return replace(
                order, wallet_reserved=order.refunded, customer_reserved=order.refunded, open_refund_id=None
            )

        return wrong

    bed.wrap(orders, "load", make)
    _unguarded(bed)


def _unguarded(bed: Bed) -> None:
    def make(_reserve: Any) -> Any:
        def wrong(connection: Any, order_id: str, amount: Money) -> bool:
            c = orders_table.c
            query = orders_table.update().where(c.order_id == order_id)
            more = {
                "wallet_reserved_fen": c.wallet_reserved_fen + amount.fen,
                "customer_reserved_fen": c.customer_reserved_fen + amount.fen,
            }
            connection.execute(query.values(**more))
            return True

        return wrong

    bed.wrap(orders, "reserve", make)
    bed.without_checks()


def _checked_outside_the_lock(bed: Bed) -> None:
    """The ladder judges the order as it was before the wallet was asked."""
    early: dict[str, Any] = {}

    def ask_wallet(ask: Any) -> Any:
        def wrong(self: Any, order_id: str) -> Any:
            early[order_id] = self._ledger.order(order_id)
            return ask(self, order_id)

        return wrong

    def case(make_case: Any) -> Any:
        def wrong(self: Any, request: Any, order: Any, *rest: Any) -> Any:
            return make_case(self, request, early.get(request.order_id, order), *rest)

        return wrong

    bed.wrap(Desk, "_ask_wallet", ask_wallet)
    bed.wrap(Desk, "_case", case)
    _unguarded(bed)


def _nothing_reserved(bed: Bed) -> None:
    bed.wrap(orders, "reserve", lambda _true: lambda *_given: True)


def _reserves_one(bed: Bed) -> None:
    def make(reserve: Any) -> Any:
        return lambda connection, order_id, _amount: reserve(connection, order_id, Money(1))

    bed.wrap(orders, "reserve", make)


def _one_number(bed: Bed) -> None:
    def make(number: Any) -> Any:
        return lambda shop, order, _sequence, **named: number(shop, order, 1, **named)

    bed.wrap(locked_order, "refund_number", make)


def _numbers_of_open(bed: Bed) -> None:
    """The number counts what is live, so a closed refund's number is used again."""

    def make(load: Any) -> Any:
        def wrong(connection: Any, order_id: str, **named: Any) -> Any:
            order = load(connection, order_id, **named)
            live = [
                one
                for one in refunds.listed(connection, open_only=False, order_id=order_id, limit=99)
                if one.state is not RefundState.CLOSED
            ]
            return replace(order, last_sequence=len(live)) if order else None

        return wrong

    bed.wrap(orders, "load", make)


def _code_forgotten(bed: Bed) -> None:
    def make(reserve: Any) -> Any:
        def wrong(self: Any, draft: Any, *rest: Any) -> Any:
            return reserve(self, replace(draft, code_fingerprint=None), *rest)

        return wrong

    bed.wrap(LockedOrder, "reserve", make)


def _code_ever_fresh(bed: Bed) -> None:
    def make(sight: Any) -> Any:
        def wrong(connection: Any, fingerprint: str, code: Any, wallet: Any, now: Any) -> None:
            sight(connection, fingerprint, code, wallet, now)
            query = codes_table.update().where(codes_table.c.fingerprint == fingerprint)
            connection.execute(query.values(first_seen_at=now))

        return wrong

    bed.wrap(codes, "sight", make)


def _code_in_clear(bed: Bed) -> None:
    def make(sight: Any) -> Any:
        def wrong(connection: Any, fingerprint: str, code: Any, wallet: Any, now: Any) -> None:
            sight(connection, fingerprint, code, wallet, now)
            query = codes_table.update().where(codes_table.c.fingerprint == fingerprint)
            connection.execute(query.values(masked=code.reveal()))

        return wrong

    bed.wrap(codes, "sight", make)


def _book_skips(kind: str) -> Any:
    def plant(bed: Bed) -> None:
        def make(enter: Any) -> Any:
            def wrong(self: Any, connection: Any, at: Any, what: str, *rest: Any) -> None:
                if what != kind:
                    enter(self, connection, at, what, *rest)

            return wrong

        bed.wrap(Ledger, "enter", make)

    return plant


def _book_unchained(bed: Bed) -> None:
    bed.wrap(book, "head", lambda head: lambda connection: (head(connection)[0], book.FIRST_PREVIOUS))


def _row_deleted(bed: Bed) -> None:
    """Medusa deletes the refund when sending breaks, so the next try makes a new one."""

    def make(end: Any) -> Any:
        def wrong(self: Any, attempt: Any, answer: Any, *rest: Any) -> Any:
            refund = end(self, attempt, answer, *rest)
            if answer.code == "timeout":
                bed.stage.database.execute("PRAGMA foreign_keys=OFF")
                bed.stage.database.execute("DELETE FROM refunds WHERE refund_id = ?", (refund.refund_id,))
            return refund

        return wrong

    bed.wrap(Ledger, "end", make)


_S = RefundState

LEDGER_BUGS: Final = (
    Bug(
        "unknown_gives_back",
        "An unknown refund no longer counts against the cap (GOV.UK Pay).",
        _gives_back_on(_S.UNKNOWN),
    ),
    Bug(
        "processing_gives_back",
        "An accepted refund no longer counts against the cap (jeepay).",
        _gives_back_on(_S.PROCESSING),
    ),
    Bug("held_gives_back", "A held refund no longer counts against the cap.", _gives_back_on(_S.HELD)),
    Bug("paid_gives_back", "A paid refund no longer counts against the cap.", _gives_back_on(_S.SUCCEEDED)),
    Bug(
        "returned_gives_back",
        "Money returned to the merchant is free for another wallet refund.",
        _gives_back_on(_S.RETURNED_TO_MERCHANT),
    ),
    Bug("cap_leaks", "A closed refund stays counted.", _keeps_everything),
    Bug("gives_back_twice", "A closed refund gives its amount back twice.", _gives_back_twice),
    Bug("only_success_counts", "The cap sums successes only, unguarded (jeepay).", _only_success_counts),
    Bug(
        "checked_outside_the_lock",
        "The cap is judged on an order read before the lock (hyperswitch).",
        _checked_outside_the_lock,
    ),
    Bug("nothing_reserved", "A refund takes nothing from the cap before it is sent.", _nothing_reserved),
    Bug("reserves_too_little", "A refund takes one fen from the cap.", _reserves_one),
    Bug("one_number", "All refunds of an order have one number.", _one_number),
    Bug("number_used_again", "The number of a closed refund is used again.", _numbers_of_open),
    Bug("code_forgotten", "The code is not bound to its refund.", _code_forgotten),
    Bug("code_ever_fresh", "Every sight of a code makes it young again.", _code_ever_fresh),
    Bug("code_in_clear", "The payment code is written down as it is.", _code_in_clear),
    Bug(
        "book_skips_refunds", "The book does not tell that a refund was made.", _book_skips("refund_reserved")
    ),
    Bug("book_skips_alarms", "The book does not tell alarms.", _book_skips("alarm")),
    Bug("book_unchained", "Every entry of the book is sealed to the first.", _book_unchained),
    Bug("row_deleted", "A refund whose sending broke is deleted (Medusa).", _row_deleted),
)
