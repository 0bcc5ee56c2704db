from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanrefund.ledger.ledger import Ledger
from tests.unit.builders import ORDER, keep, open_ledger


@pytest.fixture
def ledger_path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3"


@pytest.fixture(scope="session")
def sample_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with the one sample order, to be copied: making the tables takes a while."""
    path = tmp_path_factory.mktemp("sample") / "ledger.sqlite3"
    opened = open_ledger(path)
    keep(opened, ORDER)
    opened.close()
    return path


@pytest.fixture
def ledger(ledger_path: Path, sample_ledger: Path) -> Iterator[Ledger]:
    """A new ledger that holds the one sample order."""
    shutil.copy(sample_ledger, ledger_path)
    opened = open_ledger(ledger_path)
    yield opened
    opened.close()
