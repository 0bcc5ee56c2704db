"""What is served at this address: the house, and what the page keeps in memory beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from scanrefund.config import Settings
from scanrefund.house import House
from scanrefund.readiness import Finding
from scanrefund.training.practice import Practice
from scanrefund.web.browser_cameras import BrowserCameras
from scanrefund.web.camera import CounterCamera
from scanrefund.web.errands import Errands
from scanrefund.web.events import Events
from scanrefund.web.network import Network
from scanrefund.web.practice_door import PracticeDoor
from scanrefund.web.readings import Readings
from scanrefund.web.sessions import Sessions
from scanrefund.web.tries import Tries


@dataclass(frozen=True, slots=True)
class SelfTest:
    """The last self test and when it was made."""

    at: datetime
    findings: list[Finding]


@dataclass(slots=True)
class Site:
    """One counter's page; `application.application` serves it, `running.running` keeps it alive beside that.

    `examine` runs the self test of this counter, but for what is known already. `practice` is there only in
    training; `door` leads from the one to the other, where whoever serves the page walks through. `closing`
    is set when the program stops: streams end then.
    """

    house: House
    settings: Settings
    camera: CounterCamera
    examine: Callable[[Mapping[str, Finding]], list[Finding]]
    page_folder: Path
    sessions: Sessions
    network: Network
    browser_cameras: BrowserCameras = field(default_factory=BrowserCameras)
    errands: Errands = field(default_factory=Errands)
    events: Events = field(default_factory=Events)
    readings: Readings = field(default_factory=Readings)
    tries: Tries = field(default_factory=Tries)
    closing: threading.Event = field(default_factory=threading.Event)
    last_self_test: SelfTest | None = None
    practice: Practice | None = None
    door: PracticeDoor | None = None

    def go_on_from(self, before: Site) -> None:
        """Keep who sits at which page and what was shown: the house alone was opened anew.

        Between the shop and its training only the tries are kept: a person, a page, a code of the one is
        nothing in the other.
        """
        self.tries = before.tries
        if self.settings.training == before.settings.training:
            self.sessions, self.readings = before.sessions, before.readings

    @property
    def shop(self) -> Site:
        """The shop's site: this one, or the one that stays open behind a practice counter."""
        return self.door.shop if self.door and self.door.shop else self

    def now(self) -> datetime:
        """The house's own time."""
        return self.house.clock.now()

    def name_of(self, staff_id: str) -> str:
        """A person's name; of somebody the ledger does not know, what was written down."""
        found = self.house.staff.find(staff_id) if staff_id else None
        return found.name if found else staff_id
