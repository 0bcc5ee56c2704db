"""From a seed to a history: who does what in which order.

Every event carries a seed of its own, so that leaving one out changes nothing about the others: that is what
lets a failing history be shrunk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Final

from tests.simulation.world import PLOT_ONE_IN, Theme, World, world_of


class Kind(StrEnum):
    """What can happen between two looks at the invariants."""

    WISH = "wish"  # a clerk asks for a refund
    REPEAT = "repeat"  # somebody asks for the same again, at this or another counter
    INSIST = "insist"  # a clerk wishes for refunds of one order until something comes of one
    GRUDGE = "grudge"  # from now on the wallets refuse most refunds
    REST = "rest"  # a clerk asks for all that remains of an order
    QUEUE = "queue"  # a wish is written down, and its process dies before it is sent
    FALL = "fall"  # a worker's process dies when the wallet has answered
    WITHDRAW = "withdraw"  # a supervisor withdraws what was never sent
    RELEASE = "release"  # a supervisor lets go on what is held
    AHEAD = "ahead"  # a counter's clock runs ahead
    LOOK = "look"  # a clerk presses "ask now"
    WORK = "work"  # a worker makes its round
    WAIT = "wait"  # time passes
    TOP_UP = "top up"  # the merchant's account is short, or filled again
    JUMP = "jump"  # one counter's clock is set wrong, or right again
    BACKUP = "backup"  # the ledger is copied
    RESTORE = "restore"  # the copy is put in the ledger's place, and every process starts anew
    RECOVER = "recover"  # somebody has the wallets asked for every number that the orders can have
    HOLD = "hold"  # a supervisor puts an order on hold
    LIFT = "lift"  # a supervisor lifts a hold
    ASK = "ask"  # customers want some of every order back, and all that waits for a second person
    APPROVE = "approve"  # somebody approves a refund that waits
    DECLINE = "decline"  # a supervisor declines one
    TAKE_BACK = "take back"  # a clerk withdraws his own
    RIVALS = "rivals"  # two people at two counters decide about the same one
    LEAF = "leaf"  # a supervisor looks through the queue
    ROUND = "round"  # he approves at once what he saw there
    SPEAK = "speak"  # somebody agrees at the till, and the process dies before the refund is written
    LEAN = "lean"  # a clerk leans on a word given before
    CHANGE = "change"  # something happens to an order for which a refund may wait
    PERSON = "person"  # a supervisor decides: release, close, cancel, pay another way, thaw


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens. `inner` happens while this event waits for a wallet."""

    kind: Kind
    actor: int
    seed: int
    inner: tuple[Event, ...] = ()

    @property
    def size(self) -> int:
        return 1 + sum(event.size for event in self.inner)


EVENTS_MIN: Final = 4
EVENTS_MAX: Final = 20
# Of the worlds that are not calm, one in so many is played with holds.
HOLDS_ONE_IN: Final = 4

_WITHDRAWN: Final = (
    Kind.QUEUE,
    Kind.BACKUP,
    Kind.WITHDRAW,
    Kind.REST,
    Kind.RESTORE,
    Kind.WORK,
)
# What the copy has lost, or holds and should not.
_PLOTS: Final = (
    # Ten refunds in a row, nearly all refused.
    (Kind.GRUDGE, Kind.BACKUP, Kind.INSIST, Kind.RESTORE, Kind.RECOVER),
    # The copy was made right before a send whose process died.
    (Kind.QUEUE, Kind.BACKUP, Kind.FALL, Kind.RESTORE, Kind.WITHDRAW),
    # The copy holds what was withdrawn since, and lacks what took its place; a person lets it go on.
    (*_WITHDRAWN, Kind.RELEASE, Kind.WORK, Kind.WORK),
    (*_WITHDRAWN, Kind.RECOVER, Kind.RELEASE, Kind.WORK, Kind.WORK),
)
# A second copy, noticed by a right clock after orders were looked up by one that ran ahead.
_CLOCK_PLOT: Final = (
    *(Kind.AHEAD, Kind.BACKUP, Kind.WISH, Kind.RESTORE, Kind.RECOVER),
    *(Kind.BACKUP, Kind.REST, Kind.RESTORE, Kind.QUEUE, Kind.WORK, Kind.WORK),
)
# What a copy older than a hold has never sent, a person lets go on; then its order is put on hold again.
_HOLD_PLOT: Final = (
    *(Kind.QUEUE, Kind.BACKUP, Kind.HOLD, Kind.RESTORE),
    *(Kind.RECOVER, Kind.RELEASE, Kind.HOLD, Kind.WORK),
)

# What people do about refunds that need a second person, in shops that know their staff.
_OF_APPROVALS: Final = (
    (Kind.APPROVE, Kind.WORK),
    (Kind.APPROVE, Kind.WORK),
    (Kind.RIVALS, Kind.WORK),
    (Kind.DECLINE, Kind.WORK, Kind.WORK),
    (Kind.TAKE_BACK, Kind.WORK),
    (Kind.LEAF, Kind.CHANGE, Kind.ROUND),
    (Kind.ASK, Kind.CHANGE, Kind.APPROVE, Kind.WORK),
    (Kind.WISH, Kind.WISH, Kind.ROUND, Kind.WORK),
    (Kind.SPEAK, Kind.LEAN, Kind.WORK, Kind.LEAN, Kind.WORK),
    (Kind.SPEAK, Kind.CHANGE, Kind.LEAN),
    (Kind.SPEAK, Kind.WAIT, Kind.LEAN),
)
# A refund stands before a supervisor's eyes that an old copy does not know; its number is given away anew.
_ROUND_PLOT: Final = (
    *(Kind.BACKUP, Kind.ASK, Kind.LEAF, Kind.RESTORE, Kind.RECOVER),
    *(Kind.ASK, Kind.ROUND, Kind.WORK),
)

# How often each kind of event is drawn, by theme.
_WEIGHTS: Final[Mapping[Theme, Mapping[Kind, int]]] = {
    Theme.SHOP: {
        Kind.WISH: 22,
        Kind.REPEAT: 8,
        Kind.LOOK: 8,
        Kind.WORK: 32,
        Kind.WAIT: 26,
        Kind.TOP_UP: 2,
        Kind.JUMP: 4,
        Kind.PERSON: 6,
    },
    Theme.PEOPLE: {
        Kind.WISH: 16,
        Kind.REPEAT: 4,
        Kind.LOOK: 4,
        Kind.WORK: 30,
        Kind.WAIT: 22,
        Kind.TOP_UP: 5,
        Kind.JUMP: 2,
        Kind.PERSON: 32,
    },
    Theme.OLD_COPY: {
        Kind.WISH: 26,
        Kind.REPEAT: 6,
        Kind.LOOK: 4,
        Kind.WORK: 28,
        Kind.WAIT: 20,
        Kind.TOP_UP: 2,
        Kind.JUMP: 2,
        Kind.BACKUP: 4,
        Kind.RESTORE: 2,
        Kind.RECOVER: 8,
        Kind.PERSON: 10,
    },
}


def history_of(seed: int) -> tuple[Event, ...]:
    """The events of a seed. Holds and approvals have dice of their own: the others are the same without."""
    world, dice = world_of(seed), Random(f"holds {seed}")
    events = list(_happenings(seed, world))
    if not world.is_calm and not dice.randrange(HOLDS_ONE_IN):
        # What a dead process left unsent is what a hold keeps back; a few are never lifted.
        _strew(events, dice, world, (Kind.QUEUE, Kind.HOLD, Kind.WORK))
        _strew(events, dice, world, (Kind.HOLD, Kind.LIFT, Kind.WORK)[: dice.randint(0, 3)])
        _strew(events, dice, world, (Kind.LIFT,) * dice.randint(0, 2))
        # Where another plot is played, this one would be in its way.
        if world.theme is Theme.OLD_COPY and seed % PLOT_ONE_IN:
            events[:0] = _of_plot(dice, world, _HOLD_PLOT)
    if world.approval_above_fen is not None:
        _approve(events, Random(f"approvals {seed}"), world)
    return tuple(events)


def _approve(events: list[Event], dice: Random, world: World) -> None:
    """Let people approve, decline and change things, first of all and instead of half of the rest."""
    if world.theme is not Theme.OLD_COPY:
        del events[(len(events) + 1) // 2 :]
    for _ in range(dice.randint(2, 4)):
        _strew(events, dice, world, dice.choice(_OF_APPROVALS))
    # Nothing has happened to any order yet: most of what is asked for now may wait.
    first = dice.choice(_OF_APPROVALS)
    script = first if first[0] is Kind.SPEAK else (Kind.ASK, *first)
    events[:0] = [replace(_event(dice, world, 0, kind), inner=()) for kind in script]
    if world.theme is Theme.OLD_COPY and dice.random() < 0.5:
        events[:0] = _of_plot(dice, world, _ROUND_PLOT)


def _strew(events: list[Event], dice: Random, world: World, kinds: tuple[Kind, ...]) -> None:
    """Let something happen somewhere after the first wish, now and then during another event."""
    place = dice.randint(1, len(events))
    more = [replace(_event(dice, world, 0, kind), inner=()) for kind in kinds]
    if dice.random() < 0.3:
        event = events[place - 1]
        events[place - 1] = replace(event, inner=(*event.inner, *more))
    else:
        events[place:place] = more


def _happenings(seed: int, world: World) -> tuple[Event, ...]:
    dice = Random(f"history {seed}")
    first = _event(dice, world, 0, Kind.WISH)
    if world.theme is Theme.OLD_COPY:
        plot = _CLOCK_PLOT if world.jumps else dice.choice(_PLOTS)
        around = _around_a_copy(dice, world) if seed % PLOT_ONE_IN else _of_plot(dice, world, plot)
        return (first, *around)
    rest = _events(dice, world, EVENTS_MIN, EVENTS_MAX)
    if world.theme is Theme.PEOPLE and dice.random() < 0.5:
        return (_event(dice, world, 0, Kind.TOP_UP), first, *rest)
    return (first, *rest)


def _around_a_copy(dice: Random, world: World) -> Iterator[Event]:
    """A copy is made, the shop goes on, and the copy is put in the ledger's place."""

    def script(*kinds: Kind) -> Iterator[Event]:
        return (_event(dice, world, 0, kind) for kind in kinds)

    yield from _events(dice, world, 0, 4)
    if dice.random() < 0.5:
        # The second waits for the wallet's spacing: the copy holds it as never sent.
        yield from script(Kind.WISH, Kind.WISH)
    yield from script(Kind.BACKUP)
    yield from _events(dice, world, 0, 4)
    for _ in range(dice.randint(1, 3)):
        yield from script(Kind.WISH, Kind.WAIT, Kind.WORK)
    yield from script(Kind.RESTORE)
    if dice.random() < 0.5:
        yield from script(Kind.PERSON)
    yield from _events(dice, world, 2, 7)


def _of_plot(dice: Random, world: World, plot: tuple[Kind, ...]) -> Iterator[Event]:
    """What chance alone plays once in ten thousand histories: all of it at one counter."""
    actor = dice.randrange(world.counters)
    for kind in plot:
        yield replace(_event(dice, world, 0, kind), actor=actor)
    yield from _events(dice, world, 0, 4)


def _events(dice: Random, world: World, least: int, most: int) -> Iterator[Event]:
    return (_event(dice, world, 0) for _ in range(dice.randint(least, most)))


def _event(dice: Random, world: World, depth: int, kind: Kind | None = None) -> Event:
    """One event, of a kind that is drawn unless it is given."""
    weights = _WEIGHTS[world.theme]
    [drawn] = dice.choices(tuple(weights), tuple(weights.values()))
    return Event(
        kind or drawn, dice.randrange(world.counters), dice.getrandbits(32), _inner(dice, world, depth)
    )


def _inner(dice: Random, world: World, depth: int) -> tuple[Event, ...]:
    """What happens elsewhere during a slow trip."""
    if depth >= 2 or dice.random() >= world.slow:
        return ()
    return tuple(_event(dice, world, depth + 1) for _ in range(dice.randint(1, 4)))
