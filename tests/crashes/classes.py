"""All ordered pairs, with each recovery played once for all deaths that leave the same remains.

A pair is a first death and a second one in the recovery from it. Every first death is died and recovered
from. Of those that leave the same, one stands for all: at every point of its recovery the program is killed,
and whatever that leaves is recovered from unless the very same remains were before.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Final

from tests.crashes.runs import Recovery, Run

ALL: Final = -1


@dataclass(slots=True)
class Class:
    """First deaths that leave the same; `seconds` are the remains after a second death, point by point."""

    recovery: Recovery
    firsts: list[int] = field(default_factory=list)
    seconds: list[str] = field(default_factory=list)


def every_class(run: Run, check: int, seed: int) -> None:
    """All pairs by their classes; then `check` of them, drawn by `seed`, whole and without any class."""
    classes: dict[str, Class] = {}
    for first in range(1, len(run.unbroken()) + 1):
        _join(run, classes, first)
    run.tally.classes = len(classes)
    recovered: dict[str, Recovery] = {}
    for one in classes.values():
        _die_twice(run, one, recovered)
    _check(run, [*classes.values()], recovered, check, random.Random(seed))


def _join(run: Run, classes: dict[str, Class], first: int) -> None:
    """Sort one first death in by what it leaves; its recovery must be that of its class to the last byte."""
    recovery = run.single(first)
    one = classes.setdefault(recovery.remains, Class(recovery))
    one.firsts.append(first)
    if recovery != one.recovery:
        run.tally.faults.append(f"{run.name(first)}: leaves what {one.firsts[0]} leaves, recovers otherwise")


def _die_twice(run: Run, one: Class, recovered: dict[str, Recovery]) -> None:
    trail = one.recovery.trail
    for second in range(1, len(trail) + 1):
        where = run.die_twice(one.firsts[0], second, trail)
        remains = run.remains()
        one.seconds.append(remains)
        if remains not in recovered:
            recovered[remains] = run.recover(where, remains)
    run.tally.pairs += len(trail) * len(one.firsts)


def _check(
    run: Run, classes: list[Class], recovered: dict[str, Recovery], check: int, drawn: random.Random
) -> None:
    pairs = [
        (one, first, second)
        for one in classes
        for first in one.firsts[1:]
        for second in range(1, len(one.seconds) + 1)
    ]
    chosen = pairs if check == ALL else drawn.sample(pairs, min(check, len(pairs)))
    for one, first, second in chosen:
        where = run.die_twice(first, second, one.recovery.trail)
        remains = run.remains()
        if remains != one.seconds[second - 1]:
            run.tally.faults.append(f"{where}: leaves something else than its class says")
        elif run.recover(where, remains) != recovered[remains]:
            run.tally.faults.append(f"{where}: recovers otherwise than its class says")
        run.tally.checked += 1
