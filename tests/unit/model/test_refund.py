from __future__ import annotations

from itertools import product

import pytest

from scanrefund.model.refund import (
    COUNTS_FOR_CUSTOMER,
    COUNTS_FOR_WALLET,
    MOVES,
    OPEN,
    TERMINAL,
    RefundState,
    may_move,
)
from tests.unit.builders import a_refund

# The design's edges, written out a second time by hand: state → where it may go.
EDGES = {
    "WAIT_APPROVAL": "READY CANCELLED UNKNOWN",
    "READY": "SENDING CANCELLED UNKNOWN",
    "SENDING": "UNKNOWN PROCESSING SUCCEEDED RETURNED_TO_MERCHANT ABNORMAL HELD CLOSED",
    "UNKNOWN": "SENDING PROCESSING SUCCEEDED RETURNED_TO_MERCHANT ABNORMAL HELD CLOSED",
    "PROCESSING": "SUCCEEDED RETURNED_TO_MERCHANT ABNORMAL CLOSED",
    "ABNORMAL": "SUCCEEDED RETURNED_TO_MERCHANT PROCESSING",
    "HELD": "SENDING PROCESSING SUCCEEDED RETURNED_TO_MERCHANT ABNORMAL CLOSED",
}
NO_WAY_OUT = ["SUCCEEDED", "RETURNED_TO_MERCHANT", "CLOSED", "CANCELLED", "PAID_OTHER_WAY", "EXTERNAL"]


@pytest.mark.parametrize(("old", "new"), list(product(RefundState, RefundState)))
def test_a_refund_moves_only_along_the_edges_of_the_design(old: RefundState, new: RefundState) -> None:
    assert may_move(old, new) == (old is new or new.value in EDGES.get(old.value, "").split())


def test_a_terminal_state_has_no_way_out() -> None:
    assert {state.value for state in TERMINAL} == set(NO_WAY_OUT)
    assert {old for old, _new in MOVES} == OPEN
    assert OPEN.isdisjoint(TERMINAL)


def test_what_was_sent_is_never_cancelled() -> None:
    assert {old for old, new in MOVES if new is RefundState.CANCELLED} == {
        RefundState.WAIT_APPROVAL,
        RefundState.READY,
    }


def test_only_proof_gives_an_amount_back() -> None:
    assert set(RefundState) - COUNTS_FOR_WALLET == {
        RefundState.CLOSED,
        RefundState.CANCELLED,
        RefundState.PAID_OTHER_WAY,
    }
    assert set(RefundState) - COUNTS_FOR_CUSTOMER == {
        RefundState.CLOSED,
        RefundState.CANCELLED,
        RefundState.RETURNED_TO_MERCHANT,
    }


@pytest.mark.parametrize("state", RefundState)
def test_a_refund_is_open_until_its_state_is_terminal(state: RefundState) -> None:
    assert a_refund(state=state).is_open == (state.value not in NO_WAY_OUT)
