"""A shop whose orders are released, cancelled and adjusted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from scanrefund.ledger import marks
from scanrefund.ledger.by_hand import Hand
from scanrefund.ledger.ledger import Ledger
from scanrefund.ledger.order_actions import OrderActions
from scanrefund.model.order import Order, OrderState
from scanrefund.model.outcome import CloseAnswer, Closing, OrderAnswer, OrderLook
from scanrefund.model.reversal import ReversalState
from scanrefund.model.wallet import Wallet
from scanrefund.reversal_desk import ReversalDesk
from tests.people import PeopleShop, hire
from tests.unit.builders import ORDER, an_order, keep, open_ledger_at

LI = Hand("s2", "the customer changed his mind")


class Till:
    """What closing at the wallet answers."""

    def __init__(self) -> None:
        self.closing = CloseAnswer(Closing.CLOSED)
        self.says = OrderAnswer(OrderLook.NOT_ASKED)
        self.closed: list[str] = []

    def close(self, order: Order) -> CloseAnswer:
        self.closed.append(order.order_id)
        return self.closing

    def order(self, order: Order) -> OrderAnswer:
        return self.says


class Shop(PeopleShop):
    """A shop with staff and its reversals: s2 supervises, s3 serves."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        hire(self.staff)
        self.till = Till()
        self.actions = OrderActions(ledger)
        self.reversals = ReversalDesk(self.actions, self.desk, {Wallet.WECHAT: self.till}, self.time.clock, 8)

    def order(self, order_id: str = ORDER.order_id) -> Order:
        found = self.ledger.order(order_id)
        assert found is not None
        return found

    def state(self, order_id: str = ORDER.order_id) -> OrderState:
        return self.order(order_id).state

    def settle(self) -> None:
        """One round of everything that is due, after the wallet's spacing."""
        self.time.forward(120)
        for refund in self.ledger.due(self.time.at, 50, self.dispatcher.accounts):
            self.dispatcher.dispatch(refund)

    def marks(self) -> list[tuple[str, str]]:
        with self.ledger.reading() as connection:
            return [(mark.event, mark.order_state.value) for mark in marks.since(connection, None)]

    def stages(self) -> list[ReversalState]:
        return [one.state for one in self.actions.of_order(ORDER.order_id)]


@contextmanager
def a_shop(url: str) -> Iterator[Shop]:
    """One order is paid; U1 is not yet."""
    ledger = open_ledger_at(url)
    keep(ledger, ORDER, an_order(order_id="U1", state=OrderState.UNPAID, paid_at=None))
    yield Shop(ledger)
    ledger.close()
