"""The counter's tests share one sandbox, which sells each order number once: no two files use the same."""

from __future__ import annotations

import re
from collections import Counter

from tests.tidy.source import ROOT

NUMBER = re.compile(r'"([A-Z]{1,4}[0-9]{1,3})"')


def test_no_order_of_the_counters_tests_is_sold_in_two_files() -> None:
    files = sorted((ROOT / "tests/unit/web").glob("test_*.py"))
    named = Counter(
        number for path in files for number in set(NUMBER.findall(path.read_text(encoding="utf-8")))
    )
    assert len(named) > 20
    assert [number for number, count in named.items() if count > 1] == []
