"""Whom one counter serves: the shop, its practice counter where somebody opens it, the shop again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from scanrefund.cli.counter_page import CounterPage, working
from scanrefund.cli.invocation import Invocation
from scanrefund.cli.running import Told, has_moved
from scanrefund.cli.sandbox_beside import Sandbox, sandbox_beside
from scanrefund.errors import Fault

if TYPE_CHECKING:
    from scanrefund.config import Settings
    from scanrefund.house import House
    from scanrefund.web.practice_door import PracticeDoor
    from scanrefund.web.site import Site

# A wait that never ends hears no Ctrl-C on Windows.
_LOOK_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Turns:
    """`announce` is told the address and the settings of the first that is served."""

    invocation: Invocation
    page: CounterPage
    stopped: threading.Event
    announce: Callable[[str, Settings], None]

    def serve(self, settings: Settings, house: House, sandbox: Sandbox) -> None:
        """Serve a house until told to stop, or until its sandbox serves elsewhere: it is opened anew then.

        While a practice counter is served in between, the shop's house and its worker go on behind it.
        """
        trouble: Fault | None = None
        while not self.stopped.is_set():
            door = None if settings.training else _door(settings, trouble)
            with self.page.served(settings, house, door) as (url, site):
                if self.page.is_first:
                    self.announce(url, settings)
                self._until_over(settings, (sandbox,), door)
            if door is None or not door.wanted.is_set():
                return
            trouble = self._practise(site, sandbox)

    def _practise(self, shop: Site, sandbox: Sandbox) -> Fault | None:
        """Serve the practice counter until somebody leaves it; the fault that kept it shut, if any."""
        from scanrefund.config.training_place import training_settings
        from scanrefund.ledger.writer_lock import only_writer

        try:
            place = training_settings(shop.settings)
            with only_writer(place.ledger.url, "scanrefund counter"), sandbox_beside(place) as own:
                door = _door(shop.settings, None, shop)
                while not self.stopped.is_set() and not door.wanted.is_set():
                    self._practice_turn(shop, door, (own, sandbox))
        except Fault as fault:
            return fault
        return None

    def _practice_turn(self, shop: Site, door: PracticeDoor, sandboxes: tuple[Sandbox, ...]) -> None:
        from scanrefund.config.training_place import training_settings

        # Only now its sandbox has written its keys and its address.
        place = training_settings(shop.settings)
        told = Told(self.invocation, quiet=True, home=place.home)
        with (
            self.invocation.house(place, wallets=True) as house,
            working(house, told, self.stopped),
            self.page.served(place, house, door),
        ):
            self._until_over(place, sandboxes, door)

    def _until_over(
        self, settings: Settings, sandboxes: tuple[Sandbox, ...], door: PracticeDoor | None
    ) -> None:
        while not self.stopped.wait(_LOOK_S) and not has_moved(settings):
            if door is not None and door.wanted.is_set():
                return
            for sandbox in sandboxes:
                sandbox.look()


def _door(shop: Settings, trouble: Fault | None, site: Site | None = None) -> PracticeDoor:
    from scanrefund.config.training_place import training_settings
    from scanrefund.web.practice_door import PracticeDoor

    return PracticeDoor(lambda: training_settings(shop), site, trouble)
