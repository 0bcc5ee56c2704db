"""What happens is told to every open page: written from any thread, read by each page's own stream."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from scanrefund.errors import UsageFault

# A page that has not fetched so many has gone, or will ask anew.
WAITING_MAX: Final = 100
# A counter has one or two pages open; a stream costs little, but not nothing.
EARS_MAX: Final = 12


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; `tell` says it in the language of the page that hears it."""

    kind: str
    tell: Callable[[str], Any]


class Ear:
    """One page's side: events in their order, the oldest dropped when nobody fetches them."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Queue[Event] = asyncio.Queue(WAITING_MAX)

    def hear(self, event: Event) -> None:
        """From any thread."""
        self._loop.call_soon_threadsafe(self._put, event)

    async def next(self, wait_s: float) -> Event | None:
        """The next event, waited for up to `wait_s` seconds."""
        try:
            return await asyncio.wait_for(self._waiting.get(), wait_s)
        except TimeoutError:
            return None

    def _put(self, event: Event) -> None:
        if self._waiting.full():
            self._waiting.get_nowait()
        self._waiting.put_nowait(event)


class Events:
    """Told once, heard by every page that listens."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ears: list[Ear] = []

    @property
    def is_full(self) -> bool:
        """Whether no further page can listen."""
        with self._lock:
            return len(self._ears) >= EARS_MAX

    def publish(self, kind: str, tell: Callable[[str], Any]) -> None:
        """Tell all pages, from any thread."""
        with self._lock:
            ears = list(self._ears)
        for ear in ears:
            ear.hear(Event(kind, tell))

    @contextmanager
    def listening(self) -> Iterator[Ear]:
        """An ear, on the loop that serves. Raises UsageFault too_many_pages."""
        ear = Ear()
        with self._lock:
            if len(self._ears) >= EARS_MAX:
                raise UsageFault("too_many_pages")
            self._ears.append(ear)
        try:
            yield ear
        finally:
            with self._lock:
                self._ears.remove(ear)
