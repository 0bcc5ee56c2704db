from __future__ import annotations

import pytest

from scanrefund.model.money import Money
from scanrefund.say.amount_words import amount_in_words


# The first five are the examples of the People's Bank of China's own rules.
@pytest.mark.parametrize(
    ("yuan", "words"),
    [
        ("1409.50", "壹仟肆佰零玖元伍角"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("0.00", "零元整"),
        ("0.01", "壹分"),
        ("0.10", "壹角"),
        ("0.99", "玖角玖分"),
        ("1.00", "壹元整"),
        ("10.00", "壹拾元整"),
        ("10.05", "壹拾元零伍分"),
        ("100.50", "壹佰元伍角"),
        ("1001.00", "壹仟零壹元整"),
        ("1010.00", "壹仟零壹拾元整"),
        ("10000.00", "壹万元整"),
        ("10001.00", "壹万零壹元整"),
        ("10010.01", "壹万零壹拾元零壹分"),
        ("100000.00", "壹拾万元整"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("100100.00", "壹拾万零壹佰元整"),
        ("1000000.00", "壹佰万元整"),
    ],
)
def test_an_amount_is_written_as_the_bank_writes_it(yuan: str, words: str) -> None:
    assert amount_in_words(Money.from_yuan(yuan), "zh-Hans") == words


def test_a_whole_empty_group_is_one_zero() -> None:
    assert amount_in_words(Money(10_000_000_100), "zh-Hans") == "壹亿零壹元整"


def test_traditional_characters_are_their_own() -> None:
    assert amount_in_words(Money(2_360_000), "zh-Hant") == "貳萬參仟陸佰元整"


def test_english_has_no_such_writing_and_a_negative_amount_none() -> None:
    assert amount_in_words(Money(100), "en") == ""
    assert amount_in_words(Money(-1), "zh-Hans") == ""
