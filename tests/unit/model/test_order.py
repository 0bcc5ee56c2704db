from __future__ import annotations

from scanrefund.model.money import Money
from tests.unit.builders import an_order


def test_what_remains_is_what_was_paid_less_the_greater_reservation() -> None:
    assert an_order().remaining == Money(10_000)
    assert an_order(wallet_reserved=Money(4_000), customer_reserved=Money(1_000)).remaining == Money(6_000)
    assert an_order(wallet_reserved=Money(1_000), customer_reserved=Money(4_000)).remaining == Money(6_000)
