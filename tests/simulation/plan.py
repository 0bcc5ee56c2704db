"""From a seed to a history: who does what in which order, and how evil this world is.

Every event carries a seed of its own, so that leaving one out changes nothing about the others: that is what
lets a failing history be shrunk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Final


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


class Theme(StrEnum):
    """What a history is mostly about, so that rare roads are walked often enough."""

    SHOP = "shop"  # clerks and workers
    PEOPLE = "people"  # much is refused, held or returned, and supervisors decide
    OLD_COPY = "old copy"  # the ledger is replaced by an earlier one


@dataclass(frozen=True, slots=True)
class World:
    """How one history's world is made. Rates are probabilities per trip, zero to one.

    `lag_s` is how long a wallet's query may not yet show what it took. `late_s` is how late a request may
    arrive after its sender gave up. `pause_s` is when a maintenance window begins and ends, in seconds from
    the history's begin.
    """

    theme: Theme
    counters: int
    orders: int
    not_sent: float
    lost: float
    late: float
    reply_lost: float
    repeated: float
    slow: float
    refused: float
    short: float
    crash: float
    trouble: float
    unsigned: float
    lag_s: int
    late_s: int
    skew_s: int
    jumps: bool
    pause_s: tuple[int, int] | None = None

    @property
    def is_calm(self) -> bool:
        """Nothing goes wrong here: every refund that the rules let go must simply succeed."""
        faults = (self.not_sent, self.lost, self.late, self.reply_lost, self.repeated, self.refused)
        others = (self.short, self.crash, self.trouble, self.unsigned, self.jumps)
        return self.theme is Theme.SHOP and not any((*faults, *others))


EVENTS_MIN: Final = 4
EVENTS_MAX: Final = 20
# One world in twelve is calm: safety alone would let a program pass that never pays.
CALM_ONE_IN: Final = 12
# Of the worlds that are not calm, one in so many is played with holds, one with a maintenance window.
HOLDS_ONE_IN, PAUSE_ONE_IN = 4, 6
_PAUSE_BEGINS_S: Final = (-60, 5, 90, 900)
_PAUSE_LASTS_S: Final = (30, 600, 5_400, 30_000)

_WITHDRAWN: Final = (
    Kind.QUEUE,
    Kind.BACKUP,
    Kind.WITHDRAW,
    Kind.REST,
    Kind.RESTORE,
    Kind.WORK,
)
# Every third world of old copies follows a plot: what the copy has lost, or holds and should not.
_PLOT_ONE_IN: Final = 3
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

_THEMES: Final = (Theme.SHOP, Theme.SHOP, Theme.PEOPLE, Theme.OLD_COPY)
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


def world_of(seed: int) -> World:
    """The world of a seed. Its window has dice of its own, so that the rest is the same without it."""
    world, dice = _faults_of(seed), Random(f"pause {seed}")
    if world.is_calm or dice.randrange(PAUSE_ONE_IN):
        return world
    begins_s = dice.choice(_PAUSE_BEGINS_S)
    return replace(world, pause_s=(begins_s, begins_s + dice.choice(_PAUSE_LASTS_S)))


def _faults_of(seed: int) -> World:
    """Each fault is off in about half of the worlds, so that the others show."""
    dice = Random(f"world {seed}")
    calm = dice.randrange(CALM_ONE_IN) == 0
    theme = Theme.SHOP if calm else dice.choice(_THEMES)

    def rate(highest: float) -> float:
        level = dice.choice((0.0, 0.0, 0.3, 1.0)) * highest
        return 0.0 if calm else level

    # Without refusals and a short balance, people have little to decide.
    wary = theme is not Theme.SHOP
    # Half of the plots are played to their end: no process dies but those that must.
    undisturbed = theme is Theme.OLD_COPY and seed % (2 * _PLOT_ONE_IN) == 0
    return World(
        theme=theme,
        counters=dice.randint(2, 5),
        orders=dice.choice((1, 1, 2, 3)),
        not_sent=rate(0.3),
        lost=rate(0.4),
        late=rate(0.4),
        reply_lost=rate(0.4),
        repeated=rate(0.3),
        slow=rate(0.6),
        refused=dice.choice((0.2, 0.6)) if wary and dice.random() < 0.5 else rate(0.4),
        short=0.3 if wary and dice.random() < 0.5 else rate(0.3),
        crash=0.0 if undisturbed else rate(0.3),
        trouble=0.0 if undisturbed else rate(0.3),
        unsigned=rate(0.2),
        lag_s=0 if calm else dice.choice((0, 5, 60)),
        late_s=dice.choice((5, 60, 300)),
        skew_s=0 if calm else dice.choice((0, 0, 2, 240)),
        jumps=not calm and dice.randrange(5) == 0,
    )


def history_of(seed: int) -> tuple[Event, ...]:
    """The events of a seed. Its holds have dice of their own: the other events are the same without them."""
    world, dice = world_of(seed), Random(f"holds {seed}")
    events = list(_happenings(seed, world))
    if not world.is_calm and not dice.randrange(HOLDS_ONE_IN):
        # What a dead process left unsent is what a hold keeps back; a few are never lifted.
        _strew(events, dice, world, (Kind.QUEUE, Kind.HOLD, Kind.WORK))
        _strew(events, dice, world, (Kind.HOLD, Kind.LIFT, Kind.WORK)[: dice.randint(0, 3)])
        _strew(events, dice, world, (Kind.LIFT,) * dice.randint(0, 2))
    return tuple(events)


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
        around = _around_a_copy(dice, world) if seed % _PLOT_ONE_IN else _of_plot(dice, world, plot)
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
