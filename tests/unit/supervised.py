"""One counter with its supervisor, on a real ledger and a truthful wallet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from scanrefund.aftercare.receipt import Writer
from scanrefund.dispatch.dispatcher import Dispatcher
from scanrefund.errors import UsageFault
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.ledger import Ledger
from scanrefund.model.order import Order
from scanrefund.model.outcome import Outcome
from scanrefund.model.refund import Refund, RefundState
from scanrefund.model.wallet import Wallet
from scanrefund.supervisor_desk import SupervisorDesk
from tests.unit.builders import ORDER, FakeClock, FakeWallet, answering, reserve

S = RefundState


HAND = Hand("Li", "topped up")


class Shop:
    """One counter with its supervisor."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.wallet, self.time = ledger, FakeWallet(), FakeClock()
        self.dispatcher = Dispatcher(ledger, {Wallet.WECHAT: self.wallet}, self.time.clock, 30)
        self.desk = SupervisorDesk(ledger, self.dispatcher, self.time.clock, Writer("en", rehearsal=True))

    def trip(self, refund: Refund) -> Refund:
        self.time.at = max(self.time.at, refund.next_try_at or self.time.at)
        return self.dispatcher.dispatch(refund)

    def held(self, *before: Outcome) -> Refund:
        """A refund that the wallet holds for want of money, after other answers to the same number."""
        self.wallet.sends = [
            *(answering(outcome) for outcome in before),
            answering(Outcome.HELD, "NOT_ENOUGH"),
        ]
        refund = reserve(self.ledger)
        while refund.next_command is not None:
            refund = self.trip(refund)
        assert refund.state is S.HELD
        return refund

    def closed(self) -> Refund:
        self.wallet.sends = [answering(Outcome.DECLINED)]
        refund = self.trip(self.trip(reserve(self.ledger)))
        assert refund.state is S.CLOSED
        return refund

    @property
    def order(self) -> Order:
        order = self.ledger.order(ORDER.order_id)
        assert order is not None
        return order

    def booked(self, kind: str) -> list[dict[str, object]]:
        with self.ledger.reading() as connection:
            rows = connection.exec_driver_sql(f"SELECT facts FROM book WHERE kind='{kind}'")
            return [json.loads(row.facts) for row in rows]


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(UsageFault) as caught:
        yield
    assert caught.value.code == code
