"""A practice counter served in this process: the training folder of a shop that has nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scanrefund import config
from scanrefund.assemble import open_house
from scanrefund.config.training_place import training_settings
from scanrefund.sandbox import server
from scanrefund.web.application import application
from scanrefund.web.practice_door import PracticeDoor
from scanrefund.web.running import PAGE_FOLDER, running, site_of
from scanrefund.web.serving import served
from scanrefund.web.site import Site
from tests.unit.web.counter import Page


@contextmanager
def practising(home: Path, door: PracticeDoor | None = None) -> Iterator[tuple[Site, int]]:
    """The site and its port. The environment names `home` as the data folder."""
    place = training_settings(config.load())
    assert place.home.is_relative_to(home)
    with server.start(place.sandbox_dir), open_house(settings := training_settings(config.load())) as house:
        site = site_of(settings, house)
        site.door = door
        assert site.page_folder == PAGE_FOLDER
        with running(site), served(application(site), 0, site.closing.set) as port:
            yield site, port


def trainee(port: int, name: str = "小林") -> Page:
    """A page on which somebody practises."""
    page = Page(port)
    page.start()
    assert page.post("/desk/training/join", {"name": name}).status == 200
    return page
