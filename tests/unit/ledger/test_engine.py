from __future__ import annotations

import pytest

from scanrefund.errors import LedgerFault
from scanrefund.ledger.engine import TRIES_MAX, LedgerSettings, open_engine, retried
from scanrefund.ledger.postgres import Conflict


class Transaction:
    """Loses the first `conflicts` times; counts how often it was run."""

    def __init__(self, conflicts: int, fault: LedgerFault) -> None:
        self._conflicts = conflicts
        self._fault = fault
        self.runs = 0

    @retried
    def run(self) -> str:
        self.runs += 1
        if self.runs <= self._conflicts:
            raise self._fault
        return "done"


def test_a_transaction_that_another_threw_back_runs_again_whole() -> None:
    transaction = Transaction(3, Conflict("ledger_busy"))
    assert transaction.run() == "done"
    assert transaction.runs == 4


def test_a_conflict_that_never_ends_is_told() -> None:
    transaction = Transaction(1_000, Conflict("ledger_busy"))
    with pytest.raises(LedgerFault):
        transaction.run()
    assert transaction.runs == TRIES_MAX


def test_a_lost_connection_is_never_run_again() -> None:
    transaction = Transaction(1, LedgerFault("ledger_connection_lost"))
    with pytest.raises(LedgerFault):
        transaction.run()
    assert transaction.runs == 1


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(LedgerFault) as caught:
        open_engine(LedgerSettings("mysql://localhost/x", 30))
    assert caught.value.code == "ledger_url_unsupported"
