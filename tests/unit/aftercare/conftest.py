from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanrefund.aftercare.reconcile import Reconciler
from scanrefund.ledger.bookings import Bookings
from scanrefund.model.wallet import Wallet
from tests.unit.aftercare.books import ACCOUNTS, AFTER, BillWallet, Shop
from tests.unit.builders import FakeClock, open_ledger


@pytest.fixture(scope="module")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: making the tables takes longer than any test here."""
    path = tmp_path_factory.mktemp("empty") / "ledger.sqlite3"
    open_ledger(path).close()
    return path


@pytest.fixture
def shop(tmp_path: Path, empty_ledger: Path) -> Iterator[Shop]:
    ledger = open_ledger(Path(shutil.copy(empty_ledger, tmp_path)))
    gateways = {wallet: BillWallet(wallet) for wallet in Wallet}
    time = FakeClock(AFTER)
    yield Shop(ledger, time, gateways, Reconciler(Bookings(ledger), gateways, ACCOUNTS, time.clock))  # type: ignore[arg-type]
    ledger.close()
