"""An unpaid order is closed at the wallet: what proves that, and what does not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scanrefund.ledger.outbox import Outbox
from scanrefund.model.order import OrderState, WalletOrderState
from scanrefund.model.outcome import CloseAnswer, Closing, OrderAnswer, OrderLook
from tests.contract.reversing import LI, Shop, a_shop
from tests.unit.aftercare.posting import MAIL
from tests.unit.builders import KEYS, NOW, an_order, keep, wallet_order
from tests.unit.supervised import refused


@pytest.fixture
def shop(ledger_url: str) -> Iterator[Shop]:
    with a_shop(ledger_url) as shop:
        yield shop


def test_an_unpaid_order_is_closed_at_the_wallet_and_cancelled(shop: Shop) -> None:
    for _ in range(2):
        assert shop.reversals.cancel("U1", LI).order.state is OrderState.CANCELLED
    assert shop.till.closed == ["U1"]
    assert shop.marks() == [("ORDER_CANCELLED", "CANCELLED")]


def test_the_customer_of_a_cancelled_order_is_told_once(shop: Shop) -> None:
    with shop.ledger.writing() as connection:
        shop.ledger.keep_contact(connection, "U1", MAIL, NOW)
    for _ in range(2):
        shop.reversals.cancel("U1", LI)
    told = Outbox(shop.ledger, KEYS).listed(unsent_only=False, limit=9)
    assert [(one.event, one.subject) for one in told] == [("order_cancelled", "U1")]


NOT_FOUND = (CloseAnswer(Closing.NOT_FOUND), OrderAnswer(OrderLook.NOT_FOUND))


LOST = CloseAnswer(Closing.UNKNOWN, code="timeout")


@pytest.mark.parametrize(
    ("closing", "says", "code"),
    [
        (LOST, OrderAnswer(OrderLook.NOT_ASKED), "close_unproved"),
        (LOST, OrderAnswer(OrderLook.NOT_FOUND), "close_unproved"),
        (LOST, wallet_order(state=WalletOrderState.UNPAID), "close_unproved"),
        (CloseAnswer(Closing.REFUSED), wallet_order(), "cancel_paid_meanwhile"),
        (CloseAnswer(Closing.NOT_FOUND), OrderAnswer(OrderLook.NOT_ASKED), "close_unproved"),
        (*NOT_FOUND, "close_not_found"),
    ],
)
def test_what_is_not_proved_closed_stays_unpaid(
    shop: Shop, closing: CloseAnswer, says: OrderAnswer, code: str
) -> None:
    shop.till.closing, shop.till.says = closing, says
    with refused(code):
        shop.reversals.cancel("U1", LI)
    assert (shop.state("U1"), shop.marks()) == (OrderState.UNPAID, [])


def test_a_close_whose_answer_was_lost_is_believed_when_the_wallet_says_closed(shop: Shop) -> None:
    shop.till.closing, shop.till.says = LOST, wallet_order(state=WalletOrderState.CLOSED)
    assert shop.reversals.cancel("U1", LI).order.state is OrderState.CANCELLED


def test_an_order_the_wallet_does_not_know_is_cancelled_on_a_persons_word(shop: Shop) -> None:
    shop.till.closing, shop.till.says = NOT_FOUND
    assert shop.reversals.cancel("U1", LI, not_at_wallet=True).order.state is OrderState.CANCELLED
    shop.till.closing = LOST
    keep(shop.ledger, an_order(order_id="U2", state=OrderState.UNPAID, paid_at=None))
    with refused("close_unproved"):
        shop.reversals.cancel("U2", LI, not_at_wallet=True)
