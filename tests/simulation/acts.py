"""What people and workers do at a counter, one function for each kind of event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Final

from scanrefund.aftercare.receipt import Receipt
from scanrefund.ledger.by_hand import Hand
from scanrefund.model.money import Money
from scanrefund.model.payment_code import PaymentCode
from scanrefund.model.shown import Kind as ShownKind
from scanrefund.model.shown import Reading, Shown, Source
from scanrefund.model.wallet import Wallet
from scanrefund.wish import RefundRequest
from tests.simulation.counter import Counter
from tests.simulation.history import Act, History
from tests.simulation.plan import Kind
from tests.simulation.roads import Road, at_the_till, road_of
from tests.simulation.stage import DiesBefore
from tests.simulation.watch import AtTheTill, Wish

Decide = Callable[[str, Hand], Receipt]

_WAITS_S: Final = (1.0, 4.0, 4.0, 12.0, 12.0, 35.0, 70.0, 70.0, 600.0, 3_700.0, 90_000.0)
# Longer than any wallet's spacing.
_SPACING_S: Final = 61.0
# Twice as many refunds of one order as may come to nothing in a row, and time for each to end.
_TRIES: Final = 10
_ROUNDS: Final = 3
_REFUSED_OFTEN: Final = 0.8
_JUMPS_S: Final = (0.0, 0.0, -90.0, 90.0, -7_000.0, 7_000.0, -31_000_000.0, 31_000_000.0)


def wish(history: History, counter: Counter, dice: Random) -> None:
    """A customer wants money back."""
    order = dice.choice(history.orders)
    left = max(order.amount.fen - history.watch.view.live_fen(order.order_id), 1)
    part = Money(dice.randint(1, max(left // 2, 1)))
    amount = dice.choice((part, part, part, None, Money(left), Money(order.amount.fen)))
    digits = _code(history, order.wallet, dice) if dice.random() < 0.6 else ""
    number = len(history.wishes)
    # Without a number of its own, a wish is its order, amount and code: the same three are the same wish.
    new_code = bool(digits) and all(one.digits != digits for one in history.wishes)
    request_id = "" if new_code and dice.random() < 0.4 else f"request-{number}"
    made = Wish(f"wish-{number}", order, amount, digits, request_id)
    history.wishes.append(made)
    ask_desk(history, counter, made, road_of(counter, dice))


def insist(history: History, counter: Counter, _dice: Random) -> None:
    """A clerk tries the first order again and again, each time when the last refund may have ended."""
    for _ in range(_TRIES):
        _wish_of_first(history, counter, Money(1))
        for _ in range(_ROUNDS):
            counter.worker.run_once()
            history.forward(_SPACING_S)


def grudge(history: History, _counter: Counter, _dice: Random) -> None:
    """From now on the wallets refuse most refunds."""
    history.truth.refused_rate = _REFUSED_OFTEN


def rest(history: History, counter: Counter, _dice: Random) -> None:
    """A clerk asks for all that remains of the first order, when the wallet's spacing is over."""
    history.forward(_SPACING_S)
    _wish_of_first(history, counter, None)


def queue(history: History, counter: Counter, _dice: Random) -> None:
    """Half of what remains of the first order is wished for; the process dies before the trip."""
    order = history.orders[0]
    left = order.amount.fen - history.watch.view.live_fen(order.order_id)
    with history.stage.troubled(DiesBefore("UPDATE refunds")):
        _wish_of_first(history, counter, Money(max(left // 2, 1)))


def fall(history: History, counter: Counter, _dice: Random) -> None:
    """A worker's process dies when the wallet has answered and nothing of it is written down."""
    with history.stage.troubled(DiesBefore("UPDATE attempts")):
        counter.worker.run_once()


def withdraw(history: History, counter: Counter, _dice: Random) -> None:
    """A supervisor withdraws what was never sent."""
    for row in history.view().refunds:
        if row.state == "READY":
            history.watch.shown(counter.supervisor.cancel(row.refund_id, counter.hand), history.now)


def release(history: History, counter: Counter, _dice: Random) -> None:
    """A supervisor lets go on what is held."""
    for row in history.view().refunds:
        if row.state == "HELD":
            history.watch.shown(counter.supervisor.release(row.refund_id, counter.hand), history.now)


def hold(history: History, counter: Counter, dice: Random) -> None:
    """Somebody puts an order on hold, by its number or by that of a refund of any state."""
    never_sent = [row.refund_id for row in history.view().refunds if row.state == "READY"]
    anything = [order.order_id for order in history.orders] + [r.refund_id for r in history.view().refunds]
    counter.holds.put(dice.choice(never_sent or anything), counter.hand.by, counter.hand.why)


def lift(history: History, counter: Counter, dice: Random) -> None:
    """A supervisor lifts a hold: lets its refund go on, or the whole order."""
    for one in counter.holds.listed():
        if one.refund_id and dice.random() < 0.5:
            history.watch.shown(counter.supervisor.release(one.refund_id, counter.hand), history.now)
        else:
            counter.supervisor.thaw(one.order_id, counter.hand)


def ahead(history: History, counter: Counter, _dice: Random) -> None:
    """A counter's clock runs ahead, where clocks are set wrong at all."""
    if history.world.jumps:
        counter.skew = timedelta(seconds=max(_JUMPS_S))


def repeat(history: History, counter: Counter, dice: Random) -> None:
    """Somebody asks for the same again, here or at another counter; now and then with a slip."""
    if not history.wishes:
        return
    again = dice.choice(history.wishes)
    if dice.random() < 0.1:
        other = Money(dice.randint(1, again.order.amount.fen))
        if other != again.amount:
            history.watch.slips.add(again.name)
        again = replace(again, amount=other)
    ask_desk(history, counter, again, road_of(counter, dice))


def look(history: History, counter: Counter, dice: Random) -> None:
    """A clerk presses "ask now" on any refund, ended ones too."""
    rows = history.view().refunds
    if rows:
        number = rows[dice.randrange(len(rows))].refund_id
        history.watch.shown(counter.desk.status(number, ask=True), history.now)


def work(_history: History, counter: Counter, _dice: Random) -> None:
    """A worker's round."""
    counter.worker.run_once()


def wait(history: History, _counter: Counter, dice: Random) -> None:
    """Time passes."""
    history.forward(dice.choice(_WAITS_S))


def top_up(history: History, _counter: Counter, _dice: Random) -> None:
    """The merchant's account runs short, or is filled again."""
    history.truth.is_short = not history.truth.is_short and history.world.short > 0


def jump(history: History, counter: Counter, dice: Random) -> None:
    """A counter's clock is set wrong, or right again."""
    if history.world.jumps:
        counter.skew = timedelta(seconds=dice.choice(_JUMPS_S))


def backup(history: History, _counter: Counter, _dice: Random) -> None:
    """The ledger is copied, unless it is in the middle of something."""
    if not history.stage.database.in_transaction:
        history.backup = history.stage.copy()


def restore(history: History, _counter: Counter, _dice: Random) -> None:
    """An old copy takes the ledger's place."""
    history.restore()


def recover(_history: History, counter: Counter, _dice: Random) -> None:
    """Somebody has every uncertain order looked up."""
    for _looked_up in counter.recovery.all():
        pass


def person(history: History, counter: Counter, dice: Random) -> None:
    """A supervisor tries to decide about any refund or order; the rules must stop what is not safe."""
    rows = history.view().refunds
    if not rows:
        return
    at = counter.supervisor
    fitting: dict[str, tuple[Decide, ...]] = {
        "READY": (at.cancel,),
        "HELD": (at.release, at.release, at.close),
        "CLOSED": (at.pay_other_way,),
        "RETURNED_TO_MERCHANT": (at.pay_other_way,),
    }
    # Mostly what a supervisor is for, often what must not be.
    waiting = [row for row in rows if row.state in fitting]
    row = dice.choice(waiting if waiting and dice.random() < 0.7 else rows)
    anything = (at.release, at.close, at.cancel, at.pay_other_way)
    act = dice.choice(fitting.get(row.state, anything) if dice.random() < 0.7 else anything)
    history.note(f"{counter.name}: {act.__name__} …{row.refund_id[-7:]}, which is {row.state}")
    if dice.random() < 0.1:
        at.thaw(row.order_id, counter.hand)
    else:
        history.watch.shown(act(row.refund_id, counter.hand), history.now)


def _wish_of_first(history: History, counter: Counter, amount: Money | None) -> None:
    number = len(history.wishes)
    made = Wish(f"wish-{number}", history.orders[0], amount, "", f"request-{number}")
    history.wishes.append(made)
    ask_desk(history, counter, made, at_the_till(counter))


def ask_desk(history: History, counter: Counter, made: Wish, road: Road) -> None:
    """Somebody asks the desk for a refund, with whoever stands by."""
    reading = None
    if made.digits:
        shown = Shown(ShownKind.PAYMENT_CODE, made.order.wallet, code=PaymentCode(made.digits))
        reading = Reading(shown, Source.SCANNER, counter.now())
    asked_at = history.now
    request = RefundRequest(made.order.order_id, made.amount, made.name, reading, made.request_id)
    if road.clerk:
        request = _on_its_road(history, counter, road, request)
        history.frames[-1].at_the_till = AtTheTill(road.second, road.clerk, made) if road.second else None
    receipt = counter.desk.refund(request)
    history.note(f"{counter.name}: {made.name} of {made.amount or 'all'} → {receipt.state or receipt.reason}")
    history.watch.told(made, receipt, asked_at, history.now)


def _on_its_road(history: History, counter: Counter, road: Road, request: RefundRequest) -> RefundRequest:
    """The wish with its people. Whoever agrees has just been believed at this counter's door."""
    history.watch.words.asks(request.reason, road.clerk)
    second = counter.staff.find(road.second) if road.second else None
    return replace(request, clerk=road.clerk, approval=second, queue=road.queue)


def _code(history: History, wallet: Wallet, dice: Random) -> str:
    """A fresh code, or now and then one that was shown before."""
    shown = [one.digits for one in history.wishes if one.digits and one.order.wallet is wallet]
    if shown and dice.random() < 0.15:
        return dice.choice(shown)
    prefix = "13" if wallet is Wallet.WECHAT else "28"
    return prefix + "".join(dice.choices("0123456789", k=16))


ACTS: Final[Mapping[Kind, Act]] = {
    Kind.WISH: wish,
    Kind.INSIST: insist,
    Kind.GRUDGE: grudge,
    Kind.REST: rest,
    Kind.QUEUE: queue,
    Kind.FALL: fall,
    Kind.WITHDRAW: withdraw,
    Kind.RELEASE: release,
    Kind.AHEAD: ahead,
    Kind.HOLD: hold,
    Kind.LIFT: lift,
    Kind.REPEAT: repeat,
    Kind.LOOK: look,
    Kind.WORK: work,
    Kind.WAIT: wait,
    Kind.TOP_UP: top_up,
    Kind.JUMP: jump,
    Kind.BACKUP: backup,
    Kind.RESTORE: restore,
    Kind.RECOVER: recover,
    Kind.PERSON: person,
}
