"""A site put together from its house, and everything that goes on behind it while it is served."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from scanrefund.assemble import surroundings
from scanrefund.config import Settings
from scanrefund.errors import UsageFault
from scanrefund.house import House
from scanrefund.http import Http
from scanrefund.readiness import examine
from scanrefund.scan.camera import without_password
from scanrefund.scan.live import Live
from scanrefund.scan.presence import Announced
from scanrefund.scan.source import open_source
from scanrefund.training.people import settle
from scanrefund.training.practice import Practice
from scanrefund.training.results import FILE_NAME, Results
from scanrefund.training.wallets import PracticeWallets
from scanrefund.web.call import words
from scanrefund.web.camera import CounterCamera
from scanrefund.web.network import Network
from scanrefund.web.scanning import answer
from scanrefund.web.sessions import Sessions
from scanrefund.web.shell import reason_text
from scanrefund.web.site import Site
from scanrefund.web.status import camera_of
from scanrefund.web.watching import Watch

PAGE_FOLDER: Final = Path(__file__).parent / "page"
# A look at the ledger or a knock at a wallet is over by then.
STOP_S_MAX: Final = 5.0


def site_of(settings: Settings, house: House) -> Site:
    """One counter's page. Nothing runs yet and nothing is opened."""
    around = surroundings(settings, house.clock)
    name = without_password(settings.camera)

    def camera() -> Live:
        return Live(name, lambda: open_source(settings.camera, house.clock.now))

    practice = _practice_of(settings, house) if settings.training else None
    return Site(
        house=house,
        settings=settings,
        camera=CounterCamera(name, camera),
        examine=partial(examine, around),
        page_folder=PAGE_FOLDER,
        sessions=Sessions(settings.page.idle_lock_s),
        network=Network(around.addresses, house.clock),
        practice=practice,
    )


def _practice_of(settings: Settings, house: House) -> Practice:
    """The practice counter, its people and its sandbox. Raises UsageFault where the sandbox never served."""
    if not settings.sandbox_url:
        raise UsageFault("training_sandbox_missing")
    owner, supervisor = (
        words(settings.language, f"training_people.{who}") for who in ("owner", "supervisor")
    )
    settle(house.staff, owner, supervisor)
    wallets = PracticeWallets(settings.sandbox_url, Http(settings.http))
    results = Results(settings.home / FILE_NAME)
    return Practice(house, wallets, results, partial(reason_text, language=settings.language))


@contextmanager
def running(site: Site) -> Iterator[None]:
    """Watch ledger, network and camera while the block runs; trips that are under way then are finished."""
    site.camera.tell(partial(_seen, site), partial(_trouble, site))
    watch = Watch(site)
    threads = [
        threading.Thread(target=work, args=(site.closing,), name=name, daemon=True)
        for name, work in (("watch", watch.run), ("network", site.network.run))
    ]
    for thread in threads:
        thread.start()
    site.camera.on()
    try:
        yield
    finally:
        site.closing.set()
        site.camera.off()
        for thread in threads:
            thread.join(STOP_S_MAX)
        site.errands.close()


def _seen(site: Site, announced: Announced) -> None:
    seen_at = announced.first_seen_at or site.now()
    site.events.publish("shown", lambda language: answer(site, announced.reading, seen_at, language))


def _trouble(site: Site) -> None:
    site.events.publish("camera", lambda language: camera_of(site, language))
