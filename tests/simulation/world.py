"""How evil the world of a seed is: what goes wrong there, how often, and what its history is about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Final


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
    the history's begin. `approval_above_fen` is what a clerk may pay back alone, None without staff.
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
    approval_above_fen: int | None = None

    @property
    def is_calm(self) -> bool:
        """Nothing goes wrong here: every refund that the rules let go must simply succeed."""
        faults = (self.not_sent, self.lost, self.late, self.reply_lost, self.repeated, self.refused)
        others = (self.short, self.crash, self.trouble, self.unsigned, self.jumps)
        return self.theme is Theme.SHOP and not any((*faults, *others))


# One world in twelve is calm: safety alone would let a program pass that never pays.
CALM_ONE_IN: Final = 12
# Of the others, one in so many has a maintenance window.
PAUSE_ONE_IN: Final = 6
# One shop in so many knows its staff.
STAFF_ONE_IN: Final = 6
_ALONE_FEN: Final = (0, 0, 99)
_PAUSE_BEGINS_S: Final = (-60, 5, 90, 900)
_PAUSE_LASTS_S: Final = (30, 600, 5_400, 30_000)
# Every third world of old copies follows a plot.
PLOT_ONE_IN: Final = 3
_THEMES: Final = (Theme.SHOP, Theme.SHOP, Theme.PEOPLE, Theme.OLD_COPY)


def world_of(seed: int) -> World:
    """The world of a seed. Its staff and its window have dice of their own: the rest is the same without."""
    world, dice = _faults_of(seed), Random(f"staff {seed}")
    if not dice.randrange(STAFF_ONE_IN):
        world = replace(world, approval_above_fen=dice.choice(_ALONE_FEN))
    return _with_window(world, Random(f"pause {seed}"))


def _with_window(world: World, dice: Random) -> World:
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
    undisturbed = theme is Theme.OLD_COPY and seed % (2 * PLOT_ONE_IN) == 0
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
