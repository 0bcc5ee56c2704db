from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from scanrefund.ledger.ledger import Ledger
from tests.people import PeopleShop, hire
from tests.unit.builders import a_ledger, open_ledger_at


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """A new ledger that holds the one sample order."""
    with a_ledger(ledger_url) as opened:
        yield opened


@pytest.fixture
def counters(ledger_url: str) -> Iterator[tuple[Ledger, Ledger]]:
    """Two counters of one shop that knows staff."""
    with a_ledger(ledger_url) as first, closing(open_ledger_at(ledger_url)) as second:
        hire(PeopleShop(first).staff)
        yield first, second
