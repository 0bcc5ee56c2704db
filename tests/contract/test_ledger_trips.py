"""The tests of trips once more, on PostgreSQL: begin, end, take over, due."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scanrefund.ledger.ledger import Ledger
from tests.postgres import Server
from tests.unit.builders import a_ledger
from tests.unit.ledger.test_trips import *  # noqa: F403


@pytest.fixture
def ledger(postgres: Server) -> Iterator[Ledger]:
    """A new ledger that holds the one sample order."""
    with postgres.ledger() as url, a_ledger(url) as opened:
        yield opened
