"""The page's modules import one way, and only what is there and used: a browser tells of it too late."""

from __future__ import annotations

import re
from pathlib import Path

from tests.tidy.source import PACKAGE

SCRIPTS = sorted((PACKAGE / "web/page/js").rglob("*.js"))
IMPORT = re.compile(r'import (?:\{ ([^}]+) \}|\* as \w+) from "(\.[^"]+)"')


def imports(path: Path) -> list[tuple[list[str], Path]]:
    """What a module takes by name, and where from."""
    found = IMPORT.findall(path.read_text(encoding="utf-8"))
    return [(names.split(", ") if names else [], (path.parent / place).resolve()) for names, place in found]


def test_no_module_needs_itself() -> None:
    needs = {path: {place for _, place in imports(path)} for path in SCRIPTS}
    while leaves := {path for path, needed in needs.items() if not needed & needs.keys()}:
        needs = {path: needed for path, needed in needs.items() if path not in leaves}
    assert sorted(path.name for path in needs) == []


def test_what_is_imported_is_there_and_used() -> None:
    wrong = [
        f"{path.name}: {name}"
        for path in SCRIPTS
        for names, place in imports(path)
        for name in names
        if not _is_exported(name, place) or _times(name, path) < 2
    ]
    assert wrong == []


def _is_exported(name: str, place: Path) -> bool:
    text = place.read_text(encoding="utf-8")
    return re.search(rf"export (async )?(function|const|class) {name}\b", text) is not None


def _times(name: str, path: Path) -> int:
    return len(re.findall(rf"\b{name}\b", path.read_text(encoding="utf-8")))
