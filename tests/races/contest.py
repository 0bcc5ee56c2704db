"""Many processes contest the same orders at the same moments; who believes to have the money is counted."""

from __future__ import annotations

import multiprocessing
import random
import sys
from collections import Counter
from dataclasses import dataclass
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Final

from tests.races import ways

PROCESSES: Final = 16
# A hundred times what one contest takes on a busy machine: a process that died fails the test, not the night.
WAIT_S: Final = 120


@dataclass(frozen=True, slots=True)
class Contest:
    """Which ways are tried on which orders of which database, and the seed of the orders' sequence."""

    url: str
    ways: tuple[str, ...]
    orders: int
    seed: int

    def order_ids(self, way: str) -> list[str]:
        """Each way has orders of its own, in a sequence the seed decides.

        A known-wrong way goes over the cap by chance: it gets thrice as many, so that it surely does.
        """
        place = self.ways.index(way)
        count = self.orders if way in ways.RIGHT else 3 * self.orders
        found = [f"W{place} {number}" for number in range(count)]
        random.Random(f"{self.seed} {way}").shuffle(found)
        return found


@dataclass(frozen=True, slots=True)
class Score:
    """Of how many contested orders the money was taken more than once, exactly once, or by nobody."""

    over: int
    once: int
    never: int


def run(contest: Contest) -> dict[str, Score]:
    """Let the processes loose; the score of every way."""
    print(f"seed {contest.seed}: {contest.orders} orders a way, {PROCESSES} processes")  # noqa: T201
    context = _context()
    for way in contest.ways:
        _prepare(contest, way)
    meet = context.Barrier(PROCESSES)
    taken: Queue[tuple[str, list[str]]] = context.Queue()
    contestants = [
        context.Process(target=_compete, args=(contest, f"p{number}", meet, taken), daemon=True)
        for number in range(PROCESSES)
    ]
    for contestant in contestants:
        contestant.start()
    told = [taken.get(timeout=WAIT_S) for _ in range(PROCESSES * len(contest.ways))]
    for contestant in contestants:
        contestant.join(timeout=WAIT_S)
        assert contestant.exitcode == 0
    return {way: _score(contest, way, told) for way in contest.ways}


def _context() -> multiprocessing.context.SpawnContext | multiprocessing.context.ForkServerContext:
    """Clean processes that share no connection with this one; quick ones where the system can fork."""
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.races.contest", "alembic.command", "psycopg"])
    return context


def _prepare(contest: Contest, way: str) -> None:
    first = ways.ALL[way](contest.url)
    first.prepare(contest.order_ids(way))
    first.close()


def _compete(contest: Contest, name: str, meet: Barrier, taken: Queue[tuple[str, list[str]]]) -> None:
    for way in contest.ways:
        hand = ways.ALL[way](contest.url)
        mine = []
        for order_id in contest.order_ids(way):
            meet.wait(timeout=WAIT_S)
            if hand.take(order_id, name):
                mine.append(order_id)
        hand.close()
        taken.put((way, mine))


def _score(contest: Contest, way: str, told: list[tuple[str, list[str]]]) -> Score:
    counted = Counter(order_id for its, mine in told if its == way for order_id in mine)
    times = [counted[order_id] for order_id in contest.order_ids(way)]
    return Score(
        over=sum(count > 1 for count in times),
        once=sum(count == 1 for count in times),
        never=sum(count == 0 for count in times),
    )
