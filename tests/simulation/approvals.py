"""Invariants of refunds that need a second person: asked for, approved by somebody else, sent, in the book.

Only in shops that know their staff; there every refund of more than the shop's limit needs one.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from scanrefund.model.refund import Command
from tests.simulation.crew import MAY_APPROVE
from tests.simulation.view import Entry

if TYPE_CHECKING:
    from scanrefund.model.refund import Refund
    from tests.simulation.view import RefundRow
    from tests.simulation.watch import Journey, Watch
    from tests.simulation.words import Word

# A word at the till is good for so long.
_GOOD_FOR: Final = timedelta(minutes=5)


def one_approval_leads_to_one_refund(watch: Watch, journey: Journey, refund: Refund) -> str:
    """Nobody's name stands on more refunds of one order and amount than he has said yes."""
    row = _needing(watch, journey, refund)
    if row is None:
        return ""
    said = Counter((one.by, one.order_id, one.amount_fen) for one in watch.words.words)
    signed = Counter((one.approver, one.order_id, one.amount_fen) for one in watch.view.refunds)
    this = (row.approver, row.order_id, row.amount_fen)
    return f"{refund.refund_id}: {signed[this]} of {said[this]} by {row.approver}" * (
        bool(row.approver) and signed[this] > said[this]
    )


def nothing_leaves_before_somebody_else_approved_it(watch: Watch, journey: Journey, refund: Refund) -> str:
    """Somebody who may, who is not its clerk, has said yes to its number and amount."""
    row = _needing(watch, journey, refund)
    if row is None:
        return ""
    if row.clerk not in watch.words.askers.get(row.reason, ()):
        return f"{refund.refund_id} was not asked for by {row.clerk}"
    return "" if _words_for(watch, row) else f"{refund.refund_id} of {row.clerk}, who asked nobody"


def an_approval_ends_with_what_it_was_given_for(watch: Watch, journey: Journey, refund: Refund) -> str:
    """The order was the same when the refund was asked for and when somebody said yes."""
    row = _needing(watch, journey, refund)
    if row is None:
        return ""
    birth = watch.words.births[row.name]
    same = [one for one in _words_for(watch, row) if one.beside == birth.beside]
    if not same:
        return f"{refund.refund_id}: {row.order_id} has changed since"
    at_the_till = [one for one in same if not one.refund_id]
    late = len(at_the_till) == len(same) and birth.at >= max(one.at for one in same) + _GOOD_FOR
    return f"{refund.refund_id} by an old word" if late and watch.clocks_agree else ""


def what_was_declined_never_leaves(watch: Watch, journey: Journey, refund: Refund) -> str:
    row = _needing(watch, journey, refund)
    return refund.refund_id if row is not None and row.name in watch.words.declined else ""


def what_waits_has_no_plan(watch: Watch) -> str:
    """No worker, and nobody who asks, brings it on."""
    return ", ".join(
        f"{row.refund_id} is to {row.next_command}"
        for row in watch.view.refunds
        if row.state == "WAIT_APPROVAL" and (row.next_command or row.next_try_at or row.sends or row.asks)
    )


def what_waits_counts_and_the_rest_is_right(watch: Watch) -> str:
    """While a refund waits, its amount can be promised to nobody else. Asked when anything was written."""
    if not watch.entries and not watch.moves:
        return ""
    waits = {row.order_id for row in watch.view.refunds if row.state == "WAIT_APPROVAL"}
    for order_id in waits:
        view = watch.view
        taken = max(view.live_fen(order_id), view.for_customer_fen(order_id))
        rest = max(watch.orders[order_id].amount.fen - taken, 0)
        if watch.rest(order_id) != rest:
            return f"{order_id}: told {watch.rest(order_id)}, is {rest} fen"
    return ""


def the_book_tells_who_approved(watch: Watch) -> str:
    """Whoever said yes stands in the book and on the refund: somebody else than its clerk."""
    if watch.world.approval_above_fen is None:
        return ""
    told = watch.seen.approvers | dict(filter(None, map(approver_of, watch.entries)))
    for row in watch.view.refunds:
        if not row.sends or not _needs(watch, row):
            continue
        said = {one.by for one in _words_for(watch, row)}
        if row.approver not in said or told.get(row.refund_id) != row.approver:
            return f"{row.refund_id} by {row.approver or 'nobody'}, in the book {told.get(row.refund_id)}"
    return ""


def approver_of(entry: Entry) -> tuple[str, str] | None:
    """Of which refund an entry says who approved it."""
    name = {"refund_approved": "by", "refund_reserved": "approver"}.get(entry.kind, "")
    facts = json.loads(entry.facts) if name else {}
    return (entry.subject, facts[name]) if facts.get(name) else None


def _needing(watch: Watch, journey: Journey, refund: Refund) -> RefundRow | None:
    """The refund that leaves, where it needs a second person."""
    if watch.world.approval_above_fen is None or journey.command is not Command.SEND:
        return None
    found = (row for row in watch.view.refunds if row.refund_id == refund.refund_id)
    return next((row for row in found if _needs(watch, row)), None)


def _needs(watch: Watch, row: RefundRow) -> bool:
    limit = watch.world.approval_above_fen
    return limit is not None and row.amount_fen > limit and not row.is_found


def _words_for(watch: Watch, row: RefundRow) -> list[Word]:
    """What was said of this refund by somebody who may: by its number, or at the till by its wish."""
    by_number = (row.refund_id, row.order_id, row.amount_fen)
    by_wish = (row.reason, row.clerk, row.order_id, row.amount_fen)
    return [
        one
        for one in watch.words.words
        if one.by in MAY_APPROVE - {row.clerk}
        and (
            (one.refund_id, one.order_id, one.amount_fen) == by_number
            or (one.refund_id == "" and (one.wish, one.clerk, one.order_id, one.amount_fen) == by_wish)
        )
    ]


APPROVALS: Final[dict[str, Callable[[Watch], str]]] = {
    rule.__name__: rule
    for rule in (
        what_waits_has_no_plan,
        what_waits_counts_and_the_rest_is_right,
        the_book_tells_who_approved,
    )
}

APPROVED: Final[dict[str, Callable[[Watch, Journey, Refund], str]]] = {
    rule.__name__: rule
    for rule in (
        one_approval_leads_to_one_refund,
        nothing_leaves_before_somebody_else_approved_it,
        an_approval_ends_with_what_it_was_given_for,
        what_was_declined_never_leaves,
    )
}
