"""Mistakes about refunds that need a second person: who may say yes, to what, how often, until when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import select, update

from scanrefund.ledger import approvals, orders, refunds, waiting
from scanrefund.ledger import staff as people_rows
from scanrefund.ledger.approvals import GOOD_FOR, Bound, Given
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.locked_order import LockedOrder
from scanrefund.ledger.refunds import Draft
from scanrefund.ledger.schema import approvals as table
from scanrefund.ledger.schema import refunds as refund_rows
from scanrefund.ledger.waiting import Waiting
from scanrefund.model.money import Money
from scanrefund.model.refund import Refund, RefundState
from scanrefund.model.staff import SignIn
from scanrefund.people import till
from scanrefund.people.till import TillPeople
from scanrefund.staff_desk import StaffDesk
from tests.simulation.bugs.planting import Bed, Bug


def _own_refund(bed: Bed) -> None:
    def make(_true: Any) -> Any:
        return lambda connection, _refund, by: people_rows.load(connection, by)

    bed.wrap(waiting, "_second_person", make)
    bed.without_checks()


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


def _any_role(bed: Bed) -> None:
    def believed(_true: Any) -> Any:
        return lambda self, by, _secret, _permission: self.find(by)

    def second(_true: Any) -> Any:
        return lambda connection, _refund, by: people_rows.load(connection, by)

    bed.wrap(StaffDesk, "_believed", believed)
    bed.wrap(waiting, "_second_person", second)
    bed.without_checks()


def _never_waits(bed: Bed) -> None:
    bed.wrap(Draft, "waits", lambda _true: False)
    bed.wrap(Refund, "lacks_approval", lambda _true: False)
    bed.without_checks()


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


def _outlives_changes(bed: Bed) -> None:
    def make(found: Any) -> Any:
        def wrong(connection: Any, refund_id: str) -> Any:
            refund, order = found(connection, refund_id)
            return replace(refund, order_version=order.version), order

        return wrong

    bed.wrap(waiting, "_waiting", make)
    bed.wrap(waiting, "holds", lambda _true: SimpleNamespace(standing=lambda *_given: None))


def _declined_goes(bed: Bed) -> None:
    """No and yes are mixed up where a supervisor declines."""
    bed.wrap(
        Waiting, "decline", lambda _true: lambda self, number, hand, now: self.approve(number, hand, now)
    )


def _declined_stays(bed: Bed) -> None:
    """What is declined is told as such, and waits on for the next who approves."""
    bed.wrap(
        Waiting,
        "decline",
        lambda _true: lambda self, number, *_given: self._ledger.refund(number),
    )


def _round_unseen(bed: Bed) -> None:
    def make(approve: Any) -> Any:
        return lambda self, number, hand, now, _shown=None: approve(self, number, hand, now)

    bed.wrap(Waiting, "approve", make)


def _approver_untold(bed: Bed) -> None:
    def make(enter: Any) -> Any:
        def wrong(self: Any, connection: Any, at: Any, kind: str, subject: str, facts: Any) -> None:
            enter(self, connection, at, kind, subject, {k: v for k, v in facts.items() if k != "approver"})

        return wrong

    bed.wrap(Ledger, "enter", make)


def _clerk_signs(bed: Bed) -> None:
    """The book names the clerk as the one who approved."""

    def make(enter: Any) -> Any:
        def wrong(self: Any, connection: Any, at: Any, kind: str, subject: str, facts: Any) -> None:
            mixed = facts | {"by": facts["clerk"]} if kind == "refund_approved" else facts
            enter(self, connection, at, kind, subject, mixed)

        return wrong

    bed.wrap(Ledger, "enter", make)


def _approved_rests(bed: Bed) -> None:
    def make(decide: Any) -> Any:
        def wrong(
            self: Any, connection: Any, refund: Any, new: Any, kind: str, decided: Any, *rest: Any
        ) -> Any:
            now, _plan = rest
            nothing: dict[str, object] = {"next_command": None, "next_try_at": None}
            return decide(self, connection, refund, new, kind, decided, now, nothing)

        return wrong

    bed.wrap(Waiting, "_decide", make)


def _approval_refused(bed: Bed) -> None:
    """The order is compared as it was before the refund was written: no approval is ever good."""
    bed.wrap(
        refunds,
        "note_version",
        lambda _true: lambda connection, number, *_: refunds.required(connection, number),
    )


def _waiting_is_free(bed: Bed) -> None:
    """What waits takes nothing from the caps until it is approved."""

    def make(reserve: Any) -> Any:
        def wrong(self: Any, draft: Any, *rest: Any) -> Any:
            refund = reserve(self, draft, *rest)
            if draft.waits:
                orders.take(self._connection, refund.order_id, -draft.amount.fen, -draft.amount.fen)
            return refund

        return wrong

    bed.wrap(LockedOrder, "reserve", make)


def _waiting_is_looked_at(bed: Bed) -> None:
    """What waits stands in the workers' list."""

    def make(note_version: Any) -> Any:
        def wrong(connection: Any, number: str, version: str) -> Any:
            note_version(connection, number, version)
            this = update(refund_rows).where(refund_rows.c.refund_id == number)
            connection.execute(this.values(next_try_at=refund_rows.c.created_at))
            return refunds.required(connection, number)

        return wrong

    bed.wrap(refunds, "note_version", make)


def _rest_without_waiting(bed: Bed) -> None:
    def make(order: Any) -> Any:
        def wrong(self: Any, order_id: str) -> Any:
            found = order(self, order_id)
            waits = [
                one
                for one in self.refunds(open_only=True, order_id=order_id)
                if one.state is RefundState.WAIT_APPROVAL
            ]
            free = Money(sum(one.amount.fen for one in waits))
            wallet, customer = found.wallet_reserved - free, found.customer_reserved - free
            return replace(found, wallet_reserved=wallet, customer_reserved=customer)

        return wrong

    bed.wrap(Ledger, "order", make)


def _queue_hides(bed: Bed) -> None:
    bed.wrap(Waiting, "listed", lambda true: lambda *given: true(*given)[1:])


APPROVAL_BUGS: Final = (
    Bug("own_refund", "A supervisor approves the refund that he asked for himself.", _own_refund),
    Bug("own_word", "At the till the clerk himself may say yes.", _own_word),
    Bug("any_role", "Whoever works here approves.", _any_role),
    Bug("never_waits", "What may wait for an approval goes at once.", _never_waits),
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
    Bug(
        "approval_outlives_changes",
        "What waits is approved although its order has changed.",
        _outlives_changes,
    ),
    Bug("declined_goes", "What is declined is sent.", _declined_goes),
    Bug("declined_stays", "What is declined goes on waiting, and is approved later.", _declined_stays),
    Bug("round_unseen", "A round approves other amounts than were shown.", _round_unseen),
    Bug("approver_untold", "The book does not tell who said yes at the till.", _approver_untold),
    Bug("clerk_signs", "The book names the clerk as approver.", _clerk_signs),
    Bug("approved_rests", "What is approved is never sent.", _approved_rests),
    Bug("approval_refused", "No approval of what waits is ever good.", _approval_refused),
    Bug("waiting_is_free", "What waits takes nothing from the caps.", _waiting_is_free),
    Bug("waiting_is_looked_at", "What waits stands in the list of the workers.", _waiting_is_looked_at),
    Bug(
        "rest_without_waiting",
        "The rest of an order is told as if what waits were free.",
        _rest_without_waiting,
    ),
    Bug("queue_hides", "The queue leaves out what waits longest.", _queue_hides),
)
