"""What must be true after every event: each rule a function that returns what is wrong, or nothing.

None of them uses the program's own tables or sets: what is allowed is written down here a second time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import Command
from tests.simulation.approvals import APPROVALS
from tests.simulation.moves import MOVES
from tests.simulation.pauses import PAUSES
from tests.simulation.records import RECORDS
from tests.simulation.truth import LIVE
from tests.simulation.view import IN_SIGHT, place_of

if TYPE_CHECKING:
    from tests.simulation.watch import Watch

Invariant = Callable[["Watch"], str]


def the_wallet_never_moves_more_than_was_paid(watch: Watch) -> str:
    for order in watch.orders.values():
        live = watch.truth.live_fen(order.order_id, watch.now)
        if live > order.amount.fen:
            return f"{order.order_id}: {live} of {order.amount.fen} fen"
    return ""


def one_wish_moves_money_once(watch: Watch) -> str:
    names: dict[str, str] = {}
    for taken in watch.truth.taken.values():
        # What an old copy has forgotten, no number can tell from a new wish; the cap still holds.
        if taken.state(watch.now) not in LIVE or taken.wish in watch.lost_wishes:
            continue
        if taken.wish in names:
            return f"{taken.wish} has {names[taken.wish]} and {taken.number}"
        names[taken.wish] = taken.number
    return ""


def whatever_a_wallet_knows_is_in_the_ledger(watch: Watch) -> str:
    rows = {row.refund_id: row for row in watch.view.refunds}
    uncertain = watch.view.uncertain()
    for taken in watch.truth.taken.values():
        row = rows.get(taken.number)
        if taken.order_id in uncertain:
            continue
        if row is None:
            return f"{taken.number} has no row"
        body = taken.body if row.is_found else row.body
        if (row.amount_fen, row.order_id, body) != (taken.amount_fen, taken.order_id, taken.body):
            return f"{taken.number} differs: {row.amount_fen} here, {taken.amount_fen} there"
    return ""


def a_look_up_would_see_every_refund(watch: Watch) -> str:
    """However old a copy is: no number at a wallet stands behind so many that it knows nothing of."""
    for order_id in watch.orders:
        last = 0
        for place in sorted(place_of(taken.number) for taken in watch.truth.of_order(order_id)):
            if place - last > IN_SIGHT:
                return f"{order_id}: {place} after {last}"
            last = place
    return ""


def one_number_has_one_body(watch: Watch) -> str:
    bodies: dict[str, bytes] = {}
    for arrival in watch.truth.arrivals:
        # A number that an old copy has forgotten, and the wallet never took, is free again.
        if arrival.command is Command.ASK or (arrival.number, arrival.body) in watch.lost_sends:
            continue
        if bodies.setdefault(arrival.number, arrival.body) != arrival.body:
            return arrival.number
    return ""


def what_is_reserved_is_what_is_live(watch: Watch) -> str:
    for order in watch.view.orders:
        live = watch.view.live_fen(order.order_id), watch.view.for_customer_fen(order.order_id)
        if any(row.beyond_cap for row in watch.view.refunds if row.order_id == order.order_id):
            # Facts that no cap can hold fill it.
            live = min(live[0], order.amount_fen), min(live[1], order.amount_fen)
        reserved = order.wallet_reserved_fen, order.customer_reserved_fen
        if live != reserved or max(reserved) > order.amount_fen:
            return f"{order.order_id}: reserved {reserved}, live {live}, paid {order.amount_fen} fen"
    return ""


def what_the_wallet_may_move_is_reserved(watch: Watch) -> str:
    """Cap for cap: what is live at the wallet or still under way is held back here."""
    held = {row.refund_id for row in watch.view.refunds if row.state not in ("CLOSED", "CANCELLED")}
    uncertain = watch.view.uncertain()
    under_way = {r.refund_id for _at, r, _seed in watch.truth.under_way if r.order_id not in uncertain}
    taken = [one for one in watch.truth.taken.values() if one.order_id not in uncertain]
    live = {one.number for one in taken if one.state(watch.now) in LIVE}
    # What the wallet has closed stays closed, whatever else arrives under its number.
    closed = {one.number for one in taken} - live
    loose = (live | (under_way - closed)) - held
    return ", ".join(sorted(loose))


def no_customer_is_paid_twice(watch: Watch) -> str:
    """What the wallet paid and what was paid by hand, together, is at most the order; and never both."""
    by_hand = [row for row in watch.view.refunds if row.state == "PAID_OTHER_WAY"]
    for order in watch.orders.values():
        cash = sum(row.amount_fen for row in by_hand if row.order_id == order.order_id)
        if watch.truth.paid_fen(order.order_id, watch.now) + cash > order.amount.fen:
            return f"{order.order_id}: {cash} fen by hand"
    under_way = {refund.refund_id for _at, refund, _seed in watch.truth.under_way}
    for row in by_hand:
        taken = watch.truth.taken.get(row.instead_of)
        state = taken.state(watch.now) if taken else None
        if row.instead_of in under_way or state not in (None, Outcome.CLOSED, Outcome.RETURNED_TO_MERCHANT):
            return f"{row.refund_id}, while {row.instead_of} is {state}"
    twice = [row.instead_of for row in by_hand]
    return "" if len(set(twice)) == len(twice) else f"{twice} by hand"


INVARIANTS: Final[dict[str, Invariant]] = (
    {
        rule.__name__: rule
        for rule in (
            the_wallet_never_moves_more_than_was_paid,
            one_wish_moves_money_once,
            whatever_a_wallet_knows_is_in_the_ledger,
            a_look_up_would_see_every_refund,
            one_number_has_one_body,
            what_is_reserved_is_what_is_live,
            what_the_wallet_may_move_is_reserved,
            no_customer_is_paid_twice,
        )
    }
    | PAUSES
    | APPROVALS
    | MOVES
    | RECORDS
)
