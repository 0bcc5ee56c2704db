"""The database server itself dies without warning, and comes back."""

from __future__ import annotations

import threading

import pytest

from scanrefund.errors import LedgerFault
from scanrefund.ledger.ledger import Ledger
from tests.postgres import Server, running
from tests.unit.builders import an_order, keep, open_ledger_at, reserve

CRASHES = 3
REFUNDS_MAX = 500


@pytest.mark.long
def test_what_was_told_to_be_written_survives_the_servers_crash() -> None:
    with running() as server:
        ledger = open_ledger_at(server.new_database())
        keep(ledger, *(an_order(order_id=f"S{number}") for number in range(CRASHES * REFUNDS_MAX)))
        told: list[str] = []
        for crash in range(CRASHES):
            told += crash_while_recording(server, ledger, crash * REFUNDS_MAX)
            kept = {refund.refund_id for refund in ledger.refunds(limit=CRASHES * REFUNDS_MAX)}
            assert set(told) <= kept
            # The one whose COMMIT was under way may be there or not.
            assert len(kept) <= len(told) + crash + 1
            assert ledger.first_broken_entry() is None
        ledger.close()


def crash_while_recording(server: Server, ledger: Ledger, first: int) -> list[str]:
    """The refunds that the ledger told to be written before the server died under it."""
    told: list[str] = []
    enough = threading.Event()

    def record() -> None:
        try:
            for number in range(first, first + REFUNDS_MAX):
                told.append(reserve(ledger, f"S{number}", request_id=f"s{number}").refund_id)
                if len(told) == 20:
                    enough.set()
        except LedgerFault:
            enough.set()

    recorder = threading.Thread(target=record)
    recorder.start()
    assert enough.wait(timeout=60)
    server.crash()
    recorder.join(timeout=60)
    assert not recorder.is_alive()
    server.start()
    return told
