"""From a seed to a history: who does what in which order, and how evil this world is.

Every event carries a seed of its own, so that leaving one out changes nothing about the others: that is what
lets a failing history be shrunk.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final


class Kind(StrEnum):
    """What can happen between two looks at the invariants."""

    WISH = "wish"  # a clerk asks for a refund
    REPEAT = "repeat"  # somebody asks for the same again, at this or another counter
    LOOK = "look"  # a clerk presses "ask now"
    WORK = "work"  # a worker makes its round
    WAIT = "wait"  # time passes
    TOP_UP = "top up"  # the merchant's account is short, or filled again
    JUMP = "jump"  # one counter's clock is set wrong, or right again
    BACKUP = "backup"  # the ledger is copied
    RESTORE = "restore"  # the copy is put in the ledger's place, and every process starts anew
    RECOVER = "recover"  # somebody has the wallets asked for every number that the orders can have
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


@dataclass(frozen=True, slots=True)
class World:
    """How one history's world is made. Rates are probabilities per trip, zero to one.

    `lag_s` is how long a wallet's query may not yet show what it took. `late_s` is how late a request may
    arrive after its sender gave up.
    """

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
    restores: bool

    @property
    def is_calm(self) -> bool:
        """Nothing goes wrong here: every refund that the rules let go must simply succeed."""
        faults = (self.not_sent, self.lost, self.late, self.reply_lost, self.repeated, self.refused)
        return not any(
            (*faults, self.short, self.crash, self.trouble, self.unsigned, self.jumps, self.restores)
        )


EVENTS_MIN: Final = 4
EVENTS_MAX: Final = 20
# One world in twelve is calm: safety alone would let a program pass that never pays.
CALM_ONE_IN: Final = 12

_OLD_COPIES: Final = (Kind.BACKUP, Kind.RESTORE, Kind.RECOVER)
_KINDS: Final = (
    Kind.WISH,
    Kind.REPEAT,
    Kind.LOOK,
    Kind.WORK,
    Kind.WAIT,
    Kind.TOP_UP,
    Kind.JUMP,
    Kind.PERSON,
    *_OLD_COPIES,
)
_WEIGHTS: Final = (22, 8, 8, 32, 26, 2, 4, 8, 0, 0, 0)
# One world in six sees its ledger replaced by an old copy.
_RESTORING: Final = (*_WEIGHTS[:-3], 8, 8, 5)


def world_of(seed: int) -> World:
    """The world of a seed. Each fault is off in about half of the worlds, so that the others show."""
    dice = Random(f"world {seed}")
    calm = dice.randrange(CALM_ONE_IN) == 0

    def rate(highest: float) -> float:
        level = dice.choice((0.0, 0.0, 0.3, 1.0)) * highest
        return 0.0 if calm else level

    return World(
        counters=dice.randint(2, 5),
        orders=dice.choice((1, 1, 2, 3)),
        not_sent=rate(0.3),
        lost=rate(0.4),
        late=rate(0.4),
        reply_lost=rate(0.4),
        repeated=rate(0.3),
        slow=rate(0.6),
        refused=rate(0.4),
        short=rate(0.3),
        crash=rate(0.3),
        trouble=rate(0.3),
        unsigned=rate(0.2),
        lag_s=0 if calm else dice.choice((0, 5, 60)),
        late_s=dice.choice((5, 60, 300)),
        skew_s=0 if calm else dice.choice((0, 0, 2, 240)),
        jumps=not calm and dice.randrange(5) == 0,
        restores=not calm and dice.randrange(6) == 0,
    )


def history_of(seed: int) -> tuple[Event, ...]:
    """The events of a seed."""
    dice = Random(f"history {seed}")
    world = world_of(seed)
    first = Event(Kind.WISH, dice.randrange(world.counters), dice.getrandbits(32), _inner(dice, world, 0))
    rest = [_event(dice, world, 0) for _ in range(dice.randint(EVENTS_MIN, EVENTS_MAX))]
    return (first, *rest)


def _event(dice: Random, world: World, depth: int) -> Event:
    [kind] = dice.choices(_KINDS, _RESTORING if world.restores else _WEIGHTS)
    return Event(kind, dice.randrange(world.counters), dice.getrandbits(32), _inner(dice, world, depth))


def _inner(dice: Random, world: World, depth: int) -> tuple[Event, ...]:
    """What happens elsewhere during a slow trip."""
    if depth >= 2 or dice.random() >= world.slow:
        return ()
    return tuple(_event(dice, world, depth + 1) for _ in range(dice.randint(1, 4)))
