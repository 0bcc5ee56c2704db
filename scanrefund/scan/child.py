"""The parent's side of the picture child: start it early, keep it warm, end it when it is late or old.

What goes over and comes back stands in `scan.picture_child`. A child belongs to one caller at a time; callers
that read at once get one each, as many as there are cores. This module imports no decoder: a child starts
while its parent still imports its own.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from scanrefund.errors import Fault, PictureFault, SourceFault, UsageFault

# The slowest honest picture, 40 megapixels without a code, takes under three seconds on an old machine.
PICTURE_S_MAX: Final = 5
CHILD_BYTES_MAX: Final = 2_000_000_000
# What decoders leak is given back before it matters: 500 pictures take half a minute.
CHILD_PICTURES_MAX: Final = 500
# Starting reads 100 MB of libraries, perhaps from a slow disk with a virus scanner before it.
START_S_MAX: Final = 60
# A picture full of the longest QR codes says less.
REPLY_BYTES_MAX: Final = 4_000_000
READY: Final = b"ready\n"

PROGRAM: Final = ("-P", "-m", "scanrefund.scan.picture_child")
_FAULTS: Final[Mapping[str, type[Fault]]] = {"UsageFault": UsageFault, "PictureFault": PictureFault}
# Nothing in a picture is parallel enough for threads, and each thread takes address space.
_ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


class Child:
    """One child process. It starts at once; the first `ask` waits until it is ready."""

    def __init__(self, program: Sequence[str] = PROGRAM, limit_s: float = PICTURE_S_MAX) -> None:
        self._process = subprocess.Popen(  # noqa: S603  our own program, by its full path
            [sys.executable, *program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            # Ctrl-C is for the parent, which ends its children itself.
            process_group=None if sys.platform == "win32" else 0,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: S101, PT018
        self._requests, self._replies = self._process.stdin, self._process.stdout
        self._limit_s = limit_s
        self._ready = False
        self._asked = 0
        self.fresh = True

    def ask(self, asked: Mapping[str, Any], origin: str, body: bytes = b"") -> dict[str, Any]:
        """The reply to one request. `origin` names the picture, for people.

        Raises PictureFault picture_took_too_long, picture_killed_decoder and what the reply says; SourceFault
        decoder_silent where the child does not even start.
        """
        self.fresh = False  # whoever is interrupted here leaves a reply behind that answers nobody
        self._wait_until_ready()
        self._asked += 1
        in_time, line = self._within(self._limit_s, json.dumps(asked).encode() + b"\n" + body)
        self.fresh = in_time and line.endswith(b"\n") and self._asked < CHILD_PICTURES_MAX
        if line.endswith(b"\n"):
            return self._read(line, origin)
        if in_time:
            raise PictureFault("picture_killed_decoder", path=origin)
        raise PictureFault("picture_took_too_long", path=origin, limit_s=self._limit_s)

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self.fresh = False
        self._process.kill()
        self._process.wait()
        for pipe in (self._requests, self._replies):
            with suppress(OSError):
                pipe.close()

    def _wait_until_ready(self) -> None:
        if not self._ready:
            self._ready = self._within(START_S_MAX, b"")[1] == READY
        if not self._ready:
            raise SourceFault("decoder_silent")

    def _within(self, limit_s: float, request: bytes) -> tuple[bool, bytes]:
        """Write, then read a line; no system lets a pipe be waited for, so a timer kills the writer of it."""
        late = threading.Event()
        timer = threading.Timer(limit_s, self._kill_late, (late,))
        timer.start()
        try:
            line = self._exchange(request)
        finally:
            timer.cancel()
            timer.join()
        return not late.is_set(), line

    def _kill_late(self, late: threading.Event) -> None:
        late.set()
        self._process.kill()

    def _exchange(self, request: bytes) -> bytes:
        """The line that answers; empty or cut off when the child has died."""
        try:
            self._requests.write(request)
            self._requests.flush()
            return self._replies.readline(REPLY_BYTES_MAX)
        except (OSError, ValueError):  # ValueError: closed by another thread that ends the run
            return b""

    def _read(self, line: bytes, origin: str) -> dict[str, Any]:
        """A reply, or the fault it tells. What no child of ours says comes from one that was taken over."""
        try:
            reply: dict[str, Any] = json.loads(line)
            fault = _FAULTS[reply["fault"]](reply["code"], **reply["details"]) if "fault" in reply else None
        except (ValueError, KeyError, TypeError) as error:
            self.fresh = False
            raise PictureFault("picture_killed_decoder", path=origin) from error
        if fault:
            self.fresh = self.fresh and fault.code != "picture_too_hungry"
            raise fault
        return reply


def _environment() -> dict[str, str]:
    """Ours, with the places modules come from, without what configures the shop."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("SCANREFUND_")}
    places = os.pathsep.join(place or str(Path.cwd()) for place in sys.path)
    return kept | _ONE_THREAD | {"PYTHONPATH": places}


class Children:
    """Warm children, lent to one caller at a time; never more than `limit` at once."""

    def __init__(self, limit: int, start: Callable[[], Child] = Child) -> None:
        self._start = start
        self._places = threading.BoundedSemaphore(limit)
        self._lock = threading.Lock()
        self._idle: list[Child] = []
        self._lent: set[Child] = set()

    def warm(self) -> None:
        """Have one ready soon: it starts while the caller does something else."""
        with self._lock:
            if not self._idle and not self._lent:
                self._idle.append(self._start())

    @contextmanager
    def lent(self) -> Iterator[Child]:
        """A child for one request."""
        with self._places:
            with self._lock:
                child = self._idle.pop() if self._idle else self._start()
                self._lent.add(child)
            try:
                yield child
            finally:
                self._back(child)

    def _back(self, child: Child) -> None:
        with self._lock:
            known = child in self._lent
            self._lent.discard(child)
            if known and child.fresh:
                self._idle.append(child)
                return
        child.close()

    def interrupt(self) -> None:
        """End those that are at work: whoever waits for one hears that its picture was not read."""
        with self._lock:
            at_work = list(self._lent)
            self._lent.clear()
        for child in at_work:
            child.close()

    def close(self) -> None:
        """End all of them; the next request starts new ones."""
        self.interrupt()
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.close()


CHILDREN: Final = Children(os.cpu_count() or 1)
atexit.register(CHILDREN.close)
