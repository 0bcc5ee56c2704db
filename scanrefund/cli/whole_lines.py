"""Ctrl-C ends a long run between two lines."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Self


class WholeLines:
    """While `kept()`, an interrupt is only noted; `check()` raises it where nothing is half done.

    Raised anywhere, it may come while a lock of the pool is being taken: its threads then never end. A second
    interrupt is raised at once all the same.
    """

    def __init__(self) -> None:
        self._interrupted = False

    @contextmanager
    def kept(self) -> Iterator[Self]:
        before = signal.getsignal(signal.SIGINT)
        ours = before is signal.default_int_handler and threading.current_thread() is threading.main_thread()
        if ours:
            signal.signal(signal.SIGINT, self._interrupt)
        try:
            yield self
        finally:
            if ours:
                signal.signal(signal.SIGINT, before)

    def check(self) -> None:
        """Raises KeyboardInterrupt when one was noted."""
        if self._interrupted:
            raise KeyboardInterrupt

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if self._interrupted:
            raise KeyboardInterrupt
        self._interrupted = True
