"""The forms of Alipay's numbers and amounts."""

from __future__ import annotations

import pytest

from scanrefund.sandbox.alipay_asked import fen_of, yuan


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("12.34", 1234),
        ("12.3", 1230),
        ("12", 1200),
        ("0.01", 1),
        *((wrong, None) for wrong in ("1.234", "-1", "1e3", "１２", "", " 1", "1.", 1)),
    ],
)
def test_yuan_are_read_with_at_most_two_decimals(text: object, fen: int | None) -> None:
    assert fen_of(text) == fen


@pytest.mark.parametrize(("fen", "text"), [(0, "0.00"), (5, "0.05"), (1234, "12.34"), (-1234, "-12.34")])
def test_yuan_are_written_with_two_decimals(fen: int, text: str) -> None:
    assert yuan(fen) == text
