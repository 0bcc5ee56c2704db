from __future__ import annotations

import pytest

from scanrefund.ledger.ledger import Ledger
from scanrefund.model.money import Money
from scanrefund.model.order import OrderState
from scanrefund.model.outcome import OrderAnswer, OrderLook
from scanrefund.model.refusal import Reason
from scanrefund.model.wallet import Wallet
from scanrefund.search_desk import Difference, SearchDesk
from tests.unit.builders import LIMITS, ORDER, FakeClock, FakeWallet, an_order, keep, reserve, wallet_order


@pytest.fixture
def desk(ledger: Ledger) -> SearchDesk:
    return SearchDesk(ledger, {Wallet.WECHAT: FakeWallet()}, LIMITS, FakeClock().clock)


def test_a_refunds_number_leads_to_the_refund_and_its_order(desk: SearchDesk, ledger: Ledger) -> None:
    refund = reserve(ledger)
    found = desk.find(refund.refund_id)
    assert (found.refund, [order.order_id for order in found.orders]) == (refund, [ORDER.order_id])
    assert desk.find("17").orders == ()


def test_every_difference_is_named_and_none_where_the_wallet_was_not_asked(desk: SearchDesk) -> None:
    theirs = wallet_order(amount=Money(9_000), wallet_order_id="4200000000000000000000000009")
    assert desk.differences(ORDER, theirs) == [
        Difference("amount", "100.00", "90.00"),
        Difference("wallet_order_id", ORDER.wallet_order_id, "4200000000000000000000000009"),
    ]
    assert desk.differences(ORDER, wallet_order()) == []
    assert desk.differences(ORDER, OrderAnswer(OrderLook.NOT_ASKED)) == []
    assert desk.differences(ORDER, None) == []


def test_what_speaks_against_an_order_is_said_before_a_code_is_shown(
    desk: SearchDesk, ledger: Ledger
) -> None:
    assert desk.refusal(ORDER, None) is None
    refused = desk.refusal(an_order(state=OrderState.UNPAID), None)
    assert refused is not None
    assert refused.reason is Reason.ORDER_NOT_PAID
    changed = desk.refusal(ORDER, wallet_order(amount=Money(1)))
    assert changed is not None
    assert changed.reason is Reason.ORDER_CHANGED


def test_a_wallet_that_is_not_set_up_is_not_asked(desk: SearchDesk, ledger: Ledger) -> None:
    keep(ledger, an_order(order_id="B1", wallet=Wallet.ALIPAY))
    assert desk.ask(an_order(wallet=Wallet.ALIPAY)) is None
    assert desk.ask(ORDER) == OrderAnswer(OrderLook.NOT_ASKED)
