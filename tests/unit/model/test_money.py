from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanrefund.model.money import Money, NotMoney


@pytest.mark.parametrize(
    ("text", "fen"),
    [("12", 1200), ("12.3", 1230), ("12.34", 1234), ("0", 0), ("0.01", 1), ("-1", -100), ("007", 700)],
)
def test_yuan_text_becomes_fen(text: str, fen: int) -> None:
    assert Money.from_yuan(text) == Money(fen)


@pytest.mark.parametrize(
    "text",
    [
        "12.345", "1e3", "１２", "一二", "1,000", "1 000", " 1", "1 ", "1\n", "", ".", ".5", "5.", "+1",
        "--1", "NaN", "inf", "0x10", "¥1", "1.2.3", "1_000", "١٢", "1234567890",
    ],
)  # fmt: skip
def test_anything_else_is_no_money(text: str) -> None:
    with pytest.raises(NotMoney):
        Money.from_yuan(text)


@pytest.mark.parametrize("fen", [1.0, "1", True, None])
def test_only_whole_fen_enter(fen: object) -> None:
    with pytest.raises(TypeError):
        Money(fen)  # type: ignore[arg-type]


@given(st.integers(-99_999_999_999, 99_999_999_999))
def test_yuan_text_and_back_is_the_same_amount(fen: int) -> None:
    assert Money.from_yuan(Money(fen).yuan()) == Money(fen)


def test_an_amount_is_written_with_two_decimals_and_its_sign() -> None:
    assert [str(Money(fen)) for fen in (5, 100, -5, -1234)] == ["¥0.05", "¥1.00", "¥-0.05", "¥-12.34"]


@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9))
def test_adding_and_taking_away_stay_exact(one: int, other: int) -> None:
    assert Money(one) + Money(other) == Money(one + other)
    assert Money(one) - Money(other) == Money(one - other)
    assert (Money(one) < Money(other)) == (one < other)
