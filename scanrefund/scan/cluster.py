"""A Dask cluster as a pool. Needs distributed (extra `cluster`).

Its workers need scanrefund, and what is a file here must be the same file there. Codes travel to this process
as they were read: between machines that is a matter for a `tls://` address.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, wait
from importlib.util import find_spec
from typing import Any, Final, TypeVar

from scanrefund.errors import SourceFault, UsageFault
from scanrefund.scan.pool import AHEAD_PER_CORE, LOOKS_EVERY_S, Check

CONNECT_S_MAX: Final = 10

In = TypeVar("In")
Out = TypeVar("Out")


class ClusterPool:
    """The workers of a scheduler. A worker that dies gives its pictures back; each is still read once.

    Raises UsageFault cluster_extra_missing, cluster_silent, cluster_without_workers.
    """

    def __init__(self, address: str, patience_s: float = CONNECT_S_MAX) -> None:
        self._address, self._patience_s = address, patience_s
        self._client = _connected(address, patience_s)
        self._executor = self._client.get_executor(pure=False)
        self.ahead = self._cores() * AHEAD_PER_CORE

    def _cores(self) -> int:
        try:
            self._client.wait_for_workers(1, timeout=self._patience_s)
        except TimeoutError as error:
            self._client.close()
            raise UsageFault("cluster_without_workers", address=self._address) from error
        return sum(self._client.nthreads().values())

    def submit(self, task: Callable[[In], Out], item: In) -> Future[Out]:
        with warnings.catch_warnings():
            # Members of archives travel with their task; there is no better way for bytes used once.
            warnings.simplefilter("ignore", UserWarning)
            future: Future[Out] = self._executor.submit(task, item)
            return future

    def result(self, future: Future[Out], check: Check) -> Out | None:
        """None where every worker died that had this picture in hand. Raises SourceFault cluster_lost."""
        from distributed.scheduler import KilledWorker  # noqa: PLC0415  an extra

        try:
            while not future.done():
                check()
                self._refuse_if_lost()
                wait([future], LOOKS_EVERY_S)
            return future.result()
        except KilledWorker:
            return None
        except (CancelledError, OSError) as error:
            raise SourceFault("cluster_lost", address=self._address) from error

    def _refuse_if_lost(self) -> None:
        """Dask would wait for its scheduler for ever; one that comes back has forgotten our pictures."""
        if self._client.status != "running":
            raise SourceFault("cluster_lost", address=self._address)

    def close(self) -> None:
        self._executor.shutdown(wait=False)
        self._client.close(timeout=self._patience_s)


def _connected(address: str, patience_s: float) -> Any:
    if find_spec("distributed") is None:
        raise UsageFault("cluster_extra_missing")
    import distributed  # noqa: PLC0415  an extra: it takes a second to import

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        connect: Any = distributed.Client
        return connect(address, timeout=patience_s, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageFault("cluster_silent", address=address) from error
