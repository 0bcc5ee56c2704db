"""What people do about refunds that need a second person, one function for each kind of event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Final

from scanrefund.approval_desk import Wanted
from scanrefund.ledger.by_hand import Hand
from scanrefund.model.money import Money
from scanrefund.model.order import Order
from scanrefund.model.refund import Refund
from scanrefund.reversal_desk import Present
from tests.simulation.acts import ask_desk
from tests.simulation.counter import Counter
from tests.simulation.crew import secret
from tests.simulation.history import Act, History
from tests.simulation.plan import Kind
from tests.simulation.roads import Road, at_the_till, to_wait
from tests.simulation.stage import DiesBefore
from tests.simulation.view import RefundRow
from tests.simulation.watch import Wish

_WHY: Final = "no goods"


def ask(history: History, counter: Counter, dice: Random) -> None:
    """Customers want some of every order back; the clerk lets all that wait."""
    for order in history.orders:
        ask_desk(history, counter, _some_of(history, order, dice), to_wait(counter))


def approve(history: History, counter: Counter, dice: Random) -> None:
    """Somebody approves what waits; now and then its own clerk tries to, or somebody who may not."""
    row, shift = _one_that_waits(history, dice), counter.shift
    if row is None or shift is None:
        return
    _approve(
        history, counter, row, dice.choice((*(shift.supervisor,) * 5, row.clerk, row.clerk, shift.clerk))
    )


def decline(history: History, counter: Counter, dice: Random) -> None:
    """A supervisor declines what waits."""
    row, shift = _one_that_waits(history, dice), counter.shift
    if row is not None and shift is not None:
        _decline(history, counter, row, shift.supervisor)


def take_back(history: History, counter: Counter, dice: Random) -> None:
    """A clerk withdraws his own wish, or tries to withdraw another's."""
    row, shift = _one_that_waits(history, dice), counter.shift
    if row is not None and shift is not None:
        _decline(history, counter, row, dice.choice((row.clerk, row.clerk, shift.clerk)))


def rivals(history: History, counter: Counter, dice: Random) -> None:
    """Two people at two counters decide about the same refund, which both have before their eyes."""
    row, other = _one_that_waits(history, dice), dice.choice(history.counters)
    if row is None or counter.shift is None or other.shift is None:
        return
    one, two = dice.sample((_approve, _approve, _decline), 2)
    here, there = counter.shift.supervisor, other.shift.supervisor
    history.at(counter, lambda at: one(history, at, row, here))
    with history.stage.troubled(None):
        history.at(other, lambda at: two(history, at, row, there))


def leaf(history: History, counter: Counter, _dice: Random) -> None:
    """A supervisor has the queue shown to him, and thinks."""
    if counter.shift is not None:
        counter.screen = [(one.refund_id, one.amount.fen) for one in counter.staff.waiting()]


def round_(history: History, counter: Counter, dice: Random) -> None:
    """A supervisor approves at once what he has before his eyes, however long ago it was shown."""
    if counter.shift is None:
        return
    if not counter.screen:
        leaf(history, counter, dice)
    if not counter.screen:
        return
    marked, counter.screen, by = counter.screen, [], counter.shift.supervisor
    rows = {row.refund_id: row for row in history.view().refunds}
    for number, amount_fen in marked:
        if number in rows:
            history.watch.words.approves(by, rows[number], amount_fen, history.view(), history.now)
    wanted = [Wanted(number, Money(amount_fen)) for number, amount_fen in marked]
    total = Money(sum(amount_fen for _number, amount_fen in marked))
    for one in counter.approvals.approve(wanted, total, by, secret(by)):
        history.note(f"{counter.name}: {by} approves …{one.wanted.refund_id[-7:]} → {one.end!s:.60}")
        if isinstance(one.end, Refund):
            history.watch.shown(counter.approvals.send(one.end), history.now)


def speak(history: History, counter: Counter, dice: Random) -> None:
    """At the till a supervisor has agreed to a wish; the process dies before its refund is written down."""
    made = _some_of(history, history.orders[0], dice)
    counter.spoken.append(made)
    with history.stage.troubled(DiesBefore("INSERT INTO refunds")):
        ask_desk(history, counter, made, at_the_till(counter))


def lean(history: History, counter: Counter, dice: Random) -> None:
    """A clerk leans on a word that was given before: for the same wish, or for another one."""
    spoken = _spoken(history)
    if not spoken or counter.shift is None:
        return
    made = spoken[-1]
    clerk = min(history.watch.words.askers[made.name])
    draw = dice.randrange(4)
    if draw == 0:
        history.watch.slips.add(made.name)
        made = replace(made, amount=Money(dice.randint(1, made.order.amount.fen)))
    elif draw == 1:
        made = _new_wish(history, made.order, made.amount)
    ask_desk(history, counter, made, Road(dice.choice((clerk, clerk, clerk, counter.shift.clerk))))


def change(history: History, counter: Counter, dice: Random) -> None:
    """Something happens to an order for which a refund may wait."""
    if counter.shift is None:
        return
    waits = [row.order_id for row in history.view().refunds if row.state == "WAIT_APPROVAL"]
    about = waits + [made.order.order_id for made in _spoken(history)]
    order_id = dice.choice(about or [order.order_id for order in history.orders])
    dice.choice((*(_want_back,) * 4, _hold, _cancel, _lower, _pay_cash, _ask_again))(
        history, counter, order_id, dice
    )


def _approve(history: History, counter: Counter, row: RefundRow, by: str) -> None:
    history.note(f"{counter.name}: {by} approves …{row.refund_id[-7:]} of {row.clerk}, which is {row.state}")
    history.watch.words.approves(by, row, row.amount_fen, history.view(), history.now)
    history.watch.shown(counter.staff.approve(row.refund_id, by, secret(by)), history.now)


def _decline(history: History, counter: Counter, row: RefundRow, by: str) -> None:
    history.note(f"{counter.name}: {by} declines …{row.refund_id[-7:]} of {row.clerk}, which is {row.state}")
    receipt = counter.staff.decline(row.refund_id, by, secret(by), _WHY)
    history.watch.words.declined.add(row.name)
    history.watch.shown(receipt, history.now)


def _spoken(history: History) -> list[Wish]:
    return [made for at in history.counters for made in at.spoken]


def _one_that_waits(history: History, dice: Random) -> RefundRow | None:
    """Mostly one that waits, now and then any: whoever decides may be late."""
    rows = [row for row in history.view().refunds if row.clerk]
    waits = [row for row in rows if row.state == "WAIT_APPROVAL"]
    among = waits if waits and dice.random() < 0.9 else rows
    return dice.choice(among) if among else None


def _some_of(history: History, order: Order, dice: Random) -> Wish:
    left = order.amount.fen - history.view().live_fen(order.order_id)
    return _new_wish(history, order, Money(dice.randint(max(left // 8, 1), max(left // 2, 1))))


def _new_wish(history: History, order: Order, amount: Money | None) -> Wish:
    number = len(history.wishes)
    made = Wish(f"wish-{number}", order, amount, "", f"request-{number}")
    history.wishes.append(made)
    return made


def _hold(_history: History, counter: Counter, order_id: str, _dice: Random) -> None:
    counter.holds.put(order_id, counter.hand.by, counter.hand.why)


def _want_back(_history: History, counter: Counter, order_id: str, _dice: Random) -> None:
    counter.reversals.release(order_id, counter.hand)


def _cancel(history: History, counter: Counter, order_id: str, _dice: Random) -> None:
    hand, present = _reversing(history, counter)
    done = counter.reversals.cancel(order_id, hand, present)
    if done.receipt is not None:
        history.watch.shown(done.receipt, history.now)


def _lower(history: History, counter: Counter, order_id: str, dice: Random) -> None:
    order = history.watch.orders[order_id]
    cost = counter.reversals.cost(order)
    lower = Money(dice.randint(1, cost.fen))
    hand, present = _reversing(history, counter)
    done = counter.reversals.adjust(order_id, cost, lower, hand, present)
    if done.receipt is not None:
        history.watch.shown(done.receipt, history.now)


def _pay_cash(history: History, counter: Counter, order_id: str, _dice: Random) -> None:
    for row in history.view().refunds:
        if row.order_id == order_id and row.state in ("CLOSED", "RETURNED_TO_MERCHANT"):
            history.watch.shown(counter.supervisor.pay_other_way(row.refund_id, counter.hand), history.now)


def _ask_again(history: History, counter: Counter, order_id: str, _dice: Random) -> None:
    """What has ended is asked about: the wallet may know better by now."""
    for row in history.view().refunds:
        if row.order_id == order_id and not row.is_open and not row.is_found:
            history.watch.shown(counter.desk.status(row.refund_id, ask=True), history.now)


def _reversing(history: History, counter: Counter) -> tuple[Hand, Present]:
    """A supervisor decides about an order; the refund it becomes is the clerk's wish, and may wait."""
    road, words = to_wait(counter), history.watch.words
    # A name that nobody has asked by, as it travels in the refund's reason.
    name = f"change-{len(words.askers)}"
    words.asks(name, road.clerk)
    return Hand(counter.hand.by, name), Present(clerk=road.clerk, queue=True)


APPROVING: Final[Mapping[Kind, Act]] = {
    Kind.ASK: ask,
    Kind.APPROVE: approve,
    Kind.DECLINE: decline,
    Kind.TAKE_BACK: take_back,
    Kind.RIVALS: rivals,
    Kind.LEAF: leaf,
    Kind.ROUND: round_,
    Kind.SPEAK: speak,
    Kind.LEAN: lean,
    Kind.CHANGE: change,
}
