from __future__ import annotations

import pytest

from scanrefund.model.fee import fee_standing, fee_yuan


@pytest.mark.parametrize(
    ("thousandths", "told", "standing"),
    [
        (0, "0.00", "kept"),
        (-18_000, "-0.18", "returned"),
        (-600, "-0.00600", "returned"),
        (123_456_789, "1234.56789", "charged"),
    ],
)
def test_fees_are_told_in_yuan_with_as_many_decimals_as_the_bill(
    thousandths: int, told: str, standing: str
) -> None:
    assert (fee_yuan(thousandths), fee_standing(thousandths)) == (told, standing)
