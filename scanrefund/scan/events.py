"""What a live camera has to say, and how several listeners hear it."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from threading import Condition
from types import TracebackType
from typing import Final, Self

from scanrefund.errors import Fault
from scanrefund.scan.presence import Announced
from scanrefund.scan.slot import WAKE_S

# A listener that has missed so many has gone; a code it never fetched must not pile up in memory.
EVENTS_KEPT: Final = 16


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something is wrong with the camera or its picture until Recovered; `fault` has the sentence."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class Recovered:
    """The trouble told last is over."""


@dataclass(frozen=True, slots=True)
class Ended:
    """No frame will come any more: a recording is over, the camera was closed, or `fault` ended it."""

    fault: Fault | None = None


Event = Announced | Trouble | Recovered | Ended


class Listener:
    """One ear: every event since it was opened, in order, the last EVENTS_KEPT of them."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._waiting: deque[Event] = deque(maxlen=EVENTS_KEPT)

    def next(self, wait_s: float) -> Event | None:
        """The next event, waited for up to `wait_s` seconds; None when there was none."""
        ends = time.monotonic() + wait_s
        with self._events.changed:
            while not self._waiting:
                left_s = ends - time.monotonic()
                if left_s <= 0:
                    return None
                self._events.changed.wait(min(left_s, WAKE_S))
            return self._waiting.popleft()

    def hear(self, event: Event) -> None:
        self._waiting.append(event)

    def close(self) -> None:
        self._events.forget(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Events:
    """Told once, heard by every listener. A new listener hears first how things stand."""

    def __init__(self) -> None:
        self.changed = Condition()
        self._listeners: list[Listener] = []
        self._standing: Trouble | Ended | None = None

    @property
    def trouble(self) -> Fault | None:
        """The trouble that stands, if any."""
        with self.changed:
            return self._standing.fault if self._standing else None

    def tell(self, event: Event) -> None:
        with self.changed:
            if not isinstance(event, Announced):
                self._standing = None if isinstance(event, Recovered) else event
            for listener in self._listeners:
                listener.hear(event)
            self.changed.notify_all()

    def listen(self) -> Listener:
        with self.changed:
            listener = Listener(self)
            self._listeners.append(listener)
            if self._standing:
                listener.hear(self._standing)
            return listener

    def forget(self, listener: Listener) -> None:
        with self.changed:
            if listener in self._listeners:
                self._listeners.remove(listener)
