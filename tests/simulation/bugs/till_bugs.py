"""Mistakes about the word of a second person at the till: whose, for what, how often, until when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update

from scanrefund.ledger import approvals
from scanrefund.ledger.approvals import GOOD_FOR, Bound, Given
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.schema import approvals as table
from scanrefund.model.staff import SignIn
from scanrefund.people import till
from scanrefund.people.till import TillPeople
from tests.simulation.bugs.planting import Bed, Bug


def _own_word(bed: Bed) -> None:
    """Whoever serves may also say yes at the till, if he may approve at all."""

    def make(hear: Any) -> Any:
        def wrong(self: Any, case: Any, wisher: Any, second: Any) -> Any:
            if second.staff_id != wisher.clerk:
                return hear(self, case, wisher, second)
            himself = SignIn(self._roster.find(second.staff_id))
            self._write_down(till._bound(case, wisher), himself.staff, case.now)
            return himself

        return wrong

    def flaw(true: Any) -> Any:
        return lambda *given: "" if true(*given) == "own_refund" else true(*given)

    bed.wrap(TillPeople, "hear", make)
    bed.wrap(till, "_flaw", flaw)
    bed.without_checks()


def _used_whatever(_use: Any) -> Any:
    """An approval is taken without a look at what it was given for."""

    def wrong(connection: Any, approval_id: int, _bound: Any, refund_id: str, now: Any) -> bool:
        this = update(table).where(table.c.approval_id == approval_id)
        connection.execute(this.values(used_at=now, refund_id=refund_id))
        return True

    return wrong


def _word_seen_as(**seen: Callable[[Bound, datetime], Any]) -> Any:
    """A word at the till is judged as if something about it were what is wished for now."""

    def plant(bed: Bed) -> None:
        def make(flaw: Any) -> Any:
            def wrong(given: Given, bound: Bound, approver: Any, now: datetime) -> Any:
                made = {name: make_value(bound, now) for name, make_value in seen.items()}
                ours = {name: made.pop(name) for name in ("amount", "order_version") if name in made}
                return flaw(replace(given, bound=replace(given.bound, **ours), **made), bound, approver, now)

            return wrong

        bed.wrap(till, "_flaw", make)
        bed.wrap(approvals, "use", _used_whatever)

    return plant


def _word_serves_again(bed: Bed) -> None:
    """The last word of an approver on an order serves every wish of the same amount."""

    def make(_newest: Any) -> Any:
        def wrong(connection: Any, _request_id: str) -> Any:
            last = connection.execute(select(table).order_by(table.c.approval_id.desc()).limit(1)).first()
            return replace(_newest(connection, last.request_id), used_at=None) if last else None

        return wrong

    bed.wrap(approvals, "newest", make)
    _word_seen_as(order_version=lambda bound, _now: bound.order_version)(bed)


def _approver_untold(bed: Bed) -> None:
    def make(enter: Any) -> Any:
        def wrong(self: Any, connection: Any, at: Any, kind: str, subject: str, facts: Any) -> None:
            enter(self, connection, at, kind, subject, {k: v for k, v in facts.items() if k != "approver"})

        return wrong

    bed.wrap(Ledger, "enter", make)


TILL_BUGS: Final = (
    Bug("own_word", "At the till the clerk himself may say yes.", _own_word),
    Bug(
        "word_of_any_amount",
        "A word at the till holds for another amount.",
        _word_seen_as(amount=lambda bound, _now: bound.amount),
    ),
    Bug(
        "word_for_ever",
        "A word at the till holds for ever.",
        _word_seen_as(given_at=lambda _bound, now: now, until=lambda _bound, now: now + GOOD_FOR),
    ),
    Bug("word_serves_again", "A word at the till serves a second wish.", _word_serves_again),
    Bug(
        "word_outlives_changes",
        "A word at the till holds for an order that has changed.",
        _word_seen_as(order_version=lambda bound, _now: bound.order_version),
    ),
    Bug("approver_untold", "The book does not tell who said yes at the till.", _approver_untold),
)
