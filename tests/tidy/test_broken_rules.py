"""The page of rules that were broken one by one names files and tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reliability/broken-rules.md"
ROW = re.compile(r"^\| [^|]+ \| `([^`]+)` \| `([^`]+)` `([^`]+)` \|$", re.MULTILINE)


def test_every_rule_stands_in_a_file_and_has_its_test() -> None:
    page = PAGE.read_text("utf-8")
    rows = ROW.findall(page)
    told = re.search(r"(\d+) rules:", page)
    assert told is not None
    assert len(rows) == int(told[1]) == page.count("\n| ") - 1
    texts = {file: (ROOT / "tests" / file).read_text("utf-8") for _rule, file, _test in rows}
    assert [test for _rule, file, test in rows if f"def {test}(" not in texts[file]] == []
    assert [rule for rule, _file, _test in rows if not (ROOT / "scanrefund" / rule).is_file()] == []
