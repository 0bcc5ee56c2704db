"""The page's files: small, plain, nothing from outside, and every sentence they say is in the catalogue."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scanrefund.say.catalogue import Catalogue
from tests.tidy.source import PACKAGE

PAGE = PACKAGE / "web/page"
SCRIPTS = sorted(PAGE.rglob("*.js"))
FILES = sorted(path for path in PAGE.rglob("*") if path.suffix in {".js", ".css", ".html"})
FILE_LINES_MAX = 300
SVG_NAMESPACE = "http://www.w3.org/2000/svg"


def relative(path: Path) -> str:
    return path.relative_to(PAGE).as_posix()


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_a_file_of_the_page_is_small_and_asks_nothing_of_the_outside(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace(SVG_NAMESPACE, "")
    assert len(text.splitlines()) <= FILE_LINES_MAX
    assert re.findall(r"https?:|//cdn|@import", text) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=relative)
def test_a_script_makes_text_only_and_runs_no_text(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert (
        re.findall(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function|\.cookie", text)
        == []
    )


def test_every_module_is_reached_from_the_shell() -> None:
    found = {PAGE / "js/main.js"}
    waiting = list(found)
    while waiting:
        path = waiting.pop()
        imported = re.findall(r'from "(\.[^"]+)"', path.read_text(encoding="utf-8"))
        fresh = {(path.parent / name).resolve() for name in imported} - found
        found |= fresh
        waiting += fresh
    assert found == set(SCRIPTS)


def test_the_catalogue_holds_what_the_page_says_and_nothing_else() -> None:
    texts = {key for key in Catalogue.load("en").texts if key.startswith("page.")}
    script = "\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS)
    named = set(re.findall(r'"(page\.[a-zA-Z0-9_.]+)"', script))
    families = [
        re.compile(re.sub(r"\\\$\\\{.*?\\\}", r"[a-zA-Z0-9_-]+", re.escape(one)))
        for one in re.findall(r"`(page\.[^`]+)`", script)
    ]
    assert named - texts == set()
    assert [key for key in texts - named if not any(one.fullmatch(key) for one in families)] == []
