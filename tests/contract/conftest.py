from __future__ import annotations

from collections.abc import Iterator

import pytest

from scanrefund.ledger.ledger import Ledger
from tests.people import PeopleShop, hire
from tests.unit.builders import ORDER, keep, open_ledger_at


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """A new ledger that holds the one sample order."""
    opened = open_ledger_at(ledger_url)
    keep(opened, ORDER)
    yield opened
    opened.close()


@pytest.fixture
def counters(ledger_url: str) -> Iterator[tuple[Ledger, Ledger]]:
    """Two counters of one shop that knows staff."""
    first, second = open_ledger_at(ledger_url), open_ledger_at(ledger_url)
    keep(first, ORDER)
    hire(PeopleShop(first).staff)
    yield first, second
    first.close()
    second.close()
