"""What a page asks a wallet for goes on behind it: the page is answered at once with what stands."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Final, Self, TypeVar

T = TypeVar("T")

# More trips at a time than one counter's clerks can ask for; each ends by the deadline of its connection.
AT_ONCE_MAX: Final = 8


class Errands:
    """Calls that may take as long as a wallet does, each under a name; one that is under way is joined."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE_MAX, thread_name_prefix="errand")
        self._lock = threading.Lock()
        self._under_way: dict[str, Future[object]] = {}

    def begin(self, name: str, errand: Callable[[], T]) -> tuple[Future[T], bool]:
        """Begin an errand, or join the one of this name that is under way; whether it was begun now."""
        with self._lock:
            going = self._under_way.get(name)
            if going is not None and not going.done():
                return going, False  # type: ignore[return-value]
            begun = self._pool.submit(errand)
            self._under_way = {
                other: future for other, future in self._under_way.items() if not future.done()
            }
            self._under_way[name] = begun  # type: ignore[assignment]
            return begun, True

    @property
    def is_busy(self) -> bool:
        """Whether anything is under way."""
        with self._lock:
            return any(not future.done() for future in self._under_way.values())

    def close(self) -> None:
        """Let what is under way finish; nothing new is begun."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
