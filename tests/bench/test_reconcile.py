from __future__ import annotations

from tests.bench.reconcile import REFUND_EVERY, STRANGERS, run


def test_a_large_bill_is_reconciled_whole() -> None:
    told = run(["--lines", "400"]).figures
    assert (told["lines"], told["unexplained_fen"]) == (400, 0)
    assert 0 < STRANGERS < REFUND_EVERY
    assert told["differences"] == STRANGERS
