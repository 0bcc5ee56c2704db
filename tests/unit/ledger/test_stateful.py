"""The ledger against a model of it: whatever is reserved, sent, told and decided, both agree on the sums."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from scanrefund.errors import Bug
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.trips import Lease
from scanrefund.model.order import IN_VAIN_MAX, OrderState
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import Command, RefundState
from tests.unit.builders import NOW, ORDER, an_order, keep, open_ledger_at, reserve

S = RefundState
LEASE = Lease("counter1", 30)
ORDERS, WISHES = count(), count()
SETTINGS = settings(max_examples=15, stateful_step_count=15, deadline=None, print_blob=True)

# Where an answer may leave a refund that is being sent, and what it then counts: (wallet, customer).
ENDS_OF_A_SEND = {
    S.UNKNOWN: (1, 1),
    S.PROCESSING: (1, 1),
    S.ABNORMAL: (1, 1),
    S.HELD: (1, 1),
    S.SUCCEEDED: (1, 1),
    S.RETURNED_TO_MERCHANT: (1, 0),
    S.CLOSED: (0, 0),
}
GOES_ON = {S.UNKNOWN, S.HELD}


class LedgerMachine(RuleBasedStateMachine):
    """Refunds of one order of 10,000 fen. The model is two dictionaries: amount and state by number."""

    refunds = Bundle("refunds")
    sending = Bundle("sending")

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self.ledger = ledger
        self.order_id = f"M{next(ORDERS)}"
        keep(ledger, an_order(order_id=self.order_id))
        self.amounts: dict[str, int] = {}
        self.states: dict[str, RefundState] = {}

    def teardown(self) -> None:
        assert self.ledger.first_broken_entry() is None

    def counted(self, cap: int) -> int:
        """What the model counts for a cap: 0 the wallet's, 1 the customer's."""
        return sum(
            fen * ENDS_OF_A_SEND.get(self.states[number], (1, 1))[cap] for number, fen in self.amounts.items()
        )

    @rule(target=refunds, amount_fen=st.integers(1, 6_000))
    def reserves(self, amount_fen: int) -> object:
        fits = max(self.counted(0), self.counted(1)) + amount_fen <= ORDER.amount.fen
        wish = f"request-{next(WISHES)}"
        last = [*self.states.values()][-IN_VAIN_MAX:]
        in_sight = last != [S.CLOSED] * IN_VAIN_MAX
        if not fits or not in_sight:
            with pytest.raises(Bug, match="reserve_over_cap" if in_sight else "reserve_out_of_sight"):
                reserve(self.ledger, self.order_id, amount_fen, request_id=wish)
            return multiple()
        made = reserve(self.ledger, self.order_id, amount_fen, request_id=wish)
        self.amounts[made.refund_id], self.states[made.refund_id] = amount_fen, S.READY
        return made.refund_id

    @rule(target=sending, number=consumes(refunds))
    def is_sent(self, number: str) -> object:
        refund = self.ledger.refund(number)
        assert refund is not None
        attempt = self.ledger.begin(refund, Command.SEND, LEASE, NOW)
        assert attempt is not None
        assert self.ledger.begin(refund, Command.SEND, LEASE, NOW) is None, "a second worker got it too"
        self.states[number] = S.SENDING
        return attempt

    @rule(target=refunds, attempt=consumes(sending), new=st.sampled_from(sorted(ENDS_OF_A_SEND)))
    def is_answered(self, attempt: object, new: RefundState) -> object:
        number = attempt.refund.refund_id  # type: ignore[attr-defined]
        self.ledger.end(attempt, Answer(Outcome(new.value)), new, {}, "", NOW)  # type: ignore[arg-type]
        self.ledger.end(attempt, Answer(Outcome.UNKNOWN), S.UNKNOWN, {}, "", NOW)  # type: ignore[arg-type]
        self.states[number] = new
        return number if new in GOES_ON else multiple()

    @rule(target=sending, attempt=consumes(sending))
    def is_taken_over_after_a_death(self, attempt: object) -> object:
        refund = attempt.refund  # type: ignore[attr-defined]
        assert self.ledger.take_over(refund, LEASE, NOW) is None, "the lease does not hold"
        # The new lease ends before the old clock's next look, so that the machine's one time serves all.
        later = NOW + timedelta(seconds=LEASE.length_s)
        taken = self.ledger.take_over(refund, Lease("counter2", 0), later)
        assert taken is not None
        return taken

    @invariant()
    def the_caps_are_the_models_sums(self) -> None:
        order = self.ledger.order(self.order_id)
        assert order is not None
        assert (order.wallet_reserved.fen, order.customer_reserved.fen) == (self.counted(0), self.counted(1))
        assert max(self.counted(0), self.counted(1)) <= ORDER.amount.fen

    @invariant()
    def every_refund_is_where_the_model_says(self) -> None:
        assert {
            one.refund_id: one.state for one in self.ledger.refunds(order_id=self.order_id)
        } == self.states

    @invariant()
    def the_order_tells_what_arrived(self) -> None:
        order = self.ledger.order(self.order_id)
        paid = sum(fen for number, fen in self.amounts.items() if self.states[number] is S.SUCCEEDED)
        assert order is not None
        assert order.refunded.fen == paid
        assert (order.state is OrderState.REFUNDED) == (paid == ORDER.amount.fen)


def test_the_ledger_does_what_its_model_does(ledger_url: str) -> None:
    ledger = open_ledger_at(ledger_url)
    try:
        run_state_machine_as_test(lambda: LedgerMachine(ledger), settings=SETTINGS)  # type: ignore[arg-type]
    finally:
        ledger.close()
