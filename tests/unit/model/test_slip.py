"""The text on our slip: written and read back the same, and nothing else is read as one."""

from __future__ import annotations

import pytest

from scanrefund.ledger.numbers import refund_number
from scanrefund.model.slip import Slip, claims_to_be_slip, read_slip
from tests.unit.builders import KEYS

REFUND_ID = refund_number("S1", "A1001", 1, rehearsal=True)


@pytest.mark.parametrize("shop_id", ["S", "shop1", "ABCdef123456"])
@pytest.mark.parametrize("rehearsal", [True, False])
def test_every_number_and_signature_we_make_reads_back(shop_id: str, rehearsal: bool) -> None:
    number = refund_number(shop_id, "A1001", 99, rehearsal=rehearsal)
    slip = Slip(number, KEYS.slip_signature(number))
    assert read_slip(slip.text) == slip
    assert claims_to_be_slip(slip.text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        REFUND_ID,
        f"scanrefund:{REFUND_ID}",
        f"scanrefund:{REFUND_ID}.0123456789a",
        f"scanrefund:{REFUND_ID}.0123456789AB",
        f"scanrefund:{REFUND_ID}.0123456789ab ",
        f"http:{REFUND_ID}.0123456789ab",
    ],
)
def test_anything_else_is_no_slip(text: str) -> None:
    assert read_slip(text) is None


def test_it_fits_a_small_qr_code_of_a_narrow_printer() -> None:
    longest = Slip(refund_number("ABCdef123456", "A1001", 99, rehearsal=True), "0" * 12)
    assert len(longest.text) <= 84  # version 5, level M: 37 modules, 7 dots each on 58 mm paper
