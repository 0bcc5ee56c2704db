"""Mistakes about refunds that wait for a second person: who says yes, to what, and what follows."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import update

from scanrefund.errors import UsageFault
from scanrefund.ledger import orders, refunds, waiting
from scanrefund.ledger import staff as people_rows
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.locked_order import LockedOrder
from scanrefund.ledger.refunds import Draft
from scanrefund.ledger.schema import refunds as refund_rows
from scanrefund.ledger.waiting import Waiting
from scanrefund.model.money import Money
from scanrefund.model.refund import Refund, RefundState
from scanrefund.staff_desk import StaffDesk
from tests.simulation.bugs.planting import Bed, Bug


def _own_refund(bed: Bed) -> None:
    def make(_true: Any) -> Any:
        return lambda connection, _refund, by: people_rows.load(connection, by)

    bed.wrap(waiting, "_second_person", make)
    bed.without_checks()


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


def _decline_refused(bed: Bed) -> None:
    def make(_decline: Any) -> Any:
        def wrong(_self: Any, number: str, *_given: Any) -> Any:
            raise UsageFault("refund_under_way", refund_id=number)

        return wrong

    bed.wrap(Waiting, "decline", make)


def _round_unseen(bed: Bed) -> None:
    def make(approve: Any) -> Any:
        return lambda self, number, hand, now, _shown=None: approve(self, number, hand, now)

    bed.wrap(Waiting, "approve", make)


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
    Bug("any_role", "Whoever works here approves.", _any_role),
    Bug("never_waits", "What may wait for an approval goes at once.", _never_waits),
    Bug(
        "approval_outlives_changes",
        "What waits is approved although its order has changed.",
        _outlives_changes,
    ),
    Bug("declined_goes", "What is declined is sent.", _declined_goes),
    Bug("declined_stays", "What is declined goes on waiting, and is approved later.", _declined_stays),
    Bug("decline_refused", "What may not be approved any more cannot be declined either.", _decline_refused),
    Bug("round_unseen", "A round approves other amounts than were shown.", _round_unseen),
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
