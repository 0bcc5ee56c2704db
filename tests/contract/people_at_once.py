"""Several at the same thing in the same moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def at_once(jobs: Sequence[Callable[[], T]]) -> list[T]:
    with ThreadPoolExecutor(len(jobs)) as threads:
        return [done.result(timeout=60) for done in [threads.submit(job) for job in jobs]]
