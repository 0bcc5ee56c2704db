"""Ctrl-C ends between lines, never inside one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Self


class WholeLines:
    """While `kept()`, an interrupt that comes during a `line()` waits for its end; a second one does not."""

    def __init__(self) -> None:
        self._writing = False
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

    @contextmanager
    def line(self) -> Iterator[None]:
        self._writing = True
        try:
            yield
        finally:
            self._writing = False
        if self._interrupted:
            raise KeyboardInterrupt

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if not self._writing or self._interrupted:
            raise KeyboardInterrupt
        self._interrupted = True
