"""Cameras that can be played with: what they give is written down, when they give it is up to the test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from threading import Event as Flag

import numpy as np

from scanrefund.errors import Fault
from scanrefund.scan.events import Ended, Event, Listener
from scanrefund.scan.frame import Frame, Grey

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
# Longer than any of this takes on the slowest machine; only a test that fails waits for it.
WAIT_S = 120.0

# A frame; a fault that is raised; something that is called before the next (a gate to wait at, for example).
Part = Frame | Fault | Callable[[], object]


class Played:
    """A source that plays its parts, then ends. It knows whether it was closed."""

    def __init__(self, parts: Iterable[Part], *, live: bool = True) -> None:
        self.live = live
        self._parts = parts
        self.given = 0
        self.closed = Flag()

    def __iter__(self) -> Iterator[Frame]:
        for part in self._parts:
            if isinstance(part, Fault):
                raise part
            if isinstance(part, Frame):
                self.given += 1
                yield part
            else:
                part()

    def close(self) -> None:
        self.closed.set()


class Plug:
    """Opens the sources it was given one after the other; a fault is raised in place of one."""

    def __init__(self, *sources: Played | Fault) -> None:
        self._sources = list(sources)
        self.opened = 0

    def __call__(self) -> Played:
        self.opened += 1
        source = self._sources.pop(0)
        if isinstance(source, Fault):
            raise source
        return source


def gate() -> tuple[Flag, Callable[[], object]]:
    """Something that opens, and a part that waits for it."""
    opens = Flag()
    return opens, lambda: opens.wait(WAIT_S)


def grainy(pixels: Grey, seed: int = 0) -> Frame:
    """The same thing seen once more: no two frames of a camera have the same pixels."""
    grain = np.random.default_rng(seed).integers(0, 4, pixels.shape)
    return Frame(np.clip(pixels.astype(np.int16) - grain, 0, 255).astype(np.uint8), NOW, "desk")


def heard(listener: Listener) -> list[Event]:
    """Every event to the end."""
    events: list[Event] = []
    while not (events and isinstance(events[-1], Ended)):
        event = listener.next(WAIT_S)
        assert event is not None, f"no end after {events}"
        events.append(event)
    return events
