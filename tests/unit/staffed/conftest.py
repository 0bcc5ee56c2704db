"""A shop whose ledger knows staff."""

from __future__ import annotations

import pytest

from scanrefund.ledger.ledger import Ledger
from tests.people import ALL, PeopleShop, hire


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    hire(PeopleShop(ledger).staff)
    return ledger


@pytest.fixture
def shop(ledger: Ledger) -> PeopleShop:
    """Here every refund needs a second person."""
    return PeopleShop(ledger, ALL)
