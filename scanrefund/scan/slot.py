"""The place between the thread that reads a camera and those that look: it holds the newest frame only."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Condition
from typing import Final

from scanrefund.errors import Fault
from scanrefund.scan.frame import Frame

# A wait wakes this often, so that Ctrl-C is heard where a wait cannot be interrupted.
WAKE_S: Final = 0.25


@dataclass(frozen=True, slots=True)
class Given:
    """What the camera gave last: a frame, or the fault that stopped it. `number` counts from 1."""

    number: int
    what: Frame | Fault


class Slot:
    """The newest frame wins: whoever looks too slowly misses frames and never holds up the camera.

    A fault waits beside the newest frame, so that neither is lost to the other.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._frame: Given | None = None
        self._fault: Given | None = None
        self._put = self._taken = 0
        self._closed = False

    def put(self, what: Frame | Fault) -> None:
        """Give the newest; an older one of its sort that was not taken is lost."""
        with self._changed:
            self._put += 1
            if isinstance(what, Fault):
                self._fault = Given(self._put, what)
            else:
                self._frame = Given(self._put, what)
            self._changed.notify_all()

    def take(self, wait_s: float) -> Given | None:
        """What is newer than the last that was taken; None when `wait_s` passes, or nothing will come."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._put > self._taken, wait_s)
            given = self._next()
            if given:
                self._taken = given.number
                self._changed.notify_all()
            return given

    def newest_frame(self, after: int, wait_s: float) -> Given | None:
        """The newest frame if its number is above `after`, without taking it; None like `take`."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._has_frame(after), wait_s)
            return self._frame if self._has_frame(after) else None

    def wait_until_taken(self) -> None:
        """For frames of which none may be lost: return when all was taken, or the slot closed."""
        with self._changed:
            while not self._closed and self._put > self._taken:
                self._changed.wait(WAKE_S)

    @property
    def over(self) -> bool:
        """Whether nothing is left to take and nothing will come."""
        with self._changed:
            return self._closed and self._put == self._taken

    def close(self) -> None:
        """Nothing more will come. What was put last can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _next(self) -> Given | None:
        left = [one for one in (self._frame, self._fault) if one and one.number > self._taken]
        return min(left, key=lambda given: given.number, default=None)

    def _has_frame(self, after: int) -> bool:
        return self._frame is not None and self._frame.number > after
