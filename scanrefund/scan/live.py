"""The owner of the camera: one thread reads it, one decodes the newest frame, any number look and listen.

The command line and the counter page both see through this. Reading never waits for decoding: whoever is
slow misses frames. A recording is read frame by frame as fast as it is decoded, because none may be missed;
everything else is the same for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain, repeat
from threading import Event as Flag
from threading import Lock, Thread
from types import TracebackType
from typing import Final, Self

from scanrefund.errors import Fault, PictureFault, SourceFault, UsageFault
from scanrefund.model.shown import Reading, Source
from scanrefund.scan.cover import covered
from scanrefund.scan.events import Ended, Events, Listener, Recovered, Trouble
from scanrefund.scan.frame import Frame, FrameSource
from scanrefund.scan.light import Light
from scanrefund.scan.presence import Presence
from scanrefund.scan.preview import Preview, as_preview
from scanrefund.scan.slot import Slot
from scanrefund.scan.video import VideoReader

# A plug is back after a moment or after minutes; asking every few seconds costs nothing.
REOPEN_PAUSES_S: Final = (0.5, 1.0, 2.0, 4.0)
# A camera that blocks instead of failing. The slowest that work give a picture a second in the dark.
STALLED_S: Final = 5.0
# How long a stop waits for a camera that is just being read; its thread ends by itself, whenever it answers.
STOP_S: Final = 2.0
# A recording's own rate is often wrong: its seconds are counted as a webcam's.
RECORDED_FRAMES_PER_S: Final = 15


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what, in seconds: tests have less."""

    reopen_s: tuple[float, ...] = REOPEN_PAUSES_S
    stalled_s: float = STALLED_S
    stop_s: float = STOP_S


@dataclass(slots=True)
class _Seen:
    """What the decoding thread knows of the source it sees through."""

    reader: VideoReader
    light: Light = field(default_factory=Light)
    presence: Presence = field(default_factory=Presence)
    frames: int = 0


class Live:
    """A camera that is looked through. Every method may be called from any thread.

    `name` is the source as people may see it; `open_source` opens it, again and again while it is lost, and
    its faults are the troubles. Nothing happens before `start`.
    """

    def __init__(
        self,
        name: str,
        open_source: Callable[[], FrameSource],
        *,
        clock: Callable[[], float] = time.monotonic,
        patience: Patience | None = None,
    ) -> None:
        self._name = name
        self._open = open_source
        self._clock = clock
        self._patience = patience or Patience()
        self._slot, self._looked_at = Slot(), Slot()
        self._events = Events()
        self._stopping, self._reopen, self._recorded = Flag(), Flag(), Flag()
        self._threads: tuple[Thread, ...] = ()
        self._lock = Lock()
        self._end: Fault | None = None
        self._frames = 0
        self._last_seen: Reading | None = None
        self._preview: Preview | None = None

    def start(self) -> None:
        """Open the camera and look, in the background. Once: a second start does nothing."""
        with self._lock:
            if self._threads or self._stopping.is_set():
                return
            self._threads = (
                Thread(target=self._own, name="camera", daemon=True),
                Thread(target=self._decode, name="decode", daemon=True),
            )
            for thread in self._threads:
                thread.start()

    def close(self) -> None:
        """Stop within `patience.stop_s`. The camera is released at once, or as soon as its driver returns."""
        self._stopping.set()
        self._slot.close()
        self._looked_at.close()
        ends = time.monotonic() + self._patience.stop_s
        for thread in self._threads:
            thread.join(max(ends - time.monotonic(), 0))

    def listen(self) -> Listener:
        """An ear for the events from now on. A trouble that stands, or the end, is heard at once."""
        return self._events.listen()

    def preview(self, after: int = 0, wait_s: float = 1.0) -> Preview | None:
        """The newest frame that was looked at, as JPEG, if its number is above `after`; waits `wait_s` s.

        Codes that were read are covered. Each frame is encoded once, whoever asks for it, on the thread that
        asks first.
        """
        given = self._looked_at.newest_frame(after, wait_s)
        if given is None or not isinstance(given.what, Frame):
            return None
        with self._lock:
            if self._preview is None or self._preview.number < given.number:
                self._preview = as_preview(given.number, given.what)
            return self._preview

    @property
    def trouble(self) -> Fault | None:
        """What is wrong now; None while the camera sees."""
        return self._events.trouble

    @property
    def frames(self) -> int:
        """How many frames have been looked at."""
        return self._frames

    @property
    def last_seen(self) -> Reading | None:
        """The last reading of the last minute that was not nothing, certain or not."""
        return self._last_seen

    @property
    def seen_by(self) -> Source:
        """What readings from here are worth: a recording is a picture."""
        return Source.PICTURE if self._recorded.is_set() else Source.CAMERA

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _own(self) -> None:
        """The camera's thread: open, read until it breaks, wait a little, open again."""
        pauses = self._pauses()
        try:
            while not self._stopping.is_set():
                frames_before = self._frames
                try:
                    self._read()
                    if not self._reopen.is_set():
                        return
                    self._reopen.clear()
                except (SourceFault, UsageFault) as fault:
                    if not _may_come_back(fault):
                        self._end = fault
                        return
                    self._slot.put(fault)
                if self._frames > frames_before:
                    pauses = self._pauses()
                self._stopping.wait(next(pauses))
        finally:
            self._slot.close()

    def _pauses(self) -> Iterator[float]:
        return chain(self._patience.reopen_s, repeat(self._patience.reopen_s[-1]))

    def _read(self) -> None:
        """From opening to the end, a fault, or a wish to stop or to open again."""
        with closing(self._open()) as source:
            if not source.live:
                self._recorded.set()
            for frame in source:
                self._slot.put(frame)
                if not source.live:
                    self._slot.wait_until_taken()
                if self._stopping.is_set() or self._reopen.is_set():
                    return

    def _decode(self) -> None:
        """The decoding thread: every event comes from here, so that they keep their order."""
        seen: _Seen | None = None
        try:
            while not self._stopping.is_set():
                given = self._slot.take(self._patience.stalled_s)
                if given is None:
                    if self._slot.over:
                        break
                    self._say_stalled()
                elif isinstance(given.what, Frame):
                    seen = seen or _Seen(VideoReader(self.seen_by))
                    self._look(given.what, seen)
                else:
                    seen = seen and _Seen(VideoReader(self.seen_by), presence=seen.presence)
                    self._say_trouble(given.what)
            if seen and self._recorded.is_set() and not self._stopping.is_set():
                self._note(seen.reader.last_look(), seen, self._seconds(seen))
        finally:
            self._looked_at.close()
            self._events.tell(Ended(self._end))

    def _look(self, frame: Frame, seen: _Seen) -> None:
        self._frames += 1
        seen.frames += 1
        at_s = self._seconds(seen)
        self._tell_of_light(seen.light.note(frame, at_s))
        reading = seen.reader.read(frame)
        self._looked_at.put(covered(frame, seen.reader.places))
        self._note(reading, seen, at_s)

    def _tell_of_light(self, code: str) -> None:
        """A camera that shows nothing is opened again, once: some begin black, some freeze for good."""
        if not code:
            self._say_recovered()
        elif self._say_trouble(SourceFault(code, source=self._name)) and not self._recorded.is_set():
            self._reopen.set()

    def _note(self, reading: Reading, seen: _Seen, at_s: float) -> None:
        announced = seen.presence.note(reading, at_s)
        self._last_seen = seen.presence.last_seen
        if announced:
            self._events.tell(announced)

    def _seconds(self, seen: _Seen) -> float:
        """The time that limits are counted in."""
        return seen.frames / RECORDED_FRAMES_PER_S if self._recorded.is_set() else self._clock()

    def _say_trouble(self, fault: Fault) -> bool:
        """Tell a trouble that is not told already; whether it was."""
        standing = self._events.trouble
        if standing is not None and standing.code == fault.code:
            return False
        self._events.tell(Trouble(fault))
        return True

    def _say_stalled(self) -> None:
        """Unless it is known already why nothing comes."""
        if self._events.trouble is None:
            self._events.tell(Trouble(SourceFault("camera_stalled", source=self._name)))

    def _say_recovered(self) -> None:
        if self._events.trouble is not None:
            self._events.tell(Recovered())


def _may_come_back(fault: Fault) -> bool:
    """A device or an address may; a file that is missing or damaged stays so."""
    return isinstance(fault, SourceFault) and not isinstance(fault, PictureFault)
