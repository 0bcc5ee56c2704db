"""On which road a wish goes in a shop that knows its staff: at the till with a second person, or to wait."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from tests.simulation.counter import Counter
from tests.simulation.crew import SUPERVISORS

# One clerk in so many is a supervisor who serves a customer himself.
_SUPERVISOR_SERVES_ONE_IN: Final = 3
_WAITS, _AT_THE_TILL, _BY_HIMSELF, _ALONE = range(4)
_ROADS: Final = (*(_WAITS,) * 4, *(_AT_THE_TILL,) * 3, _BY_HIMSELF, _BY_HIMSELF, _ALONE)


@dataclass(frozen=True, slots=True)
class Road:
    """Who asks, empty in a shop without staff; who agrees at the till; or whether the wish may wait."""

    clerk: str = ""
    second: str = ""
    queue: bool = False


def road_of(counter: Counter, dice: Random) -> Road:
    """Mostly one that leads somewhere; now and then a clerk asks himself to agree, or nobody."""
    if counter.shift is None:
        return Road()
    serves = dice.randrange(_SUPERVISOR_SERVES_ONE_IN) == 0
    clerk = counter.shift.supervisor if serves else counter.shift.clerk
    road = dice.choice(_ROADS)
    second = {_AT_THE_TILL: _somebody_else(counter.shift.supervisor, clerk), _BY_HIMSELF: clerk}
    return Road(clerk, second.get(road, ""), road == _WAITS)


def at_the_till(counter: Counter) -> Road:
    """The clerk asks, and the supervisor stands by."""
    return Road(counter.shift.clerk, counter.shift.supervisor) if counter.shift else Road()


def to_wait(counter: Counter) -> Road:
    """The clerk asks for a refund that waits."""
    return Road(counter.shift.clerk, queue=True) if counter.shift else Road()


def _somebody_else(supervisor: str, clerk: str) -> str:
    return next(one for one in (supervisor, *SUPERVISORS) if one != clerk)
