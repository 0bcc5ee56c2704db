"""The counter page's part of the coverage table: each row stands with a test, or is named as missing."""

from __future__ import annotations

import re
from typing import Final

from tests.tidy.source import ROOT

PAGE: Final = (ROOT / "docs/coverage.md").read_text(encoding="utf-8")
STANDS, _, MISSING = PAGE.partition("## Not there")
ROWS: Final = (
    *(*range(1, 9), *range(19, 32), 35, 36, 39, *range(44, 61), *range(65, 70), *range(70, 101)),
    *(142, 143, 144, 149, 150, 160),
)


def rows_of(text: str) -> list[str]:
    return re.findall(r"^\| (\d+) \|", text, re.MULTILINE)


def test_each_row_of_the_counter_page_stands_or_is_named_as_missing() -> None:
    named = {*rows_of(STANDS), *rows_of(MISSING)}
    assert [row for row in ROWS if str(row) not in named] == []


def test_a_row_stands_once_and_in_its_order() -> None:
    numbers = [int(row) for row in rows_of(STANDS)]
    assert numbers == sorted(set(numbers))


def test_every_test_that_is_named_is_there() -> None:
    named = re.findall(r"`(tests/[^`]+)`", PAGE)
    assert [one for one in named if not (ROOT / one.split("::")[0]).exists()] == []
