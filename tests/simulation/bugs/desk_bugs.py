"""Mistakes at the desk: who is served twice, what is checked, and what the clerk is told."""

from __future__ import annotations

import uuid
from typing import Any, Final

from scanrefund import desk, exits
from scanrefund.aftercare import receipt
from scanrefund.check import rules
from scanrefund.desk import Desk
from scanrefund.errors import LedgerFault
from scanrefund.ledger.locked_order import LockedOrder
from scanrefund.model.refund import RefundState
from scanrefund.model.refusal import Reason
from tests.simulation.bugs.planting import Bed, Bug


def _no_dedupe(bed: Bed) -> None:
    bed.wrap(Desk, "_request_id", lambda _true: lambda *_given: uuid.uuid4().hex)


def _dedupe_outside_the_lock(bed: Bed) -> None:
    bed.wrap(LockedOrder, "of_request", lambda _true: lambda *_given: None)


def _without_rule(*reasons: Reason) -> Any:
    def plant(bed: Bed) -> None:
        bed.wrap(rules, "LADDER", lambda true: tuple(rule for rule in true if rule.reason not in reasons))

    return plant


def _tells(state: RefundState, exit_code: int) -> Any:
    def plant(bed: Bed) -> None:
        bed.wrap(receipt, "_EXITS", lambda true: {**true, state: exit_code})

    return plant


def _asks_inside(bed: Bed) -> None:
    def make(reserve: Any) -> Any:
        def wrong(self: Any, locked: Any, case: Any, *rest: Any) -> Any:
            self._gateways[case.order.wallet].order(case.order)
            return reserve(self, locked, case, *rest)

        return wrong

    bed.wrap(Desk, "_reserve", make)


def _fault_cancels(bed: Bed) -> None:
    def make(first_trip: Any) -> Any:
        def wrong(self: Any, refund: Any) -> Any:
            try:
                return self._dispatcher.dispatch(refund)
            except LedgerFault:
                query = "UPDATE refunds SET state='CANCELLED', next_command=NULL WHERE refund_id=?"
                bed.stage.database.execute(query, (refund.refund_id,))
                return refund

        return wrong

    bed.wrap(Desk, "_first_trip", make)


def _serves_other_amounts(bed: Bed) -> None:
    def make(_serve: Any) -> Any:
        return lambda self, _request, earlier: self._writer.of_refund(earlier)

    bed.wrap(Desk, "_serve_again", make)


def _no_spacing(bed: Bed) -> None:
    bed.wrap(desk, "earliest_send", lambda _true: lambda _case: None)
    _without_rule(Reason.TOO_SOON_AFTER_LAST)(bed)


def _open_is_paid(bed: Bed) -> None:
    """Whatever is not known to have failed counts as paid."""
    bed.wrap(exits, "OPEN", lambda _true: 0)


DESK_BUGS: Final = (
    Bug("no_dedupe", "The same wish again makes another refund.", _no_dedupe),
    Bug(
        "dedupe_outside_the_lock",
        "The same wish is looked for before the lock only.",
        _dedupe_outside_the_lock,
    ),
    Bug("no_spacing", "Two refunds of one order follow at once.", _no_spacing),
    Bug(
        "no_in_flight_rule",
        "A second refund starts while the first is open.",
        _without_rule(Reason.REFUND_IN_FLIGHT, Reason.TOO_SOON_AFTER_LAST),
    ),
    Bug(
        "no_amount_rule",
        "More than the order holds reaches the ledger.",
        _without_rule(Reason.AMOUNT_OVER_REMAINING),
    ),
    Bug("old_codes_welcome", "A code of any age opens a refund.", _without_rule(Reason.CODE_EXPIRED)),
    Bug("used_codes_welcome", "A code opens a second refund.", _without_rule(Reason.CODE_SEEN_BEFORE)),
    Bug(
        "unknown_told_as_declined",
        "The clerk is told that an unknown refund was declined.",
        _tells(RefundState.UNKNOWN, 4),
    ),
    Bug(
        "processing_told_as_paid",
        "The clerk is told that an accepted refund is paid.",
        _tells(RefundState.PROCESSING, 0),
    ),
    Bug(
        "sending_told_as_declined",
        "The clerk is told that an interrupted refund was declined.",
        _tells(RefundState.SENDING, 4),
    ),
    Bug("open_told_as_paid", "The clerk is told that every open refund is paid.", _open_is_paid),
    Bug("asked_inside_the_lock", "The wallet is asked inside the transaction.", _asks_inside),
    Bug("fault_cancels", "A full disk after reserving cancels the refund.", _fault_cancels),
    Bug(
        "other_amount_served",
        "The same request with another amount is served the first.",
        _serves_other_amounts,
    ),
)
