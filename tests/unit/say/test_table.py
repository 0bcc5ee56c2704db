from __future__ import annotations

from pathlib import Path

from scanrefund.say.failures import FAILURES
from scanrefund.say.table import failure_page

PAGE = Path(__file__).parents[3] / "docs" / "failures.md"


def test_the_page_in_the_docs_is_the_table_in_the_code() -> None:
    again = "python -m scanrefund.say.table docs/failures.md"
    assert PAGE.read_text(encoding="utf-8") == failure_page(), f"write it again: {again}"


def test_the_page_names_every_cause_once() -> None:
    page = failure_page()
    assert [cause for cause in FAILURES if page.count(f"| `{cause}` |") != 1] == []


def test_no_sentence_breaks_the_columns() -> None:
    rows = [line for line in failure_page().splitlines() if line.startswith("| `")]
    assert {line.count("|") for line in rows} == {7}
