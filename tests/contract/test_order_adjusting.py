"""An order is adjusted: the difference is refunded, the payment stays as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scanrefund.model.money import Money
from scanrefund.model.refund import RefundState
from tests.contract.reversing import LI, Shop, a_shop
from tests.unit.builders import ORDER
from tests.unit.supervised import refused

S = RefundState


@pytest.fixture
def shop(ledger_url: str) -> Iterator[Shop]:
    with a_shop(ledger_url) as shop:
        yield shop


def test_an_adjustment_refunds_the_difference_and_leaves_the_payment_alone(shop: Shop) -> None:
    shop.reversals.adjust(ORDER.order_id, Money(10_000), Money(9_200), LI)
    made = shop.reversals.adjust(ORDER.order_id, Money(10_000), Money(9_200), LI)
    assert made.receipt is not None
    assert (made.receipt.amount, made.receipt.state) == (Money(800), S.SUCCEEDED)
    assert (made.order.amount, made.order.refunded) == (Money(10_000), Money(800))
    assert list(shop.wallet.paid.values()) == [Money(800)]
    assert shop.marks()[-2:] == [
        ("REFUND_SUCCEEDED", "PARTLY_REFUNDED"),
        ("ORDER_ADJUSTED", "PARTLY_REFUNDED"),
    ]
    shop.time.forward(120)
    with refused("adjust_old_wrong"):
        shop.reversals.adjust(ORDER.order_id, Money(10_000), Money(9_000), LI)
    lower = shop.reversals.adjust(ORDER.order_id, Money(9_200), Money(9_000), LI)
    assert lower.order.refunded == Money(1_000)


@pytest.mark.parametrize(
    ("order_id", "old", "new", "code"),
    [
        (ORDER.order_id, 9_999, 9_000, "adjust_old_wrong"),
        (ORDER.order_id, 10_000, 10_000, "adjust_not_lower"),
        (ORDER.order_id, 10_000, 10_100, "adjust_not_lower"),
        (ORDER.order_id, 10_000, 0, "adjust_not_lower"),
        ("U1", 10_000, 9_000, "adjust_not_paid"),
        ("nobody", 10_000, 9_000, "order_unknown"),
    ],
)
def test_an_adjustment_that_does_not_fit_is_refused(
    shop: Shop, order_id: str, old: int, new: int, code: str
) -> None:
    with refused(code):
        shop.reversals.adjust(order_id, Money(old), Money(new), LI)
    assert shop.wallet.trips == []


def test_nothing_else_is_begun_while_one_is_open(shop: Shop) -> None:
    shop.wallet.sends = [shop.wallet.accept]
    shop.reversals.cancel(ORDER.order_id, LI)
    with refused("order_action_open"):
        shop.reversals.adjust(ORDER.order_id, Money(10_000), Money(9_000), LI)
