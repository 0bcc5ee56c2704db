from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanrefund.ledger.numbers import SEQUENCE_MAX, refund_number

FORM = re.compile(r"SR[TP]_shop1_[0-9a-f]{20}_[0-9]{2}")


@given(st.text(min_size=1, max_size=64), st.integers(1, SEQUENCE_MAX))
def test_a_number_follows_from_shop_order_and_sequence_alone(order_id: str, sequence: int) -> None:
    number = refund_number("shop1", order_id, sequence, rehearsal=False)
    assert FORM.fullmatch(number)
    assert number == refund_number("shop1", order_id, sequence, rehearsal=False)
    assert len(number) <= 64


def test_every_part_tells_numbers_apart() -> None:
    numbers = {
        refund_number(shop, order, sequence, rehearsal=rehearsal)
        for shop in ("shop1", "shop2")
        for order in ("A1", "A2")
        for sequence in (1, 2)
        for rehearsal in (True, False)
    }
    assert len(numbers) == 16


@pytest.mark.parametrize("sequence", [0, -1, SEQUENCE_MAX + 1])
def test_a_sequence_outside_its_bounds_has_no_number(sequence: int) -> None:
    with pytest.raises(ValueError, match="has no number"):
        refund_number("shop1", "A1", sequence, rehearsal=True)
