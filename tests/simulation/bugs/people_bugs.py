"""Mistakes in what people may decide, and in what follows an old copy of the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select, update

from scanrefund import supervisor_desk
from scanrefund.check import amount_rules
from scanrefund.dispatch import recovery
from scanrefund.dispatch.recovery import Recovery
from scanrefund.ledger import (
    behind,
    by_hand,
    locked_order,
    orders,
    other_ways,
    overfull,
    refunds,
    schema,
    trips,
)
from scanrefund.ledger.by_hand import ByHand
from scanrefund.ledger.ledger import Ledger
from scanrefund.model import refund as model_refund
from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import RefundState
from scanrefund.supervisor_desk import SupervisorDesk
from tests.simulation.bugs.planting import Bed, Bug


def _cash_beside_open(bed: Bed) -> None:
    def make(_true: Any) -> Any:
        return lambda connection, refund: orders.load(connection, refund.order_id, lock=True)

    bed.wrap(by_hand, "_ready_for_cash", make)


def _cash_for_unknown(bed: Bed) -> None:
    """The customer is paid by hand while the wallet has not said how the refund ended."""
    bed.wrap(model_refund, "UNPAID_ENDS", lambda true: true | {RefundState.UNKNOWN, RefundState.HELD})
    bed.wrap(orders, "take", lambda true: lambda *given: True if given[2] == 0 else true(*given))


def _cash_twice(bed: Bed) -> None:
    bed.wrap(other_ways, "replacement", lambda _true: lambda *_given: "")


def _closed_on_a_word(bed: Bed) -> None:
    bed.wrap(by_hand, "_proofs", lambda _true: lambda *_given: by_hand.PROOF_ASKS)
    bed.wrap(SupervisorDesk, "_late_enough", lambda _true: lambda _self, refund: refund)


def _one_quick_ask(bed: Bed) -> None:
    for room in (by_hand, supervisor_desk):
        bed.wrap(room, "PROOF_ASKS", lambda _true: 1)
        bed.wrap(room, "PROOF_AFTER", lambda _true: timedelta(0))


def _cancelled_after_sending(bed: Bed) -> None:
    def make(_cancel: Any) -> Any:
        def wrong(self: Any, number: str, hand: Any, now: Any) -> Any:
            with self._ledger.writing() as connection:
                refund = refunds.required(connection, number)
                new = RefundState.CANCELLED if refund.is_open else refund.state
                plan = {"next_command": None, "next_try_at": None}
                return self._decide(connection, refund, new, "refund_cancelled", hand, now, plan)

        return wrong

    bed.wrap(ByHand, "cancel", make)
    bed.wrap(trips, "may_move", lambda _true: lambda _old, _new: True)


def _released_unasked(bed: Bed) -> None:
    def make(held: Any) -> Any:
        def wrong(connection: Any, number: str) -> Any:
            return replace(held(connection, number), ever_unknown=False)

        return wrong

    bed.wrap(by_hand, "_held", make)


def _witness_ignored(bed: Bed) -> None:
    bed.wrap(Ledger, "hear_witness", lambda _true: lambda *_given: False)


def _one_gap(bed: Bed) -> None:
    bed.wrap(recovery, "IN_VAIN_MAX", lambda _true: 1)


def _vain_without_end(bed: Bed) -> None:
    bed.wrap(amount_rules, "IN_VAIN_MAX", lambda _true: 99)
    bed.wrap(locked_order, "IN_VAIN_MAX", lambda _true: 99)


def _send_untold(bed: Bed) -> None:
    """A copy made just before a send has the same last entry as the ledger after it."""

    def make(enter: Any) -> Any:
        def wrong(self: Any, connection: Any, at: Any, kind: str, *rest: Any) -> None:
            if kind != "send_begun":
                enter(self, connection, at, kind, *rest)

        return wrong

    bed.wrap(Ledger, "enter", make)


def _goes_on_unseen(bed: Bed) -> None:
    bed.wrap(behind, "stops", lambda _true: lambda *_given: False)


def _looked_up_for_ever(bed: Bed) -> None:
    """What was looked up counts still after another copy took the ledger's place, if the clock says so."""

    def make(note: Any) -> Any:
        def wrong(connection: Any, now: Any) -> None:
            table = schema.orders
            done = connection.execute(select(table.c.order_id, table.c.looked_up_at)).all()
            note(connection, now)
            for row in done:
                this = update(table).where(table.c.order_id == row.order_id)
                connection.execute(this.values(looked_up_at=row.looked_up_at))

        return wrong

    bed.wrap(behind, "note", make)


def _found_uncounted(bed: Bed) -> None:
    def make(count: Any) -> Any:
        return lambda connection, refund, new: count(connection, refund, new) if refund.body else None

    bed.wrap(trips, "count", make)


def _silence_is_nothing(bed: Bed) -> None:
    """An order counts as looked up although the wallet gave no answer."""

    def make(look_up: Any) -> Any:
        def wrong(self: Any, order: Any) -> Any:
            looked_up = look_up(self, order)
            self._found.looked_up(order.order_id, 0, self._clock.now())
            return looked_up

        return wrong

    bed.wrap(Recovery, "_look_up", make)


def _found_as_closed(bed: Bed) -> None:
    """What is found at the wallet is taken for closed."""
    wrong = dict.fromkeys(recovery._FOUND_AS, RefundState.CLOSED)
    bed.wrap(recovery, "_FOUND_AS", lambda _true: wrong)


def _found_is_paid(bed: Bed) -> None:
    """What the wallet still works on is taken for paid when it is found."""
    on_their_way = {Outcome.PROCESSING: RefundState.EXTERNAL, Outcome.ABNORMAL: RefundState.EXTERNAL}
    bed.wrap(recovery, "_FOUND_AS", lambda true: true | on_their_way)


def _never_behind(bed: Bed) -> None:
    bed.wrap(behind, "is_behind", lambda _true: lambda *_given: False)


def _only_ends_are_asked_again(bed: Bed) -> None:
    bed.wrap(behind, "_doubt_never_sent", lambda _true: lambda *_given: None)
    bed.wrap(recovery, "_MAY_BE_WRONG", lambda _true: {RefundState.CLOSED, RefundState.CANCELLED})


def _overfull_goes_on(bed: Bed) -> None:
    bed.wrap(overfull, "is_overfull", lambda _true: lambda *_given: False)


PEOPLE_BUGS: Final = (
    Bug("cash_beside_open", "Cash is paid whatever the wallet's refund does.", _cash_beside_open),
    Bug("cash_for_unknown", "Cash is paid while the refund is unknown.", _cash_for_unknown),
    Bug("cash_twice", "One refund is paid by hand twice.", _cash_twice),
    Bug("closed_on_a_word", "A supervisor closes without any proof.", _closed_on_a_word),
    Bug("one_quick_ask", "One ask right after the send proves that nothing is there.", _one_quick_ask),
    Bug("cancelled_after_sending", "What was sent is withdrawn.", _cancelled_after_sending),
    Bug("released_unasked", "A release sends again without asking first.", _released_unasked),
    Bug("witness_ignored", "An old copy of the ledger goes on as if nothing were missing.", _witness_ignored),
    Bug("never_behind", "Old books refuse nothing.", _never_behind),
    Bug(
        "only_ends_are_asked_again",
        "What an old copy holds as never sent is believed.",
        _only_ends_are_asked_again,
    ),
    Bug("one_gap", "The first number that the wallet does not know ends the look-up.", _one_gap),
    Bug(
        "vain_without_end",
        "An order goes on taking refunds however many in a row came to nothing.",
        _vain_without_end,
    ),
    Bug("send_untold", "The book does not tell that a refund is about to be sent.", _send_untold),
    Bug("goes_on_unseen", "What an old copy holds goes out before its order was looked up.", _goes_on_unseen),
    Bug(
        "looked_up_for_ever",
        "After a second copy what was looked up before still counts, by the clock.",
        _looked_up_for_ever,
    ),
    Bug("found_uncounted", "What is found at the wallet takes nothing from the caps.", _found_uncounted),
    Bug("found_as_closed", "What is found at the wallet is written down as closed.", _found_as_closed),
    Bug("overfull_goes_on", "An order of which too much is promised goes on sending.", _overfull_goes_on),
    Bug("found_is_paid", "What is found on its way at the wallet counts as paid.", _found_is_paid),
    Bug("silence_is_nothing", "A look-up without an answer counts as done.", _silence_is_nothing),
)
