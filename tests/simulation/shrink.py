"""A failing history made short: events are left out as long as the same rule still breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from tests.simulation.plan import Event, history_of
from tests.simulation.run import Failure, play
from tests.simulation.stage import Stage

# Plays spent on one failure; a history has a few dozen events.
PLAYS_MAX: Final = 300

Events = tuple[Event, ...]


def shrink(stage: Stage, failure: Failure) -> Failure:
    """The same broken rule in the fewest events that were found."""
    shortest = failure
    plays = 0

    def fails(events: Events) -> bool:
        nonlocal shortest, plays
        plays += 1
        found = play(stage, failure.seed, events) if plays <= PLAYS_MAX else None
        if found is None or found.rule != failure.rule:
            return False
        shortest = found
        return True

    events = _without_chunks(history_of(failure.seed), fails)
    while plays < PLAYS_MAX:
        simpler = next((one for one in _simpler(events) if fails(one)), None)
        if simpler is None:
            break
        events = simpler
    return shortest


def _without_chunks(events: Events, fails: Callable[[Events], bool]) -> Events:
    """Leave out halves, quarters, … single events."""
    size = len(events)
    while size > 0:
        start = 0
        while start < len(events):
            fewer = events[:start] + events[start + size :]
            if fails(fewer):
                events = fewer
            else:
                start += size
        size //= 2
    return events


def _simpler(events: Events) -> Iterator[Events]:
    """Every history with one event less, or with what happened inside one event told after it instead."""
    for place, event in enumerate(events):
        before, after = events[:place], events[place + 1 :]
        yield before + after
        if event.inner:
            yield (*before, *event.inner, *after)
            yield (*before, replace(event, inner=()), *event.inner, *after)
        for inner in _simpler(event.inner):
            yield (*before, replace(event, inner=inner), *after)
