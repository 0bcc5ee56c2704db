"""The documents say what the program does: commands, rows, the README's own lines."""

from __future__ import annotations

import re

import typer.main

from scanrefund.cli.main import app
from scanrefund.model.shown import Kind
from tests.tidy.source import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")

# The rows of the capability list that stand so far; each names a command or screen and a test.
# fmt: off
ROWS_THAT_STAND = (
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
    27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50,
    51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75,
    76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99,
    100, 101, 103, 104, 105, 106, 107, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120,
    121, 122, 123, 124, 125, 126, 127, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139,
    140, 141, 142, 143, 144, 145, 147, 148, 149, 150, 151, 152, 153, 154, 155, 156, 157, 160, 161,
)
# fmt: on


def commands() -> list[str]:
    """Every command a person can type, groups spelled out."""
    found: list[str] = []
    for name, command in getattr(typer.main.get_command(app), "commands").items():  # noqa: B009
        inner = getattr(command, "commands", None)
        found += [f"{name} {one}" for one in inner] if inner else [name]
    return found


def test_the_readme_opens_with_the_two_commands() -> None:
    demo = "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/scanrefund demo"
    tests = "python3 -m venv .venv && .venv/bin/pip install '.[test]' && .venv/bin/pytest"
    assert [line for line in README.splitlines() if "-m venv" in line][:2] == [demo, tests]


def test_every_command_is_documented() -> None:
    page = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    missing = [name for name in commands() if f"scanrefund {name}" not in page]
    assert missing == []


def test_every_kind_of_thing_shown_is_documented() -> None:
    page = (ROOT / "docs/scanning.md").read_text(encoding="utf-8")
    assert [kind.value for kind in Kind if kind is not Kind.NOTHING and f"`{kind.value}`" not in page] == []


def test_every_row_that_stands_is_in_the_coverage_table() -> None:
    page = (ROOT / "docs/coverage.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (\d+) \|.*\| `(tests/[^`]+)`(?:, `tests/[^`]+`)* \|$", page, re.MULTILINE))
    missing = [row for row in ROWS_THAT_STAND if str(row) not in rows]
    assert missing == []
    gone = [test for test in rows.values() if not (ROOT / test.split("::")[0]).exists()]
    assert gone == []


def test_every_link_in_the_documents_leads_somewhere() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    link = re.compile(r"\]\(([^)#]+?)(?:#[^)]*)?\)")
    links = [(page, target) for page in pages for target in link.findall(page.read_text(encoding="utf-8"))]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page, target in links
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert broken == []


def test_no_document_names_a_place_of_one_machine() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "pyproject.toml"]
    places = re.compile(r"(?<![\w.])/(?:work|root|home|Users)/")
    telling = [str(page.relative_to(ROOT)) for page in pages if places.search(page.read_text("utf-8"))]
    assert telling == []
