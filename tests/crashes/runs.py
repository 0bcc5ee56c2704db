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
    """What one play came to. A fault names the points at which the process died before it showed.

    `pairs` are played, or stood for by one that leaves the same; `classes` counts what first deaths leave,
    `checked` the pairs that were played although another stands for them, `lives` the processes.
    """

    play: str
    points: int = 0
    singles: int = 0
    pairs: int = 0
    classes: int = 0
    checked: int = 0
    lives: int = 0
    not_reached: int = 0
    trail: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Recovery:
    """A life after a death: what it found, the points it came by, what it left. No digests on a server."""

    remains: str
    trail: list[str]
    left: str


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
        ended = self._run()
        self._note(UNBROKEN, ended)
        self.tally.trail = ended.trail
        self.tally.points = len(ended.trail)
        return ended.trail

    def single(self, first: int) -> Recovery:
        """Killed at one point; then the clerk repeats his wishes, or the worker is left alone with them.

        Returns the recovery in which the clerk repeats.
        """
        where = self.name(first)
        self._die_at(first)
        recovered = self.recover(where, self.remains())
        if self._alone:
            self._die_at(first)
            self._note(f"{where}, nobody repeats", self._run(with_clerk=False))
        self.tally.singles += 1
        return recovered

    def pair(self, first: int, second: int, trail: list[str]) -> None:
        """After the single at `first`: killed again at a point of the recovery, then recovered."""
        where = self.die_twice(first, second, trail)
        self._note(where, self._run())
        self.tally.pairs += 1

    def die_twice(self, first: int, second: int, trail: list[str]) -> str:
        """Killed at `first`, and then at a point of the recovery, whose points are told; where that is."""
        self._die_at(first)
        where = f"{self.name(first)}, then {second} {trail[second - 1]}"
        self._kill(where, second)
        return where

    def recover(self, where: str, remains: str) -> Recovery:
        """A life to its end from what lies there."""
        ended = self._run()
        self._note(where, ended)
        return Recovery(remains, ended.trail, self.remains())

    def remains(self) -> str:
        """The digest of what lies there now."""
        return self._world.remains()

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
        self._kill(self.name(first), first)
        self._kept = first if self._world.keep() else None

    def _kill(self, where: str, die_at: int) -> None:
        died = self._run(die_at)
        self._note(where, died)
        if died.was_killed:
            return
        self.tally.not_reached += 1
        if self._world.is_predictable:
            self.tally.faults.append(f"{where}: the point was not reached")

    def _note(self, where: str, ended: Ended) -> None:
        self.tally.faults += [f"{where}: {fault}" for fault in ended.faults]

    def _run(self, die_at: int | None = None, *, with_clerk: bool = True) -> Ended:
        self.tally.lives += 1
        return self._nursery.run(die_at, with_clerk=with_clerk)

    def name(self, number: int) -> str:
        """A point of the unbroken play, by its number."""
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
        trail = run.single(first).trail
        for second in range(1, len(trail) + 1):
            run.pair(first, second, trail)


def some_pairs(run: Run, count: int, seed: int) -> None:
    """All points, and `count` ordered pairs drawn by `seed`."""
    drawn = random.Random(seed)
    firsts = range(1, len(run.unbroken()) + 1)
    shares = Counter(drawn.choices(firsts, k=count) if firsts else ())
    for first in firsts:
        trail = run.single(first).trail
        for second in _draw(drawn, trail, shares[first]):
            run.pair(first, second, trail)


def _draw(drawn: random.Random, trail: list[str], share: int) -> Iterator[int]:
    if trail:
        yield from drawn.choices(range(1, len(trail) + 1), k=share)
