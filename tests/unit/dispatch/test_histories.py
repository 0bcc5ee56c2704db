"""Random histories of answers, deaths and slow replies against the real ledger: the books keep the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.ledger.engine import LedgerSettings
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.money import Money
from scanrefund.model.order import IN_VAIN_MAX, Order
from scanrefund.model.outcome import Answer, Outcome
from scanrefund.model.refund import COUNTS_FOR_CUSTOMER, COUNTS_FOR_WALLET, Refund, RefundState
from scanrefund.model.wallet import Wallet
from tests.unit.builders import KEYS, SHOP, FakeClock, FakeWallet, Killed, an_order, answering, keep, reserve

LEASE_S = 30
# Enough honest trips to bring anything to its end.
PATIENCE_TRIPS = 10
NUMBERS = count()

Script = Callable[[Refund], Answer]


class World:
    """One order, one wallet, two counters on one ledger, and a clock."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.order_id = f"H{next(NUMBERS)}"
        self.wallet = FakeWallet()
        self.time = FakeClock()
        self.ended: dict[str, RefundState] = {}
        self.one, self.other = (
            Dispatcher(ledger, {Wallet.WECHAT: self.wallet}, self.time.clock, LEASE_S) for _ in range(2)
        )
        keep(ledger, an_order(order_id=self.order_id))

    @property
    def order(self) -> Order:
        order = self.ledger.order(self.order_id)
        assert order is not None
        return order

    def refunds(self) -> list[Refund]:
        return self.ledger.refunds(order_id=self.order_id)

    def wish(self, amount_fen: int) -> None:
        """A clerk refunds what the rules let go."""
        order = self.order
        may_be_taken = amount_fen <= order.remaining.fen and order.in_vain < IN_VAIN_MAX
        if may_be_taken and order.open_refund_id is None:
            reserve(
                self.ledger,
                self.order_id,
                amount_fen,
                self.time.at,
                request_id=f"{self.order_id}/{next(NUMBERS)}",
            )

    def trip(self, send: str, ask: str) -> None:
        """One trip of the open refund, with what befalls it."""
        open_id = self.order.open_refund_id
        refund = self.ledger.refund(open_id) if open_id else None
        if refund is None:
            return
        if refund.next_try_at is not None:
            self.time.at = max(self.time.at, refund.next_try_at)
        self.wallet.sends, self.wallet.asks = [self.sends[send]], [self.asks[ask]]
        try:
            self.one.dispatch(refund)
        except Killed:
            self.time.forward(LEASE_S)

    @property
    def sends(self) -> dict[str, Script]:
        wallet = self.wallet
        return {
            "pays": wallet.pay,
            "accepts": wallet.accept,
            "closes": wallet.close,
            "lost on the way": answering(Outcome.UNKNOWN),
            "never left": answering(Outcome.NOT_SENT),
            "declines": answering(Outcome.DECLINED),
            "holds": answering(Outcome.HELD),
            "pays, reply lost": self.then(wallet.pay, Outcome.UNKNOWN),
            "accepts, reply lost": self.then(wallet.accept, Outcome.UNKNOWN),
            "stuck": self.then(wallet.accept, Outcome.ABNORMAL),
            "dies before": self.dying(wallet.tell),
            "pays, dies": self.dying(wallet.pay),
            "pays slowly": self.slowly(wallet.pay),
            "declines slowly": self.slowly(answering(Outcome.DECLINED)),
        }

    @property
    def asks(self) -> dict[str, Script]:
        wallet = self.wallet
        return {
            "tells": wallet.tell,
            "silent": answering(Outcome.UNKNOWN),
            "offline": answering(Outcome.NOT_SENT),
            "finds nothing": answering(Outcome.ABSENT),
            "refuses": answering(Outcome.DECLINED),
            "has no rights": answering(Outcome.HELD),
            "settles": self.settled(wallet.pay),
            "closes": self.settled(wallet.close),
            "stuck": self.settled(self.then(wallet.tell, Outcome.ABNORMAL)),
            "dies": self.dying(wallet.tell),
            "tells slowly": self.slowly(wallet.tell),
        }

    def then(self, act: Script, said: Outcome) -> Script:
        def script(refund: Refund) -> Answer:
            act(refund)
            return Answer(said, said.value.lower())

        return script

    def dying(self, act: Script) -> Script:
        def script(refund: Refund) -> Answer:
            act(refund)
            raise Killed

        return script

    def slowly(self, act: Script) -> Script:
        """The answer comes when the lease is over and the other counter found, asked and sent."""

        def script(refund: Refund) -> Answer:
            answer = act(refund)
            self.time.forward(LEASE_S)
            for _ in range(3):
                found = self.ledger.refund(refund.refund_id)
                assert found is not None
                self.other.dispatch(found)
            return answer

        return script

    def settled(self, act: Script) -> Script:
        """What was accepted comes to its end; what was not stays unknown to the wallet."""
        return lambda refund: (
            act(refund) if refund.refund_id in self.wallet.accepted else self.wallet.tell(refund)
        )

    def holds(self) -> None:
        """What must be true after every event."""
        paid, accepted = self.wallet.paid, self.wallet.accepted
        refunds = {refund.refund_id: refund for refund in self.refunds()}
        for refund in refunds.values():
            number, state = refund.refund_id, refund.state
            assert state is not RefundState.CANCELLED
            assert state is not RefundState.SUCCEEDED or paid.get(number) == refund.amount
            assert state is not RefundState.CLOSED or (number not in paid and number not in accepted)
            assert self.ended.get(number, state) is state
            self.ended |= {} if refund.is_open else {number: state}
            assert not refund.is_open or refund.next_try_at or state is RefundState.HELD
            assert self.wallet.bodies.get(number, {refund.body}) == {refund.body}
        assert set(paid) <= set(refunds)
        order = self.order
        assert sum(amount.fen for amount in paid.values()) <= order.amount.fen
        wallet, customer = (
            sum(refund.amount.fen for refund in refunds.values() if refund.state in counted)
            for counted in (COUNTS_FOR_WALLET, COUNTS_FOR_CUSTOMER)
        )
        assert (order.wallet_reserved, order.customer_reserved) == (Money(wallet), Money(customer))


SENDS = (
    "pays", "accepts", "closes", "lost on the way", "never left", "declines", "holds", "pays, reply lost",
    "accepts, reply lost", "stuck", "dies before", "pays, dies", "pays slowly", "declines slowly",
)  # fmt: skip
ASKS = (
    "tells", "silent", "offline", "finds nothing", "refuses", "has no rights", "settles", "closes", "stuck",
    "dies", "tells slowly",
)  # fmt: skip


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """In memory: many trips in little time; no crash of a disk is played here."""
    opened = Ledger.open(LedgerSettings("sqlite://", busy_timeout_s=1), KEYS, SHOP)
    yield opened
    opened.close()


@st.composite
def stories(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Trips of one wallet in one mood: few kinds of mishap, often repeated, reach deeper than many kinds."""
    sends = draw(st.lists(st.sampled_from(SENDS), min_size=1, max_size=3))
    asks = draw(st.lists(st.sampled_from(ASKS), min_size=1, max_size=2))
    trip = st.tuples(st.sampled_from(sends), st.sampled_from(asks))
    return draw(st.lists(trip, min_size=1, max_size=12))


@given(stories())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
def test_after_any_history_the_books_keep_the_truth(ledger: Ledger, story: list[tuple[str, str]]) -> None:
    world = World(ledger)
    for trip in story:
        world.wish(3_000)
        world.trip(*trip)
        world.holds()
    for _ in range(PATIENCE_TRIPS):
        world.trip("pays", "settles")
    world.holds()
    waiting = {refund.state for refund in world.refunds() if refund.is_open}
    assert waiting <= {RefundState.HELD, RefundState.ABNORMAL}, "only what a person was told of may stay open"


# Histories that once told a bug from a right answer; each fails when its rule is taken away.
NOTHING = "finds nothing"
KNOWN = [
    [("pays, reply lost", NOTHING)] * 2 + [("declines", NOTHING)] * 2,
    [("pays, dies", NOTHING)] + [("declines", NOTHING)] * 4,
    [("pays slowly", NOTHING), ("declines", NOTHING), ("declines", NOTHING)],
    [("declines slowly", NOTHING), ("declines", NOTHING)],
    [("accepts", "tells"), ("pays", NOTHING), ("pays", "settles")],
    [("pays, reply lost", NOTHING), ("pays", NOTHING), ("holds", NOTHING), ("pays", NOTHING)],
]


@pytest.mark.parametrize("story", KNOWN)
def test_a_known_hard_history_keeps_the_truth(ledger: Ledger, story: list[tuple[str, str]]) -> None:
    world = World(ledger)
    world.wish(3_000)
    for trip in story:
        world.trip(*trip)
        world.holds()
