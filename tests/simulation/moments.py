"""What must be true at two moments: when a trip leaves for a wallet, and when a clerk is told something."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import Command, RefundState
from tests.simulation.approvals import APPROVED
from tests.simulation.pauses import PAUSED
from tests.simulation.truth import LIVE
from tests.simulation.view import IN_SIGHT, RefundRow, place_of

if TYPE_CHECKING:
    from scanrefund.aftercare.receipt import Receipt
    from scanrefund.model.refund import Refund
    from tests.simulation.watch import Journey, Watch, Wish

Departure = Callable[["Watch", "Journey", "Refund"], str]
Told = Callable[["Watch", "Receipt", "Wish | None"], str]

LEASE: Final = timedelta(seconds=30)
CODE_AGE: Final = timedelta(seconds=60)
SPACING: Final = {"wechat": timedelta(seconds=60), "alipay": timedelta(seconds=3)}
# WeChat Pay and Alipay both want ten seconds before the first question about an unknown send.
ASK_AFTER: Final = timedelta(seconds=10)
# More trips than this in ten seconds is a loop that runs hot.
TRIPS_MAX: Final = 8
TRIPS_WITHIN: Final = timedelta(seconds=10)


def no_network_inside_a_transaction(watch: Watch, _journey: Journey, refund: Refund) -> str:
    return refund.refund_id if watch.database.in_transaction else ""


def a_trip_is_on_disk_before_it_leaves(watch: Watch, journey: Journey, refund: Refund) -> str:
    row = _row(watch, refund.refund_id)
    if row is None:
        return f"{refund.refund_id} has no row"
    if journey.command is Command.SEND and (row.state != "SENDING" or not row.sends):
        return f"{refund.refund_id} is sent while {row.state}"
    opened = watch.database.execute(
        "SELECT count(*) FROM attempts WHERE refund_id = ? AND command = ? AND ended_at IS NULL",
        (refund.refund_id, journey.command.value),
    ).fetchone()[0]
    return "" if opened else f"{refund.refund_id} has no open attempt"


def what_is_sent_is_what_was_written(watch: Watch, journey: Journey, refund: Refund) -> str:
    row = _row(watch, refund.refund_id)
    same = row is not None and (row.body, row.amount_fen) == (refund.body, refund.amount.fen)
    return "" if same else refund.refund_id


def an_unknown_is_asked_about_before_it_is_sent_again(watch: Watch, journey: Journey, refund: Refund) -> str:
    """Once a send may have arrived, every further one follows an ask that found nothing."""
    past = watch.journeys.get(refund.refund_id, [])
    risky = [one for one in past if one.command is Command.SEND and _may_have_arrived(one)]
    if journey.command is Command.ASK or not risky:
        return ""
    for one in reversed(past):
        if one.command is Command.SEND:
            return f"{refund.refund_id} after {one.answer.outcome if one.answer else 'a death'}"
        if one.answer and one.answer.outcome is Outcome.ABSENT:
            return ""
    return ""


def an_ended_refund_is_not_sent(watch: Watch, journey: Journey, refund: Refund) -> str:
    past = watch.seen.rows.get(refund.refund_id)
    ended = past is not None and not past.is_open
    return refund.refund_id if ended and journey.command is Command.SEND else ""


def two_do_not_work_on_one_refund(watch: Watch, journey: Journey, refund: Refund) -> str:
    """A lease keeps the others off, a dead owner's too, for as long as it runs."""
    if not watch.clocks_agree:
        return ""
    for past in watch.journeys.get(refund.refund_id, []):
        if past.back_at is None and journey.left_at < past.left_at + LEASE:
            return f"{refund.refund_id}: {past.left_at} and {journey.left_at}"
    return ""


def two_refunds_of_one_order_keep_their_distance(watch: Watch, journey: Journey, refund: Refund) -> str:
    if journey.command is Command.ASK or not watch.clocks_agree:
        return ""
    for row in watch.view.refunds:
        if row.order_id != refund.order_id or row.refund_id == refund.refund_id:
            continue
        sends = [one for one in watch.journeys.get(row.refund_id, []) if one.command is Command.SEND]
        if sends and journey.left_at < sends[-1].left_at + SPACING[refund.wallet.value]:
            return f"{refund.refund_id} at {journey.left_at}, {row.refund_id} at {sends[-1].left_at}"
    return ""


def a_worker_asks_no_sooner_than_the_wallet_wants(watch: Watch, journey: Journey, refund: Refund) -> str:
    past = watch.journeys.get(refund.refund_id, [])
    if not past or not journey.by_worker or not watch.clocks_agree or journey.command is Command.SEND:
        return ""
    last = past[-1]
    if last.answer is None or last.back_at is None or last.answer.outcome is not Outcome.UNKNOWN:
        return ""
    if last.back_at >= last.left_at + LEASE:
        return ""  # another may have taken over meanwhile; then this answer decided nothing
    sent = last.command is Command.SEND
    if sent and journey.left_at < last.left_at + ASK_AFTER:
        return f"{refund.refund_id} after {journey.left_at - last.left_at}"
    told_to_wait = journey.left_at < last.back_at + timedelta(seconds=last.answer.wait_s)
    if told_to_wait and _last_code_written(watch, refund) == last.answer.code:
        return f"{refund.refund_id} though told to wait {last.answer.wait_s} s"
    return ""


def no_loop_runs_hot(watch: Watch, journey: Journey, refund: Refund) -> str:
    recent = [
        one
        for one in watch.journeys.get(refund.refund_id, [])
        if one.by_worker and one.left_at > journey.left_at - TRIPS_WITHIN
    ]
    return refund.refund_id if journey.by_worker and len(recent) >= TRIPS_MAX else ""


def a_clerk_is_told_the_truth(watch: Watch, receipt: Receipt, _wish: Wish | None) -> str:
    """Paid means paid, declined means that no money moves, and an open refund is never told as ended."""
    if receipt.state is RefundState.PAID_OTHER_WAY:
        return ""  # a person's word; whether it was allowed is judged by `no_customer_is_paid_twice`
    taken = watch.truth.taken.get(receipt.refund_id or "")
    state = taken.state(watch.now) if taken else None
    if receipt.exit_code == 0 and state is not Outcome.SUCCEEDED:
        return f"{receipt.refund_id} told as paid, is {state}"
    if receipt.exit_code == 4 and state in LIVE:
        return f"{receipt.refund_id} told as declined, is {state}"
    return ""


def a_refused_wish_leaves_nothing(watch: Watch, receipt: Receipt, wish: Wish | None) -> str:
    # Where the same wish was made with two amounts, whichever came first has made the refund.
    if wish is None or wish.name in watch.slips or receipt.state is not None:
        return ""
    made = [row.refund_id for row in watch.view.refunds if row.reason == wish.name]
    return f"{wish.name} was refused ({receipt.reason}) and has {made}" if made else ""


def a_refusal_has_its_cause(watch: Watch, receipt: Receipt, wish: Wish | None) -> str:
    """The commonest refusals are true: an open refund stands, or the order holds less than was asked."""
    if wish is None or receipt.reason is None:
        return ""
    reason = receipt.reason.value
    if reason in ("order_not_found", "order_not_paid", "order_changed"):
        return f"{wish.name}: {reason}"
    without = _WITHOUT_CAUSE.get(reason)
    rows = [row for row in watch.view.refunds if row.order_id == wish.order.order_id]
    return f"{wish.name}: {reason} without cause" if without and without(watch, wish, rows) else ""


def _nothing_is_in_flight(_watch: Watch, _wish: Wish, rows: list[RefundRow]) -> bool:
    return not any(row.is_open for row in rows)


def _enough_remains(watch: Watch, wish: Wish, _rows: list[RefundRow]) -> bool:
    order_id = wish.order.order_id
    left = wish.order.amount.fen - max(watch.view.live_fen(order_id), watch.view.for_customer_fen(order_id))
    return 0 < (wish.amount.fen if wish.amount else 1) <= left


def _nothing_froze_it(watch: Watch, wish: Wish, _rows: list[RefundRow]) -> bool:
    return not any(one.frozen_why for one in watch.view.orders if one.order_id == wish.order.order_id)


def _nobody_cancelled_it(watch: Watch, wish: Wish, _rows: list[RefundRow]) -> bool:
    ours = (one for one in watch.view.orders if one.order_id == wish.order.order_id)
    return not any(one.cancelled_at for one in ours)


def _a_clerk_may_alone(watch: Watch, wish: Wish, _rows: list[RefundRow]) -> bool:
    limit = watch.world.approval_above_fen
    return limit is None or (wish.amount or wish.order.amount).fen <= limit


def _few_came_to_nothing(_watch: Watch, _wish: Wish, rows: list[RefundRow]) -> bool:
    return _in_vain(rows) < IN_SIGHT


def _in_vain(rows: list[RefundRow]) -> int:
    """How many numbers in a row up to the last one came to nothing."""
    last = max((place_of(row.refund_id) for row in rows), default=0)
    taken = [place_of(row.refund_id) for row in rows if row.state not in ("CLOSED", "CANCELLED")]
    return last - max(taken, default=0)


def a_wish_gets_what_it_asked_for(watch: Watch, receipt: Receipt, wish: Wish | None) -> str:
    row = _row(watch, receipt.refund_id or "")
    if wish is None or row is None:
        return ""
    same = row.order_id == wish.order.order_id and (wish.amount is None or row.amount_fen == wish.amount.fen)
    return "" if same and row.reason == wish.name else f"{wish.name} got {row.refund_id} of {row.reason}"


def no_old_code_opens_a_refund(watch: Watch, receipt: Receipt, wish: Wish | None) -> str:
    if wish is None or not wish.digits or not watch.clocks_agree or receipt.refund_id is None:
        return ""
    made = watch.database.execute(
        "SELECT (julianday(created_at) - julianday(?)) * 86400 FROM refunds WHERE refund_id = ?",
        (watch.first_shown[wish.digits].strftime("%Y-%m-%dT%H:%M:%S.%fZ"), receipt.refund_id),
    ).fetchone()[0]
    return f"{receipt.refund_id} after {made:.0f} s" if made > CODE_AGE.total_seconds() + 0.5 else ""


def _may_have_arrived(journey: Journey) -> bool:
    return journey.answer is None or journey.answer.outcome not in (Outcome.NOT_SENT, Outcome.HELD)


def _last_code_written(watch: Watch, refund: Refund) -> str:
    """What the ledger holds of the trip before the one that leaves; a death or a full disk loses it."""
    query = "SELECT code FROM attempts WHERE refund_id = ? ORDER BY attempt_id DESC LIMIT 1 OFFSET 1"
    before = watch.database.execute(query, (refund.refund_id,)).fetchone()
    return (before[0] or "") if before else ""


def _row(watch: Watch, number: str) -> RefundRow | None:
    return next((row for row in watch.view.refunds if row.refund_id == number), None)


_WITHOUT_CAUSE: Final[dict[str, Callable[[Watch, Wish, list[RefundRow]], bool]]] = {
    "refund_in_flight": _nothing_is_in_flight,
    "amount_over_remaining": _enough_remains,
    "order_frozen": _nothing_froze_it,
    "too_many_in_vain": _few_came_to_nothing,
    "order_cancelled": _nobody_cancelled_it,
    "needs_approval": _a_clerk_may_alone,
}

DEPARTURES: Final[dict[str, Departure]] = (
    {
        rule.__name__: rule
        for rule in (
            no_network_inside_a_transaction,
            a_trip_is_on_disk_before_it_leaves,
            what_is_sent_is_what_was_written,
            an_unknown_is_asked_about_before_it_is_sent_again,
            an_ended_refund_is_not_sent,
            two_do_not_work_on_one_refund,
            two_refunds_of_one_order_keep_their_distance,
            a_worker_asks_no_sooner_than_the_wallet_wants,
            no_loop_runs_hot,
        )
    }
    | PAUSED
    | APPROVED
)

RECEIPTS: Final[dict[str, Told]] = {
    rule.__name__: rule
    for rule in (
        a_clerk_is_told_the_truth,
        a_refused_wish_leaves_nothing,
        a_refusal_has_its_cause,
        a_wish_gets_what_it_asked_for,
        no_old_code_opens_a_refund,
    )
}
