from __future__ import annotations

import json
from datetime import timedelta

import pytest

from scanrefund.aftercare.receipt import Writer
from scanrefund.model.money import Money
from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import RefundState
from scanrefund.model.refusal import Reason, Refusal
from scanrefund.model.wallet import Wallet
from tests.unit.builders import NOW, a_refund

WRITER = Writer("en", rehearsal=True)
# The design's exit codes, by state: 0 succeeded, 3 open, 4 declined, 5 needs a person.
EXITS = {
    "SUCCEEDED": 0, "EXTERNAL": 0, "PAID_OTHER_WAY": 0,
    "READY": 3, "SENDING": 3, "UNKNOWN": 3, "PROCESSING": 3,
    "CLOSED": 4, "CANCELLED": 4,
    "HELD": 5, "ABNORMAL": 5, "RETURNED_TO_MERCHANT": 5, "WAIT_APPROVAL": 5,
}  # fmt: skip
FIELDS = [
    "refund_id", "order_id", "wallet", "amount_fen", "state", "outcome", "reason", "say_clerk",
    "say_customer", "next_step", "next_try_at",
]  # fmt: skip


@pytest.mark.parametrize("state", RefundState)
def test_each_state_has_its_exit_and_its_sentences(state: RefundState) -> None:
    receipt = WRITER.of_refund(a_refund(state=state))
    assert receipt.exit_code == EXITS[state.value]
    assert receipt.say_clerk
    assert receipt.say_customer
    assert receipt.next_step


def test_a_refund_becomes_the_promised_fields() -> None:
    later = NOW + timedelta(seconds=10)
    refund = a_refund(state=RefundState.UNKNOWN, outcome=Outcome.UNKNOWN, next_try_at=later)
    fields = WRITER.of_refund(refund).as_json()
    assert list(fields) == FIELDS
    assert json.loads(json.dumps(fields)) == fields
    assert (fields["state"], fields["outcome"], fields["reason"]) == ("UNKNOWN", "UNKNOWN", None)
    assert (fields["amount_fen"], fields["wallet"]) == (2_500, "wechat")
    assert fields["next_try_at"] == later.isoformat()


def test_a_refusal_becomes_a_receipt_of_nothing_sent() -> None:
    refusal = Refusal(Reason.AMOUNT_OVER_REMAINING, {"amount_fen": 2_001, "max_fen": 2_000})
    receipt = WRITER.of_refusal(refusal, "A1001", Wallet.WECHAT, Money(2_001))
    fields = receipt.as_json()
    assert receipt.exit_code == 1
    assert (fields["refund_id"], fields["state"], fields["outcome"]) == (None, None, None)
    assert fields["reason"] == "amount_over_remaining"
    assert "20.00" in receipt.say_clerk


def test_a_receipt_of_a_rehearsal_says_so() -> None:
    assert WRITER.of_refund(a_refund()).rehearsal
    assert not Writer("en", rehearsal=False).of_refund(a_refund()).rehearsal
