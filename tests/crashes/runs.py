"""Which points are tried: every single one, and ordered pairs of a crash and a crash during recovery."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tests.crashes.nursery import Ended, Nursery
from tests.crashes.world import World

UNBROKEN: Final = "no crash"


@dataclass(slots=True)
class Tally:
    """What one play came to. A fault names the points at which the process died before it showed."""

    play: str
    points: int = 0
    singles: int = 0
    pairs: int = 0
    not_reached: int = 0
    trail: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Run:
    """All lives of one play."""

    def __init__(self, world: World, nursery: Nursery, *, alone: bool) -> None:
        self._world = world
        self._nursery = nursery
        self._alone = alone
        self._kept: int | None = None
        self.tally = Tally(world.play.name)

    def unbroken(self) -> list[str]:
        """The play without a crash: the points it comes by."""
        self._world.fresh()
        ended = self._nursery.run()
        self._note(UNBROKEN, ended)
        self.tally.trail = ended.trail
        self.tally.points = len(ended.trail)
        return ended.trail

    def single(self, first: int) -> list[str]:
        """Killed at one point; then the clerk repeats his wishes, or the worker is left alone with them.

        Returns the points of the recovery in which the clerk repeats.
        """
        where = self._name(first)
        self._die_at(first)
        recovered = self._nursery.run()
        self._note(where, recovered)
        if self._alone:
            self._die_at(first)
            self._note(f"{where}, nobody repeats", self._nursery.run(with_clerk=False))
        self.tally.singles += 1
        return recovered.trail

    def pair(self, first: int, second: int, recovery: list[str]) -> None:
        """After the single at `first`: killed again at a point of the recovery, then recovered."""
        self._die_at(first)
        where = f"{self._name(first)}, then {second} {recovery[second - 1]}"
        self._kill(where, second)
        self._note(where, self._nursery.run())
        self.tally.pairs += 1

    def close_books(self) -> None:
        """What was too long to be checked after every life."""
        if self._world.checks_whole_book:
            return
        ledger = self._world.open_ledger()
        broken = ledger.first_broken_entry()
        ledger.close()
        if broken is not None:
            self.tally.faults.append(f"the book is broken at entry {broken}")

    def _die_at(self, first: int) -> None:
        """The disk as a death at this point leaves it: kept from the last time where that can be."""
        if self._kept == first:
            self._world.put_back()
            return
        self._world.fresh()
        self._kill(self._name(first), first)
        self._kept = first if self._world.keep() else None

    def _kill(self, where: str, die_at: int) -> None:
        died = self._nursery.run(die_at)
        self._note(where, died)
        if died.was_killed:
            return
        self.tally.not_reached += 1
        if self._world.is_predictable:
            self.tally.faults.append(f"{where}: the point was not reached")

    def _note(self, where: str, ended: Ended) -> None:
        self.tally.faults += [f"{where}: {fault}" for fault in ended.faults]

    def _name(self, number: int) -> str:
        return f"{number} {self.tally.trail[number - 1]}"


def until_caught(run: Run) -> None:
    """Every third point, then those between, until something is wrong: mistakes span a few points."""
    for first in sorted(range(1, len(run.unbroken()) + 1), key=lambda number: number % 3):
        if run.tally.faults:
            return
        run.single(first)


def every_pair(run: Run) -> None:
    """All points, and after each all points of its recovery."""
    for first in range(1, len(run.unbroken()) + 1):
        recovery = run.single(first)
        for second in range(1, len(recovery) + 1):
            run.pair(first, second, recovery)


def some_pairs(run: Run, count: int, seed: int) -> None:
    """All points, and `count` ordered pairs drawn by `seed`."""
    drawn = random.Random(seed)
    firsts = range(1, len(run.unbroken()) + 1)
    shares = Counter(drawn.choices(firsts, k=count) if firsts else ())
    for first in firsts:
        recovery = run.single(first)
        for second in _draw(drawn, recovery, shares[first]):
            run.pair(first, second, recovery)


def _draw(drawn: random.Random, recovery: list[str], share: int) -> Iterator[int]:
    if recovery:
        yield from drawn.choices(range(1, len(recovery) + 1), k=share)
