"""The counter's page on its one port, and the worker beside it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from scanrefund.cli.running import Told

if TYPE_CHECKING:
    from scanrefund.config import Settings
    from scanrefund.house import House
    from scanrefund.web.practice_door import PracticeDoor
    from scanrefund.web.site import Site

# As long as one trip to a wallet may take, and a little.
WORKER_STOP_S: Final = 130.0


class CounterPage:
    """The page on one port for as long as the counter runs, whatever house stands behind it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._last: Site | None = None
        self.is_first = True

    @contextmanager
    def served(
        self, settings: Settings, house: House, door: PracticeDoor | None
    ) -> Iterator[tuple[str, Site]]:
        """The page served; its address, and the site behind it."""
        # FastAPI, OpenCV and the rest are heavy; `scanrefund --help` does without them.
        from scanrefund.web.application import application
        from scanrefund.web.running import running, site_of
        from scanrefund.web.serving import LOOPBACK, served

        site = site_of(settings, house)
        site.door = door
        if self._last is not None:
            self.is_first = False
            site.go_on_from(self._last)
        self._last = site
        with running(site), served(application(site), self._port, site.closing.set) as self._port:
            yield f"http://{LOOPBACK}:{self._port}/", site


@contextmanager
def working(house: House, told: Told, stopped: threading.Event) -> Iterator[None]:
    """The worker on a thread of its own. What nobody expected there ends the program, and is raised here."""
    broken: list[BaseException] = []
    over = threading.Event()

    def work() -> None:
        try:
            house.worker.run(lambda: over.is_set() or stopped.is_set(), told, told.fault)
        except BaseException as error:  # noqa: BLE001  (told by the door, on the main thread)
            broken.append(error)
            stopped.set()

    worker = threading.Thread(target=work, name="worker", daemon=True)
    worker.start()
    try:
        yield
    finally:
        over.set()
        worker.join(WORKER_STOP_S)
    if broken:
        raise broken[0]
