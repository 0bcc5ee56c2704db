"""Where pictures are read: on the cores of this machine, or on those of a Dask cluster. One interface.

Every core has a picture child of its own (`scan.child`), here as there: a picture ends a child, no worker.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final, Protocol, TypeVar

from scanrefund.scan.child import CHILDREN

# Pictures under way per core: a hard one takes as long as twenty easy ones, and lines come in order.
AHEAD_PER_CORE: Final = 24

# How often a caller that waits is asked whether it still wants to.
LOOKS_EVERY_S: Final = 0.2

Check = Callable[[], None]
In = TypeVar("In")
Out = TypeVar("Out")


class Pool(Protocol):
    """`ahead`: how many pictures under way keep every core busy."""

    @property
    def ahead(self) -> int: ...

    def submit(self, task: Callable[[In], Out], item: In) -> Future[Out]: ...

    def result(self, future: Future[Out], check: Check) -> Out | None:
        """What the task gave; None when those that should have done it were lost.

        `check` is called now and then while the result is awaited. Raises what it raises, and SourceFault.
        """

    def close(self) -> None:
        """End everything, finished or not."""


class LocalPool:
    """Threads that each wait for a picture child: no more than there are cores."""

    def __init__(self, workers: int) -> None:
        workers = min(workers, os.cpu_count() or 1)
        self.ahead = workers * AHEAD_PER_CORE
        self._threads = ThreadPoolExecutor(workers, "picture")

    def submit(self, task: Callable[[In], Out], item: In) -> Future[Out]:
        return self._threads.submit(task, item)

    def result(self, future: Future[Out], check: Check) -> Out | None:
        while not future.done():
            check()
            wait([future], LOOKS_EVERY_S)
        return future.result()

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        CHILDREN.interrupt()
