"""Clean runs: in every history of many seeds every invariant must hold, over one process or several."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context

from tests.simulation.plan import history_of
from tests.simulation.run import Failure, play
from tests.simulation.shrink import shrink
from tests.simulation.stage import Stage

Write = Callable[[str], object]

REPORT_EVERY = 1_000
# What a process plays between two reports: less than a second, so that a stop is heard soon.
CHUNK = 10


@dataclass(frozen=True, slots=True)
class Played:
    """Some histories: how many, how many of them broken with their stories, and the CPU time they took."""

    histories: int = 0
    events: int = 0
    cpu_s: float = 0.0
    stories: tuple[str, ...] = ()

    def __add__(self, other: Played) -> Played:
        return Played(
            self.histories + other.histories,
            self.events + other.events,
            self.cpu_s + other.cpu_s,
            self.stories + other.stories,
        )


def play_clean(write: Write, stage: Stage, seeds: range) -> bool:
    """Play every seed here; whether all were clean."""
    return _report(write, (play_some(stage, some) for some in _chunks(seeds)), 1)


def play_spread(write: Write, seeds: range, jobs: int) -> bool:
    """Play every seed on `jobs` processes of their own; whether all were clean."""
    with processes(jobs) as pool:
        return _report(write, pool.map(_play_here, _chunks(seeds)), jobs)


def play_some(stage: Stage, seeds: Iterable[int]) -> Played:
    """Play these seeds, and tell the short story of each that is broken."""
    began, histories, events = time.process_time(), 0, 0
    stories = []
    for seed in seeds:
        plan = history_of(seed)
        failure = play(stage, seed, plan)
        histories += 1
        events += sum(event.size for event in plan)
        if failure is not None:
            stories.append(story_of(shrink(stage, failure)))
    return Played(histories, events, time.process_time() - began, tuple(stories))


def story_of(failure: Failure) -> str:
    """Seed, rule, what happened, and how to see it again."""
    lines = [f"seed {failure.seed} breaks {failure.rule}: {failure.detail}"]
    lines += [f"  {line}" for line in failure.story]
    lines += [f"again: python -m tests.simulation --seeds {failure.seed}..{failure.seed}"]
    return "".join(f"{line}\n" for line in lines)


@contextmanager
def processes(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """As many processes, each with a stage of its own. A stop (Ctrl-C) lets each end what it is playing."""
    with ProcessPoolExecutor(jobs, get_context("spawn"), _hear_no_stop) as pool:
        yield pool


@cache
def own_stage() -> Stage:
    """The one stage of this process."""
    return Stage()


def _play_here(seeds: Iterable[int]) -> Played:
    return play_some(own_stage(), seeds)


def _hear_no_stop() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _chunks(seeds: range) -> Iterator[range]:
    return (seeds[start : start + CHUNK] for start in range(0, len(seeds), CHUNK))


def _report(write: Write, some: Iterable[Played], jobs: int) -> bool:
    """Add up, with a line now and then and one at the end, also of a run that was stopped."""
    began, total, told = time.perf_counter(), Played(), 0
    try:
        for played in some:
            total += played
            for story in played.stories:
                write(story)
            if total.histories // REPORT_EVERY > told:
                told = total.histories // REPORT_EVERY
                write(_count(total, began, jobs))
    finally:
        write(_count(total, began, jobs))
    return not total.stories


def _count(total: Played, began: float, jobs: int) -> str:
    spent_s = max(time.perf_counter() - began, 1e-9)
    per_core_s = total.histories / max(total.cpu_s, 1e-9)
    return (
        f"{total.histories} histories, {len(total.stories)} broken, {total.events} events"
        f" in {spent_s:.0f} s on {jobs} processes:"
        f" {total.histories / spent_s:.1f} a second, {per_core_s:.1f} in a second of one core's time\n"
    )
