"""A counter page for each test: a data folder copied from one that was made once, and one sandbox for all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from scanrefund import config
from scanrefund.assemble import open_house
from scanrefund.sandbox import server
from scanrefund.web.running import site_of
from tests.people import Crew, a_staff_desk, hire
from tests.unit.web.counter import MovedClock, Served, Wallets, counter


@pytest.fixture(scope="session")
def sandbox_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Wallets]]:
    """Making its keys takes longer than any test."""
    folder = tmp_path_factory.mktemp("rehearsal") / "sandbox"
    with server.start(folder) as running:
        yield folder, Wallets(running.base_url)


@pytest.fixture(scope="session")
def prepared(
    tmp_path_factory: pytest.TempPathFactory, sandbox_folder: tuple[Path, Wallets]
) -> tuple[Path, Crew]:
    """A data folder with tables and people."""
    home = tmp_path_factory.mktemp("prepared") / "home"
    home.mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        settings = _settings(patch, home, sandbox_folder[0])
        with open_house(settings) as house:
            dispatcher = house.supervisor._dispatcher
            crew = hire(a_staff_desk(house.ledger, house.keys, dispatcher, house.clock))
    return home, crew


@pytest.fixture
def shop(
    tmp_path: Path, prepared: tuple[Path, Crew], sandbox_folder: tuple[Path, Wallets]
) -> Iterator[Served]:
    """A counter of the test's own."""
    with _opened(tmp_path, prepared, sandbox_folder) as served:
        yield served


@pytest.fixture(scope="module")
def busy_shop(
    tmp_path_factory: pytest.TempPathFactory,
    prepared: tuple[Path, Crew],
    sandbox_folder: tuple[Path, Wallets],
) -> Iterator[Served]:
    """One counter for a file of tests that leave nothing behind but their own sessions."""
    with _opened(tmp_path_factory.mktemp("busy"), prepared, sandbox_folder) as served:
        yield served


@contextmanager
def _opened(
    folder: Path, prepared: tuple[Path, Crew], sandbox_folder: tuple[Path, Wallets]
) -> Iterator[Served]:
    home, time, page_folder = folder / "home", MovedClock(), folder / "page"
    shutil.copytree(prepared[0], home)
    # The page's real files are the front end's business.
    page_folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        settings = _settings(patch, home, sandbox_folder[0])
        with open_house(settings, time.clock) as house:
            # A self test of the real machine belongs to the tests that ask for one.
            site = replace(site_of(settings, house), page_folder=page_folder, examine=lambda _known: [])
            with counter(site, prepared[1], sandbox_folder[1], time) as served:
                yield served


def _settings(patch: pytest.MonkeyPatch, home: Path, sandbox: Path) -> config.Settings:
    for name in [name for name in os.environ if name.upper().startswith("SCANREFUND_")]:
        patch.delenv(name)
    patch.setenv("SCANREFUND_HOME", str(home))
    patch.setenv("SCANREFUND_LANGUAGE", "en")
    patch.setenv("SCANREFUND_WALLETS__SANDBOX_DIR", str(sandbox))
    patch.setenv("SCANREFUND_SCAN__CAMERA", str(home / "no-such-video.avi"))
    return config.load()
